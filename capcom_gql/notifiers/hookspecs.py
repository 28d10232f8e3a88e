"""The hooks a plugin may implement: these two, and no further one until a real plugin needs it.

A plugin is a module (or object) named by an entry point of the group `capcom_gql.notifiers`, or a file or
package in `CAPCOM_PLUGINS_DIR`. It marks its implementations with `hookimpl`:

    from capcom_gql.plugin import Message, Notifier, Sent, hookimpl

    class Matrix(Notifier):
        name = "matrix"
        address_kind = "matrix"

        def send(self, message: Message) -> Sent: ...

    @hookimpl
    def capcom_notifiers() -> list[type[Notifier]]:
        return [Matrix]
"""

from collections.abc import Iterable
from pathlib import Path

import pluggy

from capcom_gql.notifiers.contract import Notifier

PROJECT = "capcom_gql"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def capcom_notifiers() -> Iterable[type[Notifier]]:
    """The channels this plugin brings, as classes: the host builds, calls and closes them."""
    return ()


@hookspec
def capcom_template_dirs() -> Iterable[Path]:
    """Folders laid over the built-in templates: `<folder>/fr/welcome.jinja` replaces the French welcome."""
    return ()
