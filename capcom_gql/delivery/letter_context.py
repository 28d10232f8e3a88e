"""The context with which a letter is rendered, read from the database when it is sent (Letters).

A letter that is no longer true is not sent: see `Suppressed`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from capcom_gql.delivery.links import ASKED_FOR, mint_password_link, mint_unsubscribe_link, welcome_to
from capcom_gql.delivery.notice_context import email_context, notice_context, support_context
from capcom_gql.delivery.suppressed import Suppressed
from capcom_gql.domain import terms as term_rules
from capcom_gql.domain.letters import LETTERS, Topic
from capcom_gql.domain.lifecycle import awaits_proof, subscription_status
from capcom_gql.domain.plans import DiscountRule
from capcom_gql.domain.renewals import is_answered, renewal_notices
from capcom_gql.domain.seats import format_number
from capcom_gql.domain.terms import survey_closes_on
from capcom_gql.languages.locales import Locale
from capcom_gql.languages.writing import spell_money
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine import database
from capcom_gql.storage.tables import Delivery, Event, Person, Seat, SurveyRequest, Term

_PASSWORDS = (Topic.WELCOME, Topic.PASSWORD_LINK)
_RENEWALS = (Topic.RENEWAL_NOTICE, Topic.RENEWAL_REMINDER)
_OF_A_SEAT = (Topic.WELCOME, Topic.SURVEY, Topic.RENEWED, Topic.REINSTATED, *_RENEWALS)
"""Letters that are not sent to a person whose seat was removed."""

# names only, in one statement: the rows are wide, and every letter needs them
_NAMES = """
    SELECT organisation.name AS organisation_name, manager.given_name, manager.family_name
    FROM subscription
    JOIN organisation ON organisation.id = subscription.organisation_id
    LEFT JOIN seat ON seat.subscription_id = subscription.id AND seat.is_manager AND seat.removed_at IS NULL
    LEFT JOIN person AS manager ON manager.id = seat.person_id
    WHERE subscription.id = $1
"""

_TO_SUPPORT = {Topic.STAFF_NOTICE: notice_context, Topic.SUPPORT_OPENED: support_context}
"""What gives the facts of each letter to the support address."""


async def context_of(runtime: Runtime, delivery: Delivery, person: Person | None, today: date) -> dict[str, Any]:
    """The context of a delivery to a person, or to the support address (`person` None): the keys of `notifiers.topics`.

    `today` is the civil day by the product's clock. Creates the letter's one-time link, if it has one. Raises
    Suppressed if the letter is no longer true.
    """
    topic = Topic(delivery.topic)
    if topic in _TO_SUPPORT:
        return await _TO_SUPPORT[topic](delivery)
    assert person is not None, "every other letter goes to a person"
    context: dict[str, Any] = {
        "person": {"given_name": person.given_name, "family_name": person.family_name, "email": person.email},
        "support_email": runtime.support_email,
        "login_url": f"{runtime.account_base_url}/login",
    }
    if topic is Topic.SUPPORT_ANSWER:
        context |= await support_context(delivery)
    if topic is Topic.EMAIL_CHANGE:
        context |= await email_context(runtime, delivery)
    if "seat_id" in delivery.about:
        letter = await _load_letter(runtime, delivery, today)
        await _check_still_true(letter, topic)
        context |= _seat_context(letter, Locale(person.locale)) | await _year_context(letter, topic)
    if topic is Topic.SURVEY:
        context |= {"unsubscribe_url": await mint_unsubscribe_link(runtime.public_url, person)}
    if topic in _PASSWORDS:
        hours = LETTERS[topic].link_hours
        assert hours is not None, "the table of letters says how long a link to choose a password holds"
        purpose = welcome_to(delivery.about["seat_id"]) if topic is Topic.WELCOME else ASKED_FOR
        link = await mint_password_link(runtime.account_base_url, person, hours, purpose)
        context |= {"link": link, "link_hours": hours}
    return context


@dataclass(frozen=True, slots=True)
class _SeatLetter:
    """What a letter about a seat needs."""

    runtime: Runtime
    delivery: Delivery
    seat: Seat
    rows: list[Term]
    """the terms of its subscription, the earliest first"""
    row: Term
    """the term that the letter is about"""
    organisation_name: str
    manager_name: str | None
    today: date

    @property
    def facts(self) -> term_rules.Term:
        return self.row.facts()

    @property
    def terms(self) -> list[term_rules.Term]:
        return [row.facts() for row in self.rows]


async def _load_letter(runtime: Runtime, delivery: Delivery, today: date) -> _SeatLetter:
    seat = await Seat.get(id=delivery.about["seat_id"])
    rows = await Term.filter(subscription_id=seat.subscription_id).order_by("starts_on", "opened_at")
    named = [term for term in rows if term.id == delivery.about.get("term_id")]
    (names,) = await database.rows(_NAMES, [seat.subscription_id])
    manager = None if names["given_name"] is None else f"{names['given_name']} {names['family_name']}"
    return _SeatLetter(runtime, delivery, seat, rows, (named or rows)[-1], names["organisation_name"], manager, today)


async def _check_still_true(letter: _SeatLetter, topic: Topic) -> None:
    """Raise Suppressed if what the letter says is no longer true."""
    facts = letter.facts
    if topic in _OF_A_SEAT and letter.seat.removed_at is not None:
        raise Suppressed("the seat was removed before the letter was sent")
    if topic is Topic.MANAGER_CHANGED and await _changed_again(letter):
        raise Suppressed("the role was handed over before the letter was sent")
    if topic is Topic.PROOF_REMINDER and not awaits_proof(facts):
        raise Suppressed("the proof is no longer awaited")
    if topic in _RENEWALS and (is_answered(facts, letter.terms) or facts.cancelled_at is not None):
        raise Suppressed("the renewal is answered already")
    if topic in _RENEWALS and _is_overtaken(letter):
        raise Suppressed("a more recent letter has taken its place")
    if topic in (Topic.CONFIRMED, Topic.RENEWED, Topic.REINSTATED) and facts.cancelled_at is not None:
        raise Suppressed("the term was cancelled before the letter was sent")
    if topic is Topic.CANCELLED and await _is_reinstated(letter):
        raise Suppressed("the term was reinstated before the letter was sent")
    if topic in (Topic.CANCELLED, Topic.EXPIRED) and _is_reopened(letter):
        raise Suppressed("the subscription was reopened or renewed before the letter was sent")
    if topic is Topic.DECLINED and facts.declined_at is None:
        raise Suppressed("the decline was taken back before the letter was sent")
    if topic is Topic.DECLINED and not letter.seat.is_manager:
        raise Suppressed("the role was handed over before the letter was sent")
    if topic is Topic.SURVEY:
        asked = await SurveyRequest.get(seat_id=letter.seat.id, term_id=letter.row.id)
        if asked.answered_at is not None:
            raise Suppressed("the survey is answered already")
        if letter.today > survey_closes_on(letter.row.ends_on, letter.runtime.policy):
            raise Suppressed("the survey was closed before the letter was sent")


async def _is_reinstated(letter: _SeatLetter) -> bool:
    """Whether the letter's cancellation was undone, even if staff cancelled the term again afterwards (R9)."""
    event = await Event.get(id=letter.delivery.event_id)
    in_force = letter.facts.cancellation_reason
    return in_force is None or in_force.value != event.details["reason"]


