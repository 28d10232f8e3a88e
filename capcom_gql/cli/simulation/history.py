"""Invariants of the history: what must have held at every instant of a simulation, verified from what it recorded.

Each function yields a sentence for every violation.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime

from capcom_gql.cli.simulation.checks import Violation, overlaps
from capcom_gql.cli.simulation.record import History, RecordedEvent, SubscriptionRecord
from capcom_gql.domain.discounts import RedemptionState, redemption_state
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.lifecycle import as_of, subscription_status
from capcom_gql.domain.terms import survey_closes_on, unpaid_instant

MOST_REMINDERS = 3
"""The most renewal reminders of a term (R15)."""
_CALLS = (Topic.RENEWAL_NOTICE, Topic.RENEWAL_REMINDER)
_STEPS = {
    Kind.PROOF_REMINDED,
    Kind.TERM_STARTED,
    Kind.RENEWAL_ASKED,
    Kind.RENEWAL_REMINDED,
    Kind.RENEWAL_SKIPPED,
    Kind.SUBSCRIPTION_EXPIRED,
}
# letters that a person whose seat was removed still gets, since they are about the removal
_FAREWELLS = (Topic.SEAT_REMOVED, Topic.MANAGER_CHANGED)


def seats_never_over(history: History) -> Iterator[str]:
    """After every change of users or terms, the active seats were within the limit of that instant (R2)."""
    policy = history.present.policy
    for held in history.present.holdings.values():
        for at in sorted({seat.added_at for seat in held.seats} | {term.opened_at for term in held.terms}):
            status = subscription_status(as_of(held.terms, at), policy.day_of(at), policy)
            active = [each for each in held.seats if _is_held(each.added_at, each.removed_at, at)]
            if status is not None and status.is_live and len(active) > status.seat_limit:
                yield f"{held.id} had {len(active)} active seats of {status.seat_limit} at {at.isoformat()}"


def _is_held(added_at: datetime, removed_at: datetime | None, at: datetime) -> bool:
    return added_at <= at and (removed_at is None or removed_at > at)


def terms_never_overlapped(history: History) -> Iterator[str]:
    """After every opening, renewal and reinstatement, no two terms that were not cancelled shared a day."""
    for held in history.present.holdings.values():
        changes = {term.opened_at for term in held.terms} | {term.reinstated_at for term in held.terms}
        for at in sorted(change for change in changes if change is not None):
            yield from overlaps(SubscriptionRecord(held.id, held.organisation_id, None, list(as_of(held.terms, at))))


def reminders_within_bounds(history: History) -> Iterator[str]:
    """A term has at most three reminders, and once the renewal is answered none is recorded or sent (R15)."""
    counts = Counter(each.details["term_id"] for each in history.events if each.kind is Kind.RENEWAL_REMINDED)
    for term in history.terms.values():
        if counts[term.id] > MOST_REMINDERS or counts[term.id] != term.reminders_sent:
            yield f"{term.id}: {counts[term.id]} reminders are recorded, {term.reminders_sent} counted"
    answered = _answered(history.events)
    for each in history.events:
        is_call = each.kind in (Kind.RENEWAL_ASKED, Kind.RENEWAL_REMINDED)
        if is_call and _within(each.occurred_at, answered[each.details["term_id"]]):
            yield f"{each.details['term_id']}: {each.kind} at {each.occurred_at.isoformat()} though it was answered"
    for letter in history.letters:
        if letter.topic not in _CALLS or letter.sent_at is None:
            continue
        if _within(letter.sent_at, answered[letter.about["term_id"]]):
            yield f"{letter.id}: a {letter.topic} was sent at {letter.sent_at.isoformat()} though it was answered"


_Periods = list[tuple[datetime, datetime | None]]


def _answered(events: Iterable[RecordedEvent]) -> defaultdict[str, _Periods]:
    """The periods in which the renewal of each term was answered: by a later term in force, or by a decline."""
    periods: defaultdict[str, _Periods] = defaultdict(list)
    renewed: dict[str, str] = {}
    for each in events:
        term_id = str(each.details.get("term_id"))
        if each.kind is Kind.RENEWAL_DONE:
            renewed[each.details["renewed_term_id"]] = term_id
            periods[term_id].append((each.occurred_at, None))
        elif each.kind is Kind.RENEWAL_DECLINED:
            periods[term_id].append((each.occurred_at, None))
        elif each.kind is Kind.TERM_REINSTATED and term_id in renewed:
            periods[renewed[term_id]].append((each.occurred_at, None))
        elif each.kind is Kind.TERM_CANCELLED and term_id in renewed:
            over = periods[renewed[term_id]]
            over[:] = [(since, until or each.occurred_at) for since, until in over]
    return periods


def _within(at: datetime, periods: _Periods) -> bool:
    return any(since <= at and (until is None or at < until) for since, until in periods)


def letters_once(history: History) -> Iterator[str]:
    """A letter about one fact was sent to one person by one channel only once (Letters)."""
    keys = (
        (each.topic, each.channel, each.recipient, each.event_id, tuple(sorted(each.about.items())))
        for each in history.letters
    )
    yield from _twice(keys)


def steps_once(history: History) -> Iterator[str]:
    """Each step of the calendar is recorded once, and an unpaid term cancelled once, the day after its due day (R9)."""
    policy, terms = history.present.policy, history.terms
    steps = [each for each in history.events if each.kind in _STEPS]
    yield from _twice((each.kind, *(str(each.details[name]) for name in sorted(each.details))) for each in steps)
    cancelled = [each for each in history.events if each.details.get("reason") == "UNPAID"]
    yield from _twice(each.details["term_id"] for each in cancelled)
    for each in cancelled:
        term = terms[each.details["term_id"]]
        if each.occurred_at != unpaid_instant(term.proof_due_on, policy):
            yield f"{term.id} was cancelled at {each.occurred_at.isoformat()}, its proof was due by {term.proof_due_on}"


def proofs_in_time(history: History) -> Iterator[str]:
    """Only a proof recorded by the due day confirms a term (R8); after that it must be reinstated (R9)."""
    for term in history.terms.values():
        if term.confirmed_at is None or term.reinstated_at is not None:
            continue
        if history.present.policy.day_of(term.confirmed_at) > term.proof_due_on:
            yield f"{term.id} was confirmed at {term.confirmed_at.isoformat()}, due by {term.proof_due_on}"


def reductions_by_the_term(history: History) -> Iterator[str]:
    """Every discount was granted to a seat that was held then, under a live term, by that term's rules (R10)."""
    terms, seats = history.terms, history.seats
    for each in history.redemptions:
        term, seat, day = terms[each.term_id], seats[each.seat_id], history.present.policy.day_of(each.redeemed_at)
        status = subscription_status(as_of((term,), each.redeemed_at), day, history.present.policy)
        if status is None or not status.is_live or not _is_held(seat.added_at, seat.removed_at, each.redeemed_at):
            yield f"{each.id} was redeemed at {each.redeemed_at.isoformat()} without a seat or a term"
        rule = next((rule for rule in term.offer.discounts if rule.event_kind == each.event_kind), None)
        expected = None if rule is None else rule.reduction_of(each.price_minor)
        if each.reduction_minor != expected:
            yield f"{each.id}: {each.reduction_minor} off {each.price_minor}, the term's rules say {expected}"
    yield from _twice((each.person_id, each.event_reference) for each in history.redemptions if not each.released_at)


