"""One subscription, lived through: its manager and staff act, days pass, and what was done, sent and planned is read.

A deed that is refused raises `Refused`; `refused` is for those that are meant to be. Times are those of Paris, as
`2028-01-29 08:00`; the people are those of `tests.world`: "ana" is Ana Silva at ana@ville.example.
"""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from capcom_gql.storage.product_clock import product_now, set_product_clock
from capcom_gql.storage.tables import Plan
from tests.world import PARIS, World, user

VIEW = """
query View($id: ID!) {
  node(id: $id) { ... on OrganisationSubscription {
    state isLive startsOn endsOn proofDueOn seatLimit seatsUsed plan { code }
    manager { person { email } }
    terms {
      id state startsOn endsOn proofDueOn isConfirmed seatLimit price { amountMinor } plan { code }
      cancelledAt cancellationReason reinstatedAt
    }
    renewal { noticeOn isOpen remindersSent remindersMax declinedAt declineReason renewedAt wouldEndOn }
    agenda { kind on }
    seats(includeRemoved: true) {
      id isActive isManager subscriberNumber person { id email }
      survey { askedAt answeredAt closesOn term { id } }
    }
    timeline(first: 100) { nodes { kind occurredAt recordedAt details } }
  } }
}
"""
SEAT_LIMIT = "... on SeatLimitError { limit used }"
Row = tuple[str, ...]


class Refused(AssertionError):
    """A deed was refused."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors


async def refused(deed: Awaitable[object]) -> list[dict[str, Any]]:
    """The errors of a deed that is refused."""
    with pytest.raises(Refused) as refusal:
        await deed
    return refusal.value.errors


async def codes(deed: Awaitable[object]) -> list[str]:
    """The codes and places of a refusal: `PLAN_TOO_SMALL planCode`."""
    return [" ".join((error["code"], ".".join(error["path"]))) for error in await refused(deed)]


def paris(instant: str | datetime) -> str:
    """An instant as a Paris clock shows it: `2028-01-29 08:00`."""
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return f"{moment.astimezone(PARIS):%Y-%m-%d %H:%M}"


def instant_of(text: str) -> datetime:
    """The instant that a Paris clock shows; a day alone means its noon."""
    local = datetime.fromisoformat(text if len(text) > 10 else f"{text} 12:00")
    return local.replace(tzinfo=PARIS).astimezone(UTC)


async def now_is(text: str) -> None:
    """Move the product's clock, with no worker at work."""
    await set_product_clock(instant_of(text), force=True)


async def change_plan(code: str, **columns: Any) -> None:
    """Change the operator's plan for terms opened from now on."""
    await Plan.filter(code=code).update(**columns)


