"""Find the plugins of an installation, import one and call its hooks. The failure of one does not affect the others."""

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
from capcom_gql.notifiers.redaction import describe_error, redact

GROUP = "capcom_gql.notifiers"
"""The group of the entry points by which installed plugins are found."""
OWN_DISTRIBUTION = "capcom-gql"
"""The distribution of the product, in the normal form of PEP 503: its plugins are the bundled ones."""
MODULE_PREFIX = "capcom_plugin_"
"""Begins the module names of plugins from a folder, so that they hide no other module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where a plugin comes from: an installed entry point, or a file or package of `CAPCOM_PLUGINS_DIR`.

    Either `target` or `path` is given.
    """

    name: str
    """The entry point's name, or the name of the file (without `.py`) or package."""
    label: str
    """How operators recognise it: its distribution and version, or its path."""
    target: str = ""
    """The module or object that the entry point names."""
    path: str = ""
    """The absolute path of the file, or of the package's folder."""
    distribution: str | None = None
    version: str | None = None

    @property
    def is_bundled(self) -> bool:
        """Whether it is part of the product's own distribution."""
        return _canonical(self.distribution) == OWN_DISTRIBUTION


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPlugin:
    """What one plugin's hooks returned, or why it could not be imported."""

    classes: tuple[type[Notifier], ...] = ()
    template_dirs: tuple[Path, ...] = ()
    failure: str | None = None


class PluginFault(Exception):
    """A plugin cannot be imported, implements no hook, or a hook returned what its specification does not allow."""


def installed_providers() -> list[Provider]:
    """The installed plugins, the bundled ones first: when two channels have the same name, the first one is used."""
    found = [_of_entry_point(point) for point in entry_points(group=GROUP)]
    return sorted(found, key=lambda provider: (not provider.is_bundled, provider.label, provider.name))


def providers_in_folder(folder: Path) -> list[Provider]:
    """The modules and packages of a folder, sorted by name. Raises OSError if the folder cannot be read.

    They are imported by their path, not through `sys.path`, where a folder `email/` would hide the standard library's
    `email`. Names that begin with `_` or `.` are ignored.
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


def import_plugin(provider: Provider) -> ImportedPlugin:
    """Import a plugin into this process and call its hooks. Any exception of the plugin's ends up in `failure`."""
    try:
        return _import_and_ask(provider)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  a plugin may raise anything, or exit: the others must still load
        return ImportedPlugin(failure=redact(describe_error(error)))


def _import_and_ask(provider: Provider) -> ImportedPlugin:
    # a plugin manager for each, so that a misspelt hook is reported for the right plugin
    plugins = pluggy.PluginManager(hookspecs.PROJECT)
    plugins.add_hookspecs(hookspecs)
    plugin = _imported(provider)
    plugins.register(plugin, name=provider.name)
    plugins.check_pending()
    if not plugins.get_hookcallers(plugin):
        raise PluginFault("it implements no hook: mark capcom_notifiers() with @hookimpl")
    classes = [_channel(item) for answer in plugins.hook.capcom_notifiers() for item in _items(answer)]
    folders = [_template_dir(item) for answer in plugins.hook.capcom_template_dirs() for item in _items(answer)]
    return ImportedPlugin(classes=tuple(classes), template_dirs=tuple(folders))


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
    # the imports inside a package, and dataclasses, look the module up while it is executed
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(module_name, None)
        raise
    return module


def _canonical(distribution: str | None) -> str:
    return re.sub(r"[-_.]+", "-", distribution or "").lower()
