"""`capcom staff`: create accounts of the operator's staff, which only this command can do."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from capcom_gql.settings import Settings
    from capcom_gql.storage.tables import Person

LINK_HOURS = 72
"""Hours for which the printed link works."""

staff = typer.Typer(no_args_is_help=True, help="The accounts of your own staff.")


@staff.callback()
def _group() -> None:
    """Makes typer keep the group though it has only one command."""


@staff.command(epilog="Example: capcom staff add marie.dupont@capcom.example")
def add(
    email: Annotated[
        str,
        typer.Argument(metavar="EMAIL", help="The e-mail address; a person who has an account with it becomes staff."),
    ],
    given_name: Annotated[str, typer.Option(help="By default taken from the address.")] = "",
    family_name: Annotated[str, typer.Option(help="By default taken from the address.")] = "",
    token: Annotated[
        bool, typer.Option("--token", help="Print a session token for 24 hours instead (not in production).")
    ] = False,
) -> None:
    """Create a staff account, or make a person staff. Prints the one-time link to choose a password."""
    from capcom_gql.cli.failures import Stop
    from capcom_gql.cli.screen import note, show
    from capcom_gql.settings import load

    settings = load()
    if token and settings.is_production:
        raise Stop("No session token is printed in production. Leave --token out, and choose a password by the link.")
    secret = asyncio.run(_add(settings, email, (given_name, family_name), token=token))
    show(secret)
    note("this session token works for 24 hours" if token else f"this link works once, within {LINK_HOURS} hours")


async def _add(settings: "Settings", email: str, names: tuple[str, str], *, token: bool) -> str:
    from capcom_gql.access.sessions import open_session
    from capcom_gql.cli.database import database
    from capcom_gql.delivery.links import mint_password_link

    async with database(settings):
        person = await make_staff(email, *names)
        if token:
            return (await open_session(person)).access_token
        return await mint_password_link(settings.account_base_url, person, LINK_HOURS)


async def make_staff(email: str, given_name: str = "", family_name: str = "") -> "Person":
    """Make the person of an address staff, creating the account if needed. Raises Refusal for a malformed form."""
    from capcom_gql.access.accounts import find_or_create
    from capcom_gql.domain.refusals import refuse_if
    from capcom_gql.forms import PersonForm, read_person
    from capcom_gql.languages.locales import DEFAULT
    from capcom_gql.storage.engine.database import in_one_transaction
    from capcom_gql.storage.product_clock import product_now

    given, family = _names_of(email)
    form = PersonForm(email, given_name.strip() or given, family_name.strip() or family)
    read = read_person((), form, DEFAULT)
    refuse_if(read.faults)

    async def work() -> "Person":
        person = await find_or_create(read.value, await product_now())
        person.is_staff = True
        await person.save(update_fields=["is_staff"])
        return person

    return await in_one_transaction(work)


def _names_of(email: str) -> tuple[str, str]:
    """The names in an address: Marie and Dupont for marie.dupont@capcom.example."""
    given, _, family = email.partition("@")[0].replace("_", ".").partition(".")
    return given.capitalize() or "Staff", family.replace(".", " ").title() or "Staff"
