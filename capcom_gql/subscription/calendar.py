"""Open a dossier under its lock, and record what the calendar has made true by now: the deeds and the tick alike."""

from datetime import datetime

from capcom_gql.domain import steps
from capcom_gql.domain.events import Detail, Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.lifecycle import has_begun, standing
from capcom_gql.domain.renewals import Call, is_last_reminder
from capcom_gql.domain.rights import SYSTEM
from capcom_gql.domain.steps import Step, StepKind
from capcom_gql.domain.terms import CancellationReason, end_instant
from capcom_gql.runtime import Setup
from capcom_gql.storage.event_log import Entry, Post
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Seat, Subscription, Term
from capcom_gql.subscription.cancellation import record_cancelled
from capcom_gql.subscription.locked import Dossier
from capcom_gql.subscription.surveys import ask_survey


async def open_dossier(setup: Setup, subscription_id: str) -> Dossier | None:
    """Lock a subscription and record what is already due on it; None where there is none. In a transaction.

    The instant is read under the lock, so that facts are recorded in the order of their instants.
    """
    subscription = await Subscription.filter(id=subscription_id).select_for_update().first()
    if subscription is None:
        return None
    dossier = Dossier(setup, subscription, await product_now())
    dossier.terms = await Term.filter(subscription_id=subscription_id).order_by("starts_on", "opened_at")
    dossier.seats = await Seat.filter(subscription_id=subscription_id).prefetch_related("person").order_by("id")
    dossier.recorded = await record_due(dossier)
    return dossier


async def record_due(dossier: Dossier) -> int:
    """Record, one by one and in order, the steps that the calendar has made true by now. Returns how many."""
    count = 0
    while True:
        facts = dossier.facts
        step = steps.next_step(facts, dossier.now, dossier.setup.policy)
        if step is None or step.at > dossier.now:
            return count
        changed = []
        for term, now_true in zip(dossier.terms, steps.after(facts, step), strict=True):
            if columns := term.take(now_true):
                await term.save(update_fields=columns)
                changed.append(term)
        await _RECORDS[step.kind](dossier, step, changed)
        count += 1


async def _cancel_unpaid(dossier: Dossier, step: Step, fallen: list[Term]) -> None:
    """R9: the term and every later one. Where a renewed term fell before it began, the running one goes on (R17)."""
    policy = dossier.setup.policy
    for term in fallen:
        letters: list[Post] = []
        if term.id == step.term_id:
            day = policy.day_of(step.at)
            stood = None if has_begun(term.facts(), day, policy) else standing(dossier.facts, day, policy)
            running = None if stood is None else stood.running
            letters = dossier.letters(
                Topic.CANCELLED,
                term,
                _morning(dossier, step),
                subject=f"{term.id}:{CancellationReason.UNPAID}",
                about={} if running is None else {"running_term_id": running.id},
            )
        await record_cancelled(dossier, term, SYSTEM, at=step.at, posts=letters, is_step=True)


async def _remind_proof(dossier: Dossier, step: Step, changed: list[Term]) -> None:
    """R8: the manager, once, that morning."""
    term = dossier.term(step.term_id)
    letters = dossier.letters(Topic.PROOF_REMINDER, term, _morning(dossier, step))
    details: dict[str, Detail] = {"proof_due_on": term.proof_due_on.isoformat()}
    await _record(dossier, Kind.PROOF_REMINDED, step, details, letters)


async def _start(dossier: Dossier, step: Step, changed: list[Term]) -> None:
    """R17: a renewed term begins, and the one before it is over without the subscription's expiring."""
    term = dossier.term(step.term_id)
    await _record(dossier, Kind.TERM_STARTED, step, {"starts_on": term.starts_on.isoformat()})


async def _ask_renewal(dossier: Dossier, step: Step, changed: list[Term]) -> None:
    """R13: manager and users, a month before."""
    term = dossier.term(step.term_id)
    letters = dossier.letters(Topic.RENEWAL_NOTICE, term, _morning(dossier, step))
    await _record(dossier, Kind.RENEWAL_ASKED, step, {"ends_on": term.ends_on.isoformat()}, letters)


async def _remind_renewal(dossier: Dossier, step: Step, changed: list[Term]) -> None:
    """R15: manager and users; the last reminder goes by SMS too, and brings the survey (R18)."""
    term, call = dossier.term(step.term_id), _call_of(step)
    is_last = is_last_reminder(call, dossier.setup.policy)
    letters = dossier.letters(
        Topic.RENEWAL_REMINDER,
        term,
        _morning(dossier, step),
        subject=f"{term.id}:{call.on.isoformat()}",
        about={"reminder": str(call.reminder)},
        by_phone=is_last,
    )
    details: dict[str, Detail] = {"ends_on": term.ends_on.isoformat(), "reminder": call.reminder}
    await _record(dossier, Kind.RENEWAL_REMINDED, step, details, letters)
    if is_last:
        await ask_survey(dossier, term, SYSTEM, occurred_at=step.at, due_at=_morning(dossier, step))


async def _skip_renewal(dossier: Dossier, step: Step, changed: list[Term]) -> None:
    """R15: passed over after an outage, not made up for."""
    call = _call_of(step)
    letter = "reminder" if call.reminder else "notice"
    await _record(dossier, Kind.RENEWAL_SKIPPED, step, {"letter": letter, "on": call.on.isoformat()})


async def _expire(dossier: Dossier, step: Step, changed: list[Term]) -> None:
    """R16: nothing follows the last day. Those who were not asked yet are asked how it was (R18)."""
    term = dossier.term(step.term_id)
    letters = dossier.letters(Topic.EXPIRED, term, _morning(dossier, step))
    if step.at > end_instant(term.ends_on, dossier.setup.policy):
        # reinstated when it was over already, which the letter about that says
        letters = []
    await _record(dossier, Kind.SUBSCRIPTION_EXPIRED, step, {"ends_on": term.ends_on.isoformat()}, letters)
    await ask_survey(dossier, term, SYSTEM, occurred_at=step.at, due_at=_morning(dossier, step))


_RECORDS = {
    StepKind.CANCEL_UNPAID: _cancel_unpaid,
    StepKind.REMIND_PROOF: _remind_proof,
    StepKind.START: _start,
    StepKind.ASK_RENEWAL: _ask_renewal,
    StepKind.REMIND_RENEWAL: _remind_renewal,
    StepKind.SKIP_RENEWAL: _skip_renewal,
    StepKind.EXPIRE: _expire,
}


async def _record(
    dossier: Dossier, kind: Kind, step: Step, details: dict[str, Detail], letters: list[Post] | None = None
) -> None:
    """The event of a step, which the database takes once: a term has several letters about its renewal, each once."""
    of_call = "" if step.call is None else f":{step.call.on.isoformat()}"
    await dossier.record(
        Entry(
            kind,
            {"term_id": step.term_id, **details},
            organisation_id=dossier.organisation_id,
            subject_id=dossier.subscription.id,
            occurred_at=step.at,
            step_key=f"{kind.value}:{step.term_id}{of_call}",
            posts=letters or [],
        ),
        SYSTEM,
    )


def _call_of(step: Step) -> Call:
    assert step.call is not None, "a step about the renewal has its letter"
    return step.call


def _morning(dossier: Dossier, step: Step) -> datetime:
    """When the letters of a step are due: 08:00 of the day on which its rule was met."""
    policy = dossier.setup.policy
    return policy.letter_instant(policy.day_of(step.at))
