"""Find the plugins and ask each what it brings. One that fails says why and spoils nothing for the others."""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pluggy

from capcom_gql.notifiers import hookspecs
from capcom_gql.notifiers.contract import Notifier
from capcom_gql.notifiers.redaction import one_line, told

GROUP = "capcom_gql.notifiers"
OWN_DISTRIBUTION = "capcom-gql"
MODULE_PREFIX = "capcom_plugin_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where channels may come from: an installed entry point, or a file or package of the plugins folder.

    Of `target` (what an entry point names) and `path` (absolute; a package's is its folder) one is given.
    """

    name: str
    label: str
    """How a person recognises it: its distribution and version, or its path."""
    target: str = ""
    path: str = ""
    distribution: str | None = None
    version: str | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it comes with the product itself."""
        return _canonical(self.distribution) == OWN_DISTRIBUTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one provider's hooks answered, or the reason why it brings nothing."""

    classes: tuple[type[Notifier], ...] = ()
    template_dirs: tuple[Path, ...] = ()
    failure: str | None = None


class PluginFault(Exception):
    """What a provider answered is not what the hook asks for."""


def installed() -> list[Provider]:
    """The entry points of the group, the product's own first: on a clash of names, the first one stays."""
    found = [_of_entry_point(point) for point in entry_points(group=GROUP)]
    return sorted(found, key=lambda provider: (not provider.is_ours, provider.label, provider.name))


def in_folder(folder: Path) -> list[Provider]:
    """The modules and packages of a folder, in order of name. Raises OSError when it cannot be read.

    They are imported from their path, never through `sys.path`, where a folder `email/` would take the place
    of the standard library's `email`.
    """
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("_", ".")):
            continue
        if path.is_dir() and (path / "__init__.py").is_file():
            found.append(_of_path(path.name, path))
        elif path.suffix == ".py" and path.is_file():
            found.append(_of_path(path.stem, path))
    return found


def ask(provider: Provider) -> Found:
    """Import a provider into this process and call its hooks. Whatever goes wrong in it ends up in `failure`."""
    try:
        return _ask(provider)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  a plugin may raise or exit as it likes: the others still load
        return Found(failure=one_line(told(error)))


def _ask(provider: Provider) -> Found:
    # A registry of its own for each, so that a misspelt hook is laid at the right door.
    plugins = pluggy.PluginManager(hookspecs.PROJECT)
    plugins.add_hookspecs(hookspecs)
    plugin = _imported(provider)
    plugins.register(plugin, name=provider.name)
    plugins.check_pending()
    if not plugins.get_hookcallers(plugin):
        raise PluginFault("it implements no hook: mark capcom_notifiers() with @hookimpl")
    classes = [_channel(item) for answer in plugins.hook.capcom_notifiers() for item in _items(answer)]
    folders = [_template_dir(item) for answer in plugins.hook.capcom_template_dirs() for item in _items(answer)]
    return Found(classes=tuple(classes), template_dirs=tuple(folders))


def _items(answer: object) -> Iterable[object]:
    if not isinstance(answer, Iterable) or isinstance(answer, str | bytes):
        raise PluginFault(f"a hook answered {type(answer).__name__}, not a list")
    return answer


def _channel(item: object) -> type[Notifier]:
    if not isinstance(item, type) or not issubclass(item, Notifier):
        raise PluginFault(f"capcom_notifiers answered {item!r}, not a subclass of Notifier")
    return item


def _template_dir(item: object) -> Path:
    if not isinstance(item, Path) or not item.is_dir():
        raise PluginFault(f"capcom_template_dirs answered {item!r}, not the path of a folder that exists")
    return item


def _of_entry_point(point: EntryPoint) -> Provider:
    distribution = point.dist.name if point.dist else None
    version = point.dist.version if point.dist else None
    return Provider(
        name=point.name,
        label=f"{distribution or 'an unnamed distribution'} {version or ''}".strip(),
        target=point.value,
        distribution=distribution,
        version=version,
    )


def _of_path(name: str, path: Path) -> Provider:
    return Provider(name=name, label=str(path), path=str(path.absolute()))


def _imported(provider: Provider) -> object:
    if provider.target:
        return EntryPoint(provider.name, provider.target, GROUP).load()
    path = Path(provider.path)
    module_name = MODULE_PREFIX + provider.name
    is_package = path.is_dir()
    file = path / "__init__.py" if is_package else path
    folders = [str(path)] if is_package else None
    spec = spec_from_file_location(module_name, file, submodule_search_locations=folders)
    if spec is None or spec.loader is None:
        raise PluginFault(f"{file} cannot be imported")
    module = module_from_spec(spec)
    # Needed while it runs, for the imports inside a package and for its dataclasses.
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(module_name, None)
        raise
    return module


def _canonical(distribution: str | None) -> str:
    return re.sub(r"[-_.]+", "-", distribution or "").lower()
