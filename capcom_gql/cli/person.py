"""`capcom person`: export the data about one person, and erase a person (R23)."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from typing import Any

    from capcom_gql.settings import Settings
    from capcom_gql.storage.tables import Person

WHO = typer.Argument(metavar="EMAIL-or-ID", help="The address of their account, or their id.")
"""The argument that names the person."""

person = typer.Typer(no_args_is_help=True, help="The data about one person.")


@person.command(
    short_help="Print all data about a person.",
    epilog="Example: capcom person export ana.silva@ville.example > ana.json",
)
def export(
    who: Annotated[str, WHO],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, as this command always does.", show_default=False)
    ] = True,
) -> None:
    """Print all data about a person as JSON, without secrets."""
    from capcom_gql.cli.screen import show_json
    from capcom_gql.settings import load

    show_json(asyncio.run(_export(load(), who)))


async def _export(settings: "Settings", who: str) -> "dict[str, Any]":
    from capcom_gql.cli.database import database
    from capcom_gql.services.privacy.export_person import export_person

    async with database(settings):
        return await export_person(await _find(who), settings.currency)


async def _find(who: str) -> "Person":
    from capcom_gql.cli.failures import Stop
    from capcom_gql.domain.seats import address_key
    from capcom_gql.forms import compared
    from capcom_gql.storage.ids import PERSON, prefix_of
    from capcom_gql.storage.tables import Person

    text = who.strip()
    by_id = prefix_of(text) == PERSON
    named = Person.filter(id=text) if by_id else Person.filter(email_key=address_key(compared(text)))
    found = await named.first()
    if found is None:
        raise Stop(f"Nobody has the address or the id {who!r}. Staff find ids in the API, as Person.id.")
    return found


@person.command(
    short_help="Erase a person, permanently.",
    epilog='Example: capcom person erase ana.silva@ville.example --reason "asked in writing, file 2027-12"',
)
def erase(
    who: Annotated[str, WHO],
    reason: Annotated[str, typer.Option(help="Why, without naming them: the reason is kept.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
) -> None:
    """Erase a person: their seats end, and their names, addresses and texts are blanked. Cannot be undone."""
    from capcom_gql.cli.screen import note
    from capcom_gql.settings import load

    note(f"erased {asyncio.run(_erase(load(), who, reason, agreed=yes))}")


async def _erase(settings: "Settings", who: str, reason: str, *, agreed: bool) -> str:
    from capcom_gql.cli.deeds import COMMAND_LINE, installation
    from capcom_gql.services.privacy.erase_notes import naming_pattern
    from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
    from capcom_gql.services.privacy.mailbox_files import delete_mails_naming

    async with installation(settings) as runtime:
        found = await _find(who)
        if not agreed:
            _ask(f"Erase {found.given_name} {found.family_name} <{found.email}>? This cannot be undone.")
        named = await naming_pattern(found, in_full=True)
        await erase_person(runtime, COMMAND_LINE, ErasePersonForm(found.id, reason))
        # the development mailbox is not in the database
        await delete_mails_naming(settings.data_dir / "mailbox", named)
        return found.id


def _ask(question: str) -> None:
    """Ask the operator to confirm, on standard error. Raises Stop if they do not, or if nobody can answer."""
    from capcom_gql.cli.failures import Stop

    print(f"capcom: {question} [y/N] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not sys.stdin.isatty():
        print(file=sys.stderr)
    if answer.strip().lower() not in ("y", "yes"):
        raise Stop("Nothing was erased. Answer y, or give --yes where nobody can answer.")
