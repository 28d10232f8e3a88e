"""`capcom plan`: save and list plans without the API."""

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from capcom_gql.domain.plans import DiscountRule, EventKind, Service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capcom_gql.domain.plans import Offer
    from capcom_gql.services.save_plan import SavePlanForm
    from capcom_gql.settings import Settings
    from capcom_gql.storage.tables import Plan

NONE = "none"
"""The value that makes a list empty."""

_PERCENT = re.compile(r"(?P<percent>\d{1,9}) ?%")

plan = typer.Typer(no_args_is_help=True, help="The plans that organisations may subscribe to.")


@dataclass(frozen=True, slots=True)
class _PlanOptions:
    """The given options of a plan; None for those left out. The price, and amounts of discounts, in minor units."""

    name: str | None
    seat_limit: int | None
    price_minor: int | None
    services: "Sequence[Service] | None"
    discounts: "Sequence[tuple[EventKind, int | None, int | None]] | None"
    is_open: bool | None


@plan.command(
    short_help="Create a plan, or change one.",
    epilog="Example: capcom plan save EQUIPE --price 950 --discount TRAINING=25% --discount MEETING=15% "
    "--discount FORUM=80.00",
)
def save(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Its permanent code; a new one creates a new plan.")],
    name: Annotated[str | None, typer.Option(help="The name for people.")] = None,
    seats: Annotated[int | None, typer.Option(help="The most users of a subscription.")] = None,
    price: Annotated[str | None, typer.Option(help="The price of one term, such as 950 or 950.00.")] = None,
    service: Annotated[
        list[str] | None,
        typer.Option(help=f"A service that it includes; repeat the option, or {NONE}. {', '.join(Service)}."),
    ] = None,
    discount: Annotated[
        list[str] | None,
        typer.Option(
            help=f"KIND=25%, or KIND=80.00 for an amount; repeat the option, or {NONE}. {', '.join(EventKind)}."
        ),
    ] = None,
    is_open: Annotated[bool | None, typer.Option("--open/--closed", help="Whether new terms may have it.")] = None,
) -> None:
    """Create a plan, or change one for terms opened from now on; existing terms keep their copy.

    What is left out stays as it is in an existing plan. The lists of services and of discounts are replaced as a whole:
    to change one discount, give the others as well.
    """
    from capcom_gql.cli.screen import counted, note
    from capcom_gql.settings import load

    settings = load()
    options = _PlanOptions(
        name,
        seats,
        None if price is None else _price(price, settings.currency),
        None if service is None else [_service(each) for each in service if each.lower() != NONE],
        None if discount is None else [_rule(each, settings.currency) for each in discount if each.lower() != NONE],
        is_open,
    )
    saved = asyncio.run(_save(settings, code.strip(), options))
    code, name, _, *others = _row(saved, settings.currency)
    parts = (code, name, counted(saved.offer().seat_limit, "user"), *others)
    note(f"saved {' · '.join(each for each in parts if each)}")


def _price(text: str, currency: str) -> int:
    from capcom_gql.currencies import from_figures

    if (minor := from_figures(text, currency)) is None:
        examples = ", ".join(dict.fromkeys(("950", _example(950, currency))))
        raise typer.BadParameter(f"{text!r} is not an amount in {currency}. Examples: {examples}", param_hint="--price")
    return minor


def _example(whole: int, currency: str) -> str:
    from capcom_gql.currencies import digits_of, in_figures

    return in_figures(whole * 10 ** digits_of(currency), currency)


def _service(text: str) -> Service:
    if text.upper() not in set(Service):
        raise typer.BadParameter(f"{text!r} is none of {', '.join(Service)}, {NONE}.", param_hint="--service")
    return Service(text.upper())


def _rule(text: str, currency: str) -> tuple[EventKind, int | None, int | None]:
    from capcom_gql.currencies import from_figures

    kind, _, worth = (part.strip() for part in text.upper().partition("="))
    if kind not in set(EventKind):
        known = ", ".join(EventKind)
        raise typer.BadParameter(
            f"{text!r} does not begin with a kind of event and =. Kinds: {known}. Example: TRAINING=25%",
            param_hint="--discount",
        )
    if (percent := _PERCENT.fullmatch(worth)) is not None:
        return EventKind(kind), int(percent["percent"]), None
    if (amount := from_figures(worth, currency)) is None:
        raise typer.BadParameter(
            f"{text!r} gives neither a whole percentage nor an amount in {currency}. "
            f"Examples: TRAINING=25%, FORUM={_example(80, currency)}",
            param_hint="--discount",
        )
    return EventKind(kind), None, amount


