"""`capcom plugins new`: write a package for a new channel."""

from pathlib import Path
from typing import Annotated

import typer


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The channel's name, such as matrix or my_chat.")],
    into: Annotated[
        Path, typer.Option("--into", metavar="DIR", help="The folder in which the package is created.")
    ] = Path("."),
) -> None:
    """Write a package for a new channel: code, settings, tests, README. Its tests pass as they are."""
    from capcom_gql.cli.failures import Stop
    from capcom_gql.cli.plugin_package import distribution_of, files_of
    from capcom_gql.cli.screen import note, show

    if fault := _fault(name):
        raise Stop(fault)
    target = into / distribution_of(name)
    if target.exists() or target.is_symlink():
        raise Stop(f"{target} exists already; nothing was written. Choose another NAME, or another folder with --into.")
    target.mkdir(parents=True)
    for path, text in files_of(name).items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    show(str(target))
    note(f"Try it: cd {target} && pip install '.[test]' && python -m pytest")


def _fault(name: str) -> str | None:
    from capcom_gql.notifiers.declarations import MAX_NAME_LENGTH, SLUG
    from capcom_gql.notifiers.discovery import installed_providers

    if not SLUG.fullmatch(name):
        return (
            f"{name!r} cannot be the name of a channel: write lower-case letters, digits and single _, with a letter "
            "first, such as matrix or my_chat."
        )
    if len(name) > MAX_NAME_LENGTH:
        return f"The name has {len(name)} characters; {MAX_NAME_LENGTH} are allowed."
    taken = next((each for each in installed_providers() if each.name == name), None)
    if taken is not None:
        return f"A channel {name} is installed already ({taken.label}). Choose another name."
    return None