def _is_reopened(letter: _SeatLetter) -> bool:
    """Whether there is or was access again since the cancellation or the end; where only a coming term was cancelled,
    whether another one was opened."""
    stopped_at = letter.facts.cancelled_at or letter.facts.ended_at
    if stopped_at is not None and any(term.opened_at > stopped_at for term in letter.terms):
        return True
    status = subscription_status(letter.terms, letter.today, letter.runtime.policy)
    return "running_term_id" not in letter.delivery.about and status is not None and status.is_live


def _is_overtaken(letter: _SeatLetter) -> bool:
    """Whether a later letter about the renewal, or the end of the term, makes this one obsolete (R15)."""
    facts, place = letter.facts, int(letter.delivery.about.get("reminder", "0"))
    settled_to = facts.renewal_settled_to
    own = [each.on for each in renewal_notices(facts.ends_on, letter.runtime.policy) if each.reminder == place]
    overtaken = settled_to is not None and any(settled_to > on for on in own)
    return overtaken or letter.today > facts.ends_on


async def _changed_again(letter: _SeatLetter) -> bool:
    """Whether the manager has changed again since the event, as far as the letter's reader is concerned (R12)."""
    event = await Event.get(id=letter.delivery.event_id)
    manages = letter.seat.is_manager and letter.seat.removed_at is None
    return (event.details["seat_id"] == letter.seat.id) is not manages


def _seat_context(letter: _SeatLetter, locale: Locale) -> dict[str, Any]:
    row, facts = letter.row, letter.facts
    cancelled_at = facts.cancelled_at
    return {
        "organisation_name": letter.organisation_name,
        "plan_name": row.plan_name,
        "subscriber_number": format_number(letter.seat.number),
        "is_manager": letter.seat.is_manager and letter.seat.removed_at is None,
        "manager_name": letter.manager_name,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "proof_due_on": None if row.confirmed_at is not None else row.proof_due_on,
        "services": list(row.services),
        "discounts": [_discount(letter.runtime, rule, locale) for rule in facts.offer.discounts],
        "cancelled_on": None if cancelled_at is None else letter.runtime.policy.day_of(cancelled_at),
        "reason": facts.cancellation_reason,
    }


async def _year_context(letter: _SeatLetter, topic: Topic) -> dict[str, Any]:
    """The further keys of letters about the end and the renewal; only the manager gets the link to renew (R13)."""
    about, row, base = letter.delivery.about, letter.row, letter.runtime.account_base_url
    running = [term for term in letter.rows if term.id == about.get("running_term_id")]
    context: dict[str, Any] = {
        "running_ends_on": running[0].ends_on if running else None,
        "is_over": letter.today > row.ends_on,
        "renew_url": f"{base}/renew?subscription={letter.seat.subscription_id}" if letter.seat.is_manager else None,
    }
    if topic is Topic.RENEWAL_REMINDER:
        context |= {"reminder_number": int(about["reminder"]), "days_left": (row.ends_on - letter.today).days}
    if topic is Topic.SURVEY:
        context |= {
            "survey_url": f"{base}/survey?seat={letter.seat.id}&term={row.id}",
            "closes_on": survey_closes_on(row.ends_on, letter.runtime.policy),
        }
    return context


def _discount(runtime: Runtime, rule: DiscountRule, locale: Locale) -> dict[str, Any]:
    if rule.percent is not None:
        return {"event_kind": rule.event_kind.value, "percent": rule.percent}
    assert rule.amount_minor is not None, "a rule has a percent or an amount"
    return {"event_kind": rule.event_kind.value, "amount": spell_money(rule.amount_minor, runtime.currency, locale)}
