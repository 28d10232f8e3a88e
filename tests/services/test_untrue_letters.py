"""A letter that ceased to be true between its writing and its sending is not sent, and says why."""

from datetime import date, time, timedelta

import pytest

from capcom_gql.domain.rights import Actor
from capcom_gql.domain.terms import CancellationReason
from capcom_gql.languages.locales import FRENCH
from capcom_gql.services.answer_survey import AnswerSurveyForm, answer_survey
from capcom_gql.services.cancel_subscription import CancelSubscriptionForm, cancel_subscription
from capcom_gql.services.decline_renewal import DeclineRenewalForm, decline_renewal
from capcom_gql.services.reinstate_term import ReinstateTermForm, reinstate_term
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.renew import RenewForm, renew
from capcom_gql.services.subscribe import Subscribed, subscribe
from capcom_gql.services.transfer_management import TransferManagementForm, transfer_management
from capcom_gql.storage.tables import Delivery, Seat, Term
from capcom_gql.subscription.sweep import record_steps
from tests.databases import ONLY_SQLITE
from tests.services.house import FIRST_DAY, Service, form, fresh_key, on

pytestmark = ONLY_SQLITE

ENDS_ON = date(2028, 2, 29)
"""The last day of a year that began on the first day, 1 March 2027."""


class Town:
    """One organisation with ana, who manages, and bob; its letters so far are sent."""

    def __init__(self, service: Service, made: Subscribed) -> None:
        self.service, self.id, (self.ana, self.bob) = service, made.subscription_id, made.seat_ids

    async def renew(self) -> None:
        await renew(self.service.runtime, self.service.staff, RenewForm(self.id, "1", fresh_key()))

    async def cancel(self) -> None:
        asked = CancelSubscriptionForm(self.id, CancellationReason.BY_STAFF, "at their word")
        await cancel_subscription(self.service.runtime, self.service.staff, asked)

    async def hand_over(self, seat_id: str) -> None:
        await transfer_management(self.service.runtime, self.service.staff, TransferManagementForm(self.id, seat_id))

    async def decline(self) -> None:
        await decline_renewal(self.service.runtime, self.service.staff, DeclineRenewalForm(self.id))

    async def reinstate(self) -> None:
        (term,) = await Term.filter(subscription_id=self.id)
        today = await self.service.today()
        asked = ReinstateTermForm(term.id, "CHEQUE", "CH-1", today, "late")
        await reinstate_term(self.service.runtime, self.service.staff, asked)

    async def reopen(self) -> None:
        row = await Term.filter(subscription_id=self.id).first().prefetch_related("subscription")
        assert row is not None
        again = form("ana", "bob", organisation=None, organisation_id=row.subscription.organisation_id)
        await subscribe(self.service.runtime, self.service.staff, again, FRENCH)

    async def remove_bob(self) -> None:
        await remove_seat(self.service.runtime, self.service.staff, RemoveSeatForm(self.bob))

    async def record_due(self, day: date) -> None:
        """What a day makes due is recorded, and its letters wait for eight o'clock."""
        await on(day, time(1))
        await record_steps(self.service.runtime)

    async def told(self, topic: str) -> dict[str, str]:
        """Send whatever is due in the evening: each letter of a topic by its reader, with its reason or its state."""
        await on(await self.service.today(), time(20))
        await self.service.tick()
        letters = await Delivery.filter(topic=topic).order_by("created_at", "id")
        return {each.recipient.partition("@")[0]: each.reason or each.state for each in letters}


@pytest.fixture
async def town(service: Service) -> Town:
    """A subscription whose proof is still awaited."""
    made = await service.subscribe("ana", "bob")
    await service.tick()
    return Town(service, made)


@pytest.fixture
async def paid(town: Town) -> Town:
    """A subscription whose proof is recorded."""
    await town.service.record_proof(town.id)
    await town.service.tick()
    return town


REMOVED = "the seat was removed before the letter was sent"
CANCELLED = "the term was cancelled before the letter was sent"
HANDED_ON = "the role was handed over before the letter was sent"
REOPENED = "the subscription was reopened or renewed before the letter was sent"


@pytest.mark.rule("R8")
async def test_a_confirmation_of_a_year_cancelled_meanwhile(town: Town) -> None:
    await town.service.record_proof(town.id)
    await town.cancel()
    assert await town.told("confirmed") == {"ana": CANCELLED}


