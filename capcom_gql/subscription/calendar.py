"""Lock a subscription and record the steps of the calendar that are due on it, for commands and for the worker."""

from datetime import datetime

from capcom_gql.domain import steps
from capcom_gql.domain.events import Detail, Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.lifecycle import has_begun, subscription_status
from capcom_gql.domain.renewals import RenewalNotice, is_last_reminder
from capcom_gql.domain.rights import SYSTEM
from capcom_gql.domain.steps import Step, StepKind
from capcom_gql.domain.terms import CancellationReason, end_instant
from capcom_gql.runtime import Runtime
from capcom_gql.storage.event_log import NewDelivery, NewEvent
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Seat, Subscription, Term
from capcom_gql.subscription.cancellation import record_cancelled
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.surveys import ask_survey


async def lock_subscription(runtime: Runtime, subscription_id: str) -> LockedSubscription | None:
    """Lock a subscription and record the steps that are due on it; None where it does not exist. In a transaction.

    `now` of the result is read under the lock, so that facts are recorded in the order of their instants. Before the
    transaction ends the caller calls `schedule()`.
    """
    subscription = await Subscription.filter(id=subscription_id).select_for_update().first()
    if subscription is None:
        return None
    locked = LockedSubscription(runtime, subscription, await product_now())
    locked.terms = await Term.filter(subscription_id=subscription_id).order_by("starts_on", "opened_at")
    locked.seats = await Seat.filter(subscription_id=subscription_id).prefetch_related("person").order_by("id")
    locked.recorded = await record_due(locked)
    return locked


async def record_due(locked: LockedSubscription) -> int:
    """Record the steps that are due by `locked.now`, one by one and in order. Returns how many."""
    count = 0
    while True:
        facts = locked.facts
        step = steps.next_step(facts, locked.now, locked.runtime.policy)
        if step is None or step.at > locked.now:
            return count
        changed = []
        for term, new_facts in zip(locked.terms, steps.apply_step(facts, step), strict=True):
            if columns := term.update_facts(new_facts):
                await term.save(update_fields=columns)
                changed.append(term)
        await _RECORDERS[step.kind](locked, step, changed)
        count += 1


async def _cancel_unpaid(locked: LockedSubscription, step: Step, cancelled: list[Term]) -> None:
    """R9: the term and every later one. Where a renewed term had not begun, the running one goes on (R17)."""
    policy = locked.runtime.policy
    for term in cancelled:
        letters: list[NewDelivery] = []
        if term.id == step.term_id:
            day = policy.day_of(step.at)
            status = None if has_begun(term.facts(), day, policy) else subscription_status(locked.facts, day, policy)
            running = None if status is None else status.running
            letters = locked.letters(
                Topic.CANCELLED,
                term,
                _morning(locked, step),
                subject=f"{term.id}:{CancellationReason.UNPAID}",
                about={} if running is None else {"running_term_id": running.id},
            )
        await record_cancelled(locked, term, SYSTEM, at=step.at, deliveries=letters, is_step=True)


async def _remind_proof(locked: LockedSubscription, step: Step, changed: list[Term]) -> None:
    """R8: the manager is reminded once, at 08:00."""
    term = locked.term(step.term_id)
    letters = locked.letters(Topic.PROOF_REMINDER, term, _morning(locked, step))
    details: dict[str, Detail] = {"proof_due_on": term.proof_due_on.isoformat()}
    await _record(locked, Kind.PROOF_REMINDED, step, details, letters)


async def _start(locked: LockedSubscription, step: Step, changed: list[Term]) -> None:
    """R17: a renewed term begins; the term before it ends, and the subscription does not expire."""
    term = locked.term(step.term_id)
    await _record(locked, Kind.TERM_STARTED, step, {"starts_on": term.starts_on.isoformat()})


async def _ask_renewal(locked: LockedSubscription, step: Step, changed: list[Term]) -> None:
    """R13: manager and users are asked one month before the last day."""
    term = locked.term(step.term_id)
    letters = locked.letters(Topic.RENEWAL_NOTICE, term, _morning(locked, step))
    await _record(locked, Kind.RENEWAL_ASKED, step, {"ends_on": term.ends_on.isoformat()}, letters)


async def _remind_renewal(locked: LockedSubscription, step: Step, changed: list[Term]) -> None:
    """R15: manager and users are reminded; the last reminder is sent by SMS too, with the survey (R18)."""
    term, notice = locked.term(step.term_id), _notice_of(step)
    is_last = is_last_reminder(notice, locked.runtime.policy)
    letters = locked.letters(
        Topic.RENEWAL_REMINDER,
        term,
        _morning(locked, step),
        subject=f"{term.id}:{notice.on.isoformat()}",
        about={"reminder": str(notice.reminder)},
        by_phone=is_last,
    )
    details: dict[str, Detail] = {"ends_on": term.ends_on.isoformat(), "reminder": notice.reminder}
    await _record(locked, Kind.RENEWAL_REMINDED, step, details, letters)
    if is_last:
        await ask_survey(locked, term, SYSTEM, occurred_at=step.at, due_at=_morning(locked, step))


async def _skip_renewal(locked: LockedSubscription, step: Step, changed: list[Term]) -> None:
    """R15: a letter is left out after an outage."""
    notice = _notice_of(step)
    letter = "reminder" if notice.reminder else "notice"
    await _record(locked, Kind.RENEWAL_SKIPPED, step, {"letter": letter, "on": notice.on.isoformat()})


async def _expire(locked: LockedSubscription, step: Step, changed: list[Term]) -> None:
    """R16: the last day is over and no term follows. The survey is sent to those who did not get it yet (R18)."""
    term = locked.term(step.term_id)
    letters = locked.letters(Topic.EXPIRED, term, _morning(locked, step))
    if step.at > end_instant(term.ends_on, locked.runtime.policy):
        # reinstated after its last day: the letter about the reinstatement says that it is over
        letters = []
    await _record(locked, Kind.SUBSCRIPTION_EXPIRED, step, {"ends_on": term.ends_on.isoformat()}, letters)
    await ask_survey(locked, term, SYSTEM, occurred_at=step.at, due_at=_morning(locked, step))


_RECORDERS = {
    StepKind.CANCEL_UNPAID: _cancel_unpaid,
    StepKind.REMIND_PROOF: _remind_proof,
    StepKind.START: _start,
    StepKind.ASK_RENEWAL: _ask_renewal,
    StepKind.REMIND_RENEWAL: _remind_renewal,
    StepKind.SKIP_RENEWAL: _skip_renewal,
    StepKind.EXPIRE: _expire,
}


async def _record(
    locked: LockedSubscription,
    kind: Kind,
    step: Step,
    details: dict[str, Detail],
    letters: list[NewDelivery] | None = None,
) -> None:
    """Record the event of a step under its unique key; a term has one for each letter about its renewal."""
    of_notice = "" if step.notice is None else f":{step.notice.on.isoformat()}"
    await locked.record(
        NewEvent(
            kind,
            {"term_id": step.term_id, **details},
            organisation_id=locked.organisation_id,
            subject_id=locked.subscription.id,
            occurred_at=step.at,
            step_key=f"{kind.value}:{step.term_id}{of_notice}",
            deliveries=letters or [],
        ),
        SYSTEM,
    )


def _notice_of(step: Step) -> RenewalNotice:
    assert step.notice is not None, "a step about the renewal names its letter"
    return step.notice


def _morning(locked: LockedSubscription, step: Step) -> datetime:
    """When the letters of a step are due: 08:00, in the operator's zone, of the day of the step."""
    policy = locked.runtime.policy
    return policy.letter_instant(policy.day_of(step.at))