@dataclass
class Story:
    """A subscription with its manager's token."""

    world: World
    subscription: str
    organisation: str
    manager: str = ""
    numbers: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def begin(cls, world: World, *names: str, on: str = "2027-03-01", paid: bool = True, **more: Any) -> "Story":
        """Staff sign up an organisation; the first name is its manager's, who chooses a password."""
        await now_is(on)
        opened = await world.subscribe(*names, **more)
        story = cls(world, opened["id"], opened["organisation"]["id"])
        await story._learn_numbers()
        if paid:
            await story.pay()
        await world.tick()
        story.manager = await world.sign_in_by_letter(names[0])
        return story

    # ---- time ------------------------------------------------------------------------------------------------

    async def at(self, text: str) -> None:
        """Come to a moment, and carry out whatever is due then."""
        await now_is(text)
        await self.world.tick()

    async def live_to(self, last: str, *, every: int = 1) -> None:
        """Live on to a day, a worker at work now, then at 07:59 and at 08:00 each day, or every so many days."""
        await self.world.tick()
        now, day, end = await product_now(), await self.world.today(), date.fromisoformat(last)
        days = [*(day + timedelta(days=count) for count in range(0, (end - day).days, every)), end]
        for moment in (f"{day} {hour}" for day in days for hour in ("07:59", "08:00")):
            if instant_of(moment) > now:
                await self.at(moment)

    # ---- deeds -----------------------------------------------------------------------------------------------

    async def _do(self, deed: str, shape: str, token: str | None, /, **form: Any) -> dict[str, Any]:
        kind = f"{deed[0].upper()}{deed[1:]}Input"
        asked = f"{shape} errors {{ code path message {SEAT_LIMIT if deed == 'addSeats' else ''} }}"
        document = f"mutation Deed($input: {kind}!) {{ {deed}(input: $input) {{ {asked} }} }}"
        payload = (await self.world.ask(document, {"input": form}, token=token)).payload(deed)
        if payload["errors"]:
            raise Refused(payload["errors"])
        return payload

    async def renew(self, plan: str | None = None, *, by: str | None = None, terms: str = "1") -> dict[str, Any]:
        """Renew, as the manager; the term that was added."""
        form = {"subscriptionId": self.subscription, "acceptedTermsVersion": terms}
        if plan is not None:
            form["planCode"] = plan
        key = self.world.fresh_key()
        shape = "term { id state startsOn endsOn proofDueOn seatLimit price { amountMinor } plan { code } }"
        done = await self._do("renew", shape, by or self.manager, **form, idempotencyKey=key)
        term = done["term"]
        assert isinstance(term, dict)
        return term

    async def decline(self, reason: str | None = None, *, by: str | None = None) -> None:
        """Decline the renewal, as the manager."""
        form = {"subscriptionId": self.subscription, "reason": reason}
        await self._do("declineRenewal", "", by or self.manager, **form)

    async def pay(self, **more: Any) -> None:
        """Record a purchase order received today, as staff."""
        payload = await self.world.record_proof(self.subscription, **more)
        if payload["errors"]:
            raise Refused(payload["errors"])

    async def reinstate(self, term: str, **more: Any) -> dict[str, Any]:
        """Reinstate a term by a cheque that came in time, as staff; the term."""
        received = {"kind": "CHEQUE", "reference": "CH-7", "receivedOn": (await self.world.today()).isoformat()}
        form = {"termId": term, "reason": "It lay on a desk.", **received, **more}
        done = await self._do("reinstateTerm", "term { id state reinstatedAt }", await self.world.staff(), **form)
        reinstated = done["term"]
        assert isinstance(reinstated, dict)
        return reinstated

    async def cancel(self, reason: str = "WITHDRAWN") -> None:
        """Cancel the subscription, as staff."""
        form = {"subscriptionId": self.subscription, "reason": reason, "note": "Letter of the mayor."}
        await self._do("cancelSubscription", "", await self.world.staff(), **form)

    async def add(self, *names: str) -> None:
        """Add users, as the manager."""
        form = {"subscriptionId": self.subscription, "users": [user(name) for name in names]}
        await self._do("addSeats", "", self.manager, **form, idempotencyKey=self.world.fresh_key())
        await self._learn_numbers()

    async def remove(self, name: str) -> None:
        """Remove a user, as the manager."""
        await self._do("removeSeat", "", self.manager, seatId=(await self.seat(name))["id"])

    async def replace(self, name: str, other: str, *, by: str | None = None) -> None:
        """Replace a user by another person, as the manager."""
        form = {"seatId": (await self.seat(name))["id"], "user": user(other)}
        await self._do("replaceSeat", "", by or self.manager, **form)
        await self._learn_numbers()

    async def hand_over(self, name: str, *, by: str | None = None) -> None:
        """Hand the management over to a user, as the manager."""
        form = {"subscriptionId": self.subscription, "seatId": (await self.seat(name))["id"]}
        await self._do("transferManagement", "", by or self.manager, **form)

    async def erase(self, name: str) -> None:
        """Erase a person, as staff."""
        form = {"personId": (await self.seat(name))["person"]["id"], "reason": "They asked for it."}
        await self._do("erasePerson", "erased", await self.world.staff(), **form)

    async def reopen(self, *names: str, by: str | None = None, plan: str = "EQUIPE") -> None:
        """Reopen the subscription by a new form, as its last manager."""
        form = self.world.form(*names, plan=plan) | {"organisationId": self.organisation}
        await self._do("subscribe", "", by or self.manager, **form)
        await self._learn_numbers()

    async def answer_survey(self, name: str, token: str, term: str, score: int = 9) -> None:
        """Answer the survey that a user's seat was asked about a term, as that user."""
        form = {"seatId": (await self.seat(name))["id"], "termId": term, "score": score}
        await self._do("answerSurvey", "survey { answeredAt }", token, **form)

    # ---- what is read ----------------------------------------------------------------------------------------

    async def view(self, *, by: str | None = None) -> dict[str, Any]:
        """The subscription, as staff see it."""
        answer = await self.world.ask(VIEW, {"id": self.subscription}, token=by or await self.world.staff())
        seen = answer.ok()["node"]
        assert isinstance(seen, dict)
        return seen

    async def seat(self, name: str) -> dict[str, Any]:
        """The last seat of a person."""
        seats = (await self.view())["seats"]
        found = [seat for seat in seats if _name(seat["person"]["email"]) == name]
        assert isinstance(found[-1], dict)
        return found[-1]

    async def _learn_numbers(self) -> None:
        seats = (await self.view())["seats"]
        self.numbers = {_name(seat["person"]["email"]): seat["subscriberNumber"] for seat in seats}

    async def terms(self) -> list[Row]:
        """The state, first and last day of each term."""
        return [(term["state"], term["startsOn"], term["endsOn"]) for term in (await self.view())["terms"]]

    async def term(self, place: int) -> str:
        """The id of a term, by its place."""
        return str((await self.view())["terms"][place]["id"])

    async def agenda(self) -> list[Row]:
        """What is planned, and its days."""
        return [(each["kind"], each["on"]) for each in (await self.view())["agenda"]]

    async def happened(self, *kinds: str, since: str = "") -> list[Row]:
        """What happened, with its time, oldest first; these kinds alone, where some are named."""
        events = reversed((await self.view())["timeline"]["nodes"])
        rows = [(paris(event["occurredAt"]), event["kind"]) for event in events]
        return [row for row in rows if row[0] >= since and (not kinds or row[1] in kinds)]

    async def reason(self, name: str, *, at: str | None = None) -> str:
        """What a check of a person's number answers, now or as of a past moment."""
        more = {} if at is None else {"at": instant_of(at).isoformat()}
        return str((await self.world.check(self.numbers[name], token=await self.world.staff(), **more))["reason"])

    def post(self, since: str = "") -> list[Row]:
        """Every mail: when it was sent, its topic, who got it."""
        rows: dict[tuple[str, str], list[str]] = {}
        for letter in self.world.letters():
            rows.setdefault((paris(letter.sent_at), letter.topic), []).append(_name(letter.to))
        return [(*row, " ".join(sorted(names))) for row, names in sorted(rows.items()) if row[0] >= since]


def _name(address: str) -> str:
    """The name by which the tests call the holder of an address."""
    return address.split("@", maxsplit=1)[0]
