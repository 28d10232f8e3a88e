"""Random lives of a few organisations, through the deeds and the clock; what the rules refuse is simply not done.

A turn lets time pass, perhaps lets the worker record what is due by then, and tries one deed. What a deed is about is
picked by a small number among what there is.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from capcom_gql.domain.plans import EventKind, Service
from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import Actor, Scope
from capcom_gql.domain.terms import CancellationReason
from capcom_gql.forms import OrganisationForm
from capcom_gql.languages.locales import FRENCH
from capcom_gql.runtime import Runtime
from capcom_gql.services.add_seats import AddSeatsForm, add_seats
from capcom_gql.services.answer_survey import AnswerSurveyForm, answer_survey
from capcom_gql.services.cancel_subscription import CancelSubscriptionForm, cancel_subscription
from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
from capcom_gql.services.record_payment_proof import RecordPaymentProofForm, record_payment_proof
from capcom_gql.services.redeem_discount import redeem_discount
from capcom_gql.services.reinstate_term import ReinstateTermForm, reinstate_term
from capcom_gql.services.release_discount import ReleaseDiscountForm, release_discount
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.renew import RenewForm, renew
from capcom_gql.services.replace_seat import ReplaceSeatForm, replace_seat
from capcom_gql.services.save_plan import DiscountRuleForm, SavePlanForm, save_plan
from capcom_gql.services.subscribe import subscribe
from capcom_gql.storage.product_clock import product_now, set_product_clock
from capcom_gql.storage.tables import Organisation, Redemption, Seat, Subscription, SurveyRequest, Term
from capcom_gql.subscription.sweep import record_steps
from tests.domain.words import PARIS
from tests.services.house import form, fresh_key, person, redemption

FIRST_DAY = date(2027, 3, 1)
MOST_ORGANISATIONS = 3
PEOPLE = ("ana", "bob", "cleo", "dan", "eve", "fay")
PLANS = ("ESSENTIEL", "EQUIPE", "COLLECTIF")
DESK = Actor(key_id="key_1", scopes=frozenset({Scope.DISCOUNTS_REDEEM}))

# often to an edge: a proof's due day and the days around it, the last month of a year, its end
GAPS = (0, 0, 0, 0, 0, 0, 1, 5, 14, 15, 16, 17, 30, 200, 320, 334, 350, 350, 365, 366)
HOURS = (time(0, 0, 1), time(9), time(23, 30))
DEEDS = (
    *("go_on",) * 16,
    *("sign_up", "pay", "renew", "redeem", "answer") * 2,
    *("reinstate", "add", "remove", "replace", "release", "cancel", "save_plan", "erase"),
)

Row = TypeVar("Row")


@dataclass(frozen=True)
class Turn:
    """So many days later, at an hour: what is tried, and of what there is, which; `works`: the worker was there."""

    days: int
    hour: time
    works: bool
    deed: str
    which: int


TURNS = st.builds(
    Turn, st.sampled_from(GAPS), st.sampled_from(HOURS), st.booleans(), st.sampled_from(DEEDS), st.integers(0, 11)
)


@dataclass(frozen=True)
class Said:
    """What somebody answered to a survey, which no event tells."""

    score: int
    comment: str | None
    person_id: str


@dataclass
class Life:
    """The lives being led: who does the deeds as staff, and what was answered to surveys, by term and seat."""

    runtime: Runtime
    staff: Actor
    said: dict[tuple[str, str], Said] = field(default_factory=dict)

    async def lead(self, turns: Sequence[Turn]) -> None:
        """Every turn in order."""
        await set_product_clock(datetime.combine(FIRST_DAY, time(8), PARIS).astimezone(UTC), force=True)
        for turn in turns:
            await self.pass_time(turn.days, turn.hour)
            if turn.works:
                await record_steps(self.runtime)
            deed: Callable[[int], Awaitable[object]] = getattr(self, turn.deed)
            with suppress(Refusal):
                await deed(turn.which)

    async def pass_time(self, days: int, hour: time) -> None:
        """The clock never goes back."""
        now = await product_now()
        day = now.astimezone(PARIS).date() + timedelta(days=days)
        then = datetime.combine(day, hour, PARIS).astimezone(UTC)
        if then > now:
            await set_product_clock(then)

    async def go_on(self, which: int) -> None:
        """What everybody hopes for: who was asked answers, what is open is used, what is owed is paid, and renewed."""
        used = self.answer, self.sign_up, self.redeem
        for deed in (*used, self.pay, self.renew) if which % 4 else used:
            with suppress(Refusal):
                await deed(which)

    async def sign_up(self, which: int) -> None:
        """A new organisation, or one that comes back."""
        known = await Organisation.all().order_by("id")
        names = [PEOPLE[(which + place) % len(PEOPLE)] for place in range(1 + which % 3)]
        asked = form(*names, plan=PLANS[which % 3])
        if len(known) < MOST_ORGANISATIONS and which % 2:
            asked = replace(asked, organisation=OrganisationForm(f"Ville {len(known)}"))
        elif known:
            asked = replace(asked, organisation=None, organisation_id=known[which % len(known)].id)
        await subscribe(self.runtime, self.staff, asked, FRENCH)

    async def pay(self, which: int) -> None:
        """The proof that is awaited first."""
        if (subscription := await _one(Subscription.all().order_by("id"), which)) is not None:
            today = (await product_now()).astimezone(PARIS).date()
            asked = RecordPaymentProofForm(subscription.id, "CHEQUE", "CH-1", today, fresh_key())
            await record_payment_proof(self.runtime, self.staff, asked)

    async def renew(self, which: int) -> None:
        """For another year, by the same plan or another."""
        if (subscription := await _one(Subscription.all().order_by("id"), which)) is not None:
            asked = RenewForm(subscription.id, "1", fresh_key(), (None, *PLANS)[which % 4])
            await renew(self.runtime, self.staff, asked)

    async def add(self, which: int) -> None:
        """One user more."""
        if (subscription := await _one(Subscription.all().order_by("id"), which)) is not None:
            asked = AddSeatsForm(subscription.id, (person(PEOPLE[which % len(PEOPLE)]),), fresh_key())
            await add_seats(self.runtime, self.staff, asked, FRENCH)

    async def remove(self, which: int) -> None:
        """One user less."""
        if (seat := await _one(Seat.filter(removed_at__isnull=True).order_by("id"), which)) is not None:
            await remove_seat(self.runtime, self.staff, RemoveSeatForm(seat.id))

    async def replace(self, which: int) -> None:
        """Another user in the place of one."""
        if (seat := await _one(Seat.filter(removed_at__isnull=True).order_by("id"), which)) is not None:
            asked = ReplaceSeatForm(seat.id, person(PEOPLE[which % len(PEOPLE)]))
            await replace_seat(self.runtime, self.staff, asked, FRENCH)

    async def redeem(self, which: int) -> None:
        """A registration to one of two events."""
        if (seat := await _one(Seat.filter(removed_at__isnull=True).order_by("id"), which)) is not None:
            kind = (EventKind.FORUM, EventKind.TRAINING)[which % 2]
            asked = redemption(seat.number, f"{kind} {which % 4}", price_minor=9_999 + which)
            await redeem_discount(self.runtime, DESK, replace(asked, event_kind=kind))

    async def release(self, which: int) -> None:
        """A registration that fell through."""
        if (used := await _one(Redemption.all().order_by("id"), which)) is not None:
            await release_discount(self.runtime, DESK, ReleaseDiscountForm(used.id))

    async def cancel(self, which: int) -> None:
        """By staff."""
        if (subscription := await _one(Subscription.all().order_by("id"), which)) is not None:
            reason = (CancellationReason.BY_STAFF, CancellationReason.WITHDRAWN)[which % 2]
            await cancel_subscription(self.runtime, self.staff, CancelSubscriptionForm(subscription.id, reason, "Note"))

    async def reinstate(self, which: int) -> None:
        """A term that was never paid."""
        if (term := await _one(Term.filter(unpaid_at__isnull=False).order_by("-opened_at"), which)) is not None:
            today = (await product_now()).astimezone(PARIS).date()
            asked = ReinstateTermForm(term.id, "CHEQUE", "CH-2", today, "Late")
            await reinstate_term(self.runtime, self.staff, asked)

    async def answer(self, which: int) -> None:
        """By the holder of a seat that was asked."""
        if (request := await _one(SurveyRequest.filter(answered_at__isnull=True).order_by("id"), which)) is not None:
            seat = await Seat.get(id=request.seat_id)
            score, comment = which % 11, f"Remark {which}" if which % 2 else None
            asked = AnswerSurveyForm(seat.id, request.term_id, score, comment)
            await answer_survey(self.runtime, Actor(person_id=seat.person_id), asked)
            self.said[request.term_id, seat.id] = Said(score, comment, seat.person_id)

    async def save_plan(self, which: int) -> None:
        """Another price and number of seats, for terms opened later."""
        code = PLANS[which % 3]
        rules = (DiscountRuleForm(EventKind.FORUM, percent=which + 1), DiscountRuleForm(EventKind.TRAINING, None, 700))
        asked = SavePlanForm(code, code.title(), 3 + which % 8, 50_000 + which, tuple(Service), rules)
        await save_plan(self.runtime, self.staff, asked)

    async def erase(self, which: int) -> None:
        """Somebody who has or had a seat: what they wrote goes with them."""
        if (seat := await _one(Seat.all().order_by("id"), which)) is not None:
            await erase_person(self.runtime, self.staff, ErasePersonForm(seat.person_id, "At their wish"))
            self.said = {
                key: replace(each, comment=None) if each.person_id == seat.person_id else each
                for key, each in self.said.items()
            }


async def _one(found: Awaitable[Sequence[Row]], which: int) -> Row | None:
    rows = await found
    return rows[which % len(rows)] if rows else None