def reinvoiced(history: History) -> Iterator[str]:
    """An event names every redemption whose reduction must be invoiced again after a cancellation (R9)."""
    named = {
        redemption_id
        for each in history.events
        if each.kind is Kind.REDEMPTIONS_TO_REINVOICE
        for redemption_id in each.details["redemption_ids"]
    }
    present, terms = history.present, history.terms
    today = present.policy.day_of(present.now)
    for each in history.redemptions:
        state = redemption_state(each.released_at, terms[each.term_id], today, present.policy)
        if state is RedemptionState.TO_REINVOICE and each.id not in named:
            yield f"{each.id} must be invoiced again, and no event names it"


def removed_left_alone(history: History) -> Iterator[str]:
    """A person whose seat was removed got no further letters about it, except about the removal (R12)."""
    seats = history.seats
    for letter in history.letters:
        seat = seats.get(letter.about.get("seat_id", ""))
        if seat is None or seat.removed_at is None or letter.sent_at is None or letter.topic in _FAREWELLS:
            continue
        if letter.sent_at >= seat.removed_at:
            yield f"{letter.id}: a {letter.topic} was sent to {seat.id}, removed at {seat.removed_at.isoformat()}"


def surveys_in_bounds(history: History) -> Iterator[str]:
    """A seat is asked once for each term, while it is held, and answers before the survey closes (R18)."""
    policy, terms, seats = history.present.policy, history.terms, history.seats
    yield from _twice((each.seat_id, each.term_id) for each in history.surveys)
    for each in history.surveys:
        seat, closes_on = seats[each.seat_id], survey_closes_on(terms[each.term_id].ends_on, policy)
        if not _is_held(seat.added_at, seat.removed_at, each.asked_at):
            yield f"{each.id}: {seat.id} was asked at {each.asked_at.isoformat()}, when it was not held"
        if each.answered_at is not None and policy.day_of(each.answered_at) > closes_on:
            yield f"{each.id} was answered at {each.answered_at.isoformat()}, after {closes_on}"


def _twice(keys: Iterable[Hashable]) -> Iterator[str]:
    return (f"{count} times: {key}" for key, count in Counter(keys).items() if count > 1)


HISTORY: dict[str, Callable[[History], Iterator[str]]] = {
    "seats-within-limit": seats_never_over,
    "terms-apart": terms_never_overlapped,
    "reminders-within-bounds": reminders_within_bounds,
    "letters-once": letters_once,
    "steps-once": steps_once,
    "proofs-in-time": proofs_in_time,
    "reductions-by-the-term": reductions_by_the_term,
    "reinvoiced": reinvoiced,
    "removed-left-alone": removed_left_alone,
    "surveys-in-bounds": surveys_in_bounds,
}
"""The invariants of a history, by name."""


def check_history(history: History, handed_over: Iterable[str], unexpected_refusals: Iterable[str]) -> list[Violation]:
    """All violations in a history.

    `handed_over` are the ids of the letters that the channels sent, once for each time; `unexpected_refusals` are
    refusals that the rules do not explain.
    """
    broken = [Violation(name, fault) for name, faults in HISTORY.items() for fault in faults(history)]
    sent = {letter.id for letter in history.letters if letter.sent_at is not None}
    had = Counter(handed_over)
    broken += [Violation("letters-once", f"{each} was handed over {had[each]} times") for each in had if had[each] > 1]
    broken += [Violation("letters-once", f"{each} is sent or handed over, not both") for each in sent ^ set(had)]
    return broken + [Violation("granted-by-the-rules", each) for each in unexpected_refusals]