async def _save(settings: "Settings", code: str, options: _PlanOptions) -> "Plan":
    from capcom_gql.cli.deeds import COMMAND_LINE, installation
    from capcom_gql.services.save_plan import save_plan
    from capcom_gql.storage.tables import Plan

    async with installation(settings) as runtime:
        row = await Plan.get_or_none(code=code)
        before = _new_offer(code, options) if row is None else row.offer()
        is_open = options.is_open if options.is_open is not None else row is None or row.is_open
        saved = await save_plan(runtime, COMMAND_LINE, _form(before, options, is_open=is_open))
        return await Plan.get(id=saved.plan_id)


def _new_offer(code: str, options: _PlanOptions) -> "Offer":
    """The offer of a new plan, from its options. Raises Stop if one that is required is missing."""
    from capcom_gql.cli.failures import Stop
    from capcom_gql.domain.plans import Offer

    if options.name is None or options.seat_limit is None or options.price_minor is None:
        raise Stop(
            f"There is no plan {code!r} to change (capcom plan list shows all plans). A new one needs --name, --seats "
            "and --price; without --service or --discount it has none."
        )
    return Offer(code, options.name, options.seat_limit, options.price_minor, (), ())


def _form(before: "Offer", options: _PlanOptions, *, is_open: bool) -> "SavePlanForm":
    from capcom_gql.services.save_plan import DiscountRuleForm, SavePlanForm

    rules = options.discounts
    if rules is None:
        rules = [(each.event_kind, each.percent, each.amount_minor) for each in before.discounts]
    return SavePlanForm(
        code=before.plan_code,
        name=before.plan_name if options.name is None else options.name,
        seat_limit=before.seat_limit if options.seat_limit is None else options.seat_limit,
        price_minor=before.price_minor if options.price_minor is None else options.price_minor,
        services=tuple(before.services if options.services is None else options.services),
        discounts=tuple(DiscountRuleForm(*rule) for rule in rules),
        is_open=is_open,
    )


@plan.command("list", epilog="Example: capcom plan list --json")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print every plan, open and closed, those with the fewest seats first."""
    from capcom_gql.cli.screen import show_json, show_table
    from capcom_gql.settings import load

    settings = load()
    plans = asyncio.run(_all(settings))
    if as_json:
        show_json([_in_json(each) for each in plans])
        return
    columns = ("code", "name", "seats", "price", "services", "discounts", "is")
    show_table(columns, [_row(each, settings.currency) for each in plans])


async def _all(settings: "Settings") -> "list[Plan]":
    from capcom_gql.cli.database import database
    from capcom_gql.storage.tables import Plan

    async with database(settings):
        return await Plan.all().order_by("seat_limit", "code")


def _row(row: "Plan", currency: str) -> tuple[str, ...]:
    from capcom_gql.languages.locales import ENGLISH
    from capcom_gql.languages.writing import spell_money

    offer = row.offer()
    return (
        row.code,
        offer.plan_name,
        str(offer.seat_limit),
        spell_money(offer.price_minor, currency, ENGLISH),
        " ".join(offer.services),
        " ".join(f"{rule.event_kind}={_discount_text(rule, currency)}" for rule in offer.discounts),
        "open" if row.is_open else "closed",
    )


def _discount_text(rule: DiscountRule, currency: str) -> str:
    """The value of a discount as `--discount` takes it."""
    from capcom_gql.currencies import in_figures

    if rule.amount_minor is None:
        return f"{rule.percent}%"
    return in_figures(rule.amount_minor, currency)


def _in_json(row: "Plan") -> dict[str, object]:
    """A plan as JSON, with the field names of the mutation savePlan."""
    offer = row.offer()
    return {
        "code": row.code,
        "name": offer.plan_name,
        "seatLimit": offer.seat_limit,
        "priceMinor": offer.price_minor,
        "services": list(offer.services),
        "discounts": [
            {"eventKind": each.event_kind, "percent": each.percent, "amountMinor": each.amount_minor}
            for each in offer.discounts
        ],
        "isOpen": row.is_open,
    }
