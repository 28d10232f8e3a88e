"""The two hooks that a plugin may implement.

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
"""The project's name for pluggy, by which it recognises marked functions."""

hookspec = pluggy.HookspecMarker(PROJECT)
"""The decorator that declares a hook."""
hookimpl = pluggy.HookimplMarker(PROJECT)
"""The decorator with which a plugin marks its implementation of a hook."""


@hookspec
def capcom_notifiers() -> Iterable[type[Notifier]]:
    """The channels of this plugin, as classes: the host builds one instance of each, calls and closes it."""
    return ()


@hookspec
def capcom_template_dirs() -> Iterable[Path]:
    """Folders of templates that replace built-in ones: `<folder>/fr/welcome.jinja` is the French letter `welcome`."""
    return ()