@pytest.mark.rule("R14")
async def test_a_renewal_cancelled_meanwhile(paid: Town) -> None:
    await paid.renew()
    await paid.cancel()
    assert await paid.told("renewed") == {"ana": CANCELLED, "bob": CANCELLED}


@pytest.mark.rule("R12")
async def test_a_renewal_for_whom_has_no_seat_any_more(paid: Town) -> None:
    await paid.renew()
    await paid.remove_bob()
    assert await paid.told("renewed") == {"ana": "SENT", "bob": REMOVED}


@pytest.mark.rule("R12")
async def test_a_role_handed_over_and_back(paid: Town) -> None:
    await paid.hand_over(paid.bob)
    await paid.hand_over(paid.ana)
    await paid.told("manager_changed")
    letters = await Delivery.filter(topic="manager_changed").order_by("event_id", "recipient")
    assert [each.reason or each.state for each in letters] == [HANDED_ON, HANDED_ON, "SENT", "SENT"]


@pytest.mark.rule("R14")
async def test_a_decline_taken_back(paid: Town) -> None:
    await paid.decline()
    await paid.renew()
    assert await paid.told("declined") == {"ana": "the decline was taken back before the letter was sent"}


@pytest.mark.rule("R14")
async def test_a_decline_of_whom_does_not_decide_any_more(paid: Town) -> None:
    await paid.decline()
    await paid.hand_over(paid.bob)
    assert await paid.told("declined") == {"ana": HANDED_ON}


@pytest.mark.rule("R9")
async def test_a_cancellation_undone(town: Town) -> None:
    await town.record_due(FIRST_DAY + timedelta(days=16))
    await town.reinstate()
    undone = "the term was reinstated before the letter was sent"
    assert await town.told("cancelled") == {"ana": undone, "bob": undone}
    assert await town.told("reinstated") == {"ana": "SENT", "bob": "SENT"}


@pytest.mark.rule("R9")
async def test_a_cancellation_after_which_staff_reopened(town: Town) -> None:
    await town.record_due(FIRST_DAY + timedelta(days=16))
    await town.reopen()
    assert await town.told("cancelled") == {"ana": REOPENED, "bob": REOPENED}


@pytest.mark.rule("R16")
async def test_an_end_after_which_it_was_reopened(paid: Town) -> None:
    await paid.record_due(ENDS_ON + timedelta(days=1))
    await paid.reopen()
    assert await paid.told("expired") == {"ana": REOPENED, "bob": REOPENED}


@pytest.mark.rule("R13")
async def test_a_question_that_is_answered(paid: Town) -> None:
    await paid.record_due(date(2028, 1, 29))
    await paid.renew()
    answered = "the renewal is answered already"
    assert await paid.told("renewal_notice") == {"ana": answered, "bob": answered}


@pytest.mark.rule("R15")
async def test_a_question_that_a_later_one_has_overtaken(paid: Town) -> None:
    await paid.record_due(date(2028, 1, 29))
    await paid.record_due(ENDS_ON - timedelta(days=21))
    overtaken = "a more recent letter has taken its place"
    assert await paid.told("renewal_notice") == {"ana": overtaken, "bob": overtaken}
    assert await paid.told("renewal_reminder") == {"ana": "SENT", "bob": "SENT"}


@pytest.mark.rule("R18")
async def test_a_survey_that_is_answered_or_closed_or_of_no_seat_any_more(paid: Town) -> None:
    await paid.renew()
    (term, _) = await Term.filter(subscription_id=paid.id).order_by("starts_on")
    ana = await Seat.get(id=paid.ana)
    holder = Actor(person_id=ana.person_id)
    await answer_survey(paid.service.runtime, holder, AnswerSurveyForm(paid.ana, term.id, 9))
    await paid.remove_bob()
    assert await paid.told("survey") == {"ana": "the survey is answered already", "bob": REMOVED}


@pytest.mark.rule("R18")
async def test_a_survey_that_is_closed(paid: Town) -> None:
    await paid.renew()
    await on(ENDS_ON + timedelta(days=31))
    closed = "the survey was closed before the letter was sent"
    assert await paid.told("survey") == {"ana": closed, "bob": closed}
