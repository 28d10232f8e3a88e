"""The renewal: the letters that ask for it, who answered, and what refuses it (R13, R14, R15); and the survey (R18)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from capcom_gql.domain.lifecycle import SubscriptionStatus, awaits_proof, follower, follows
from capcom_gql.domain.refusals import Code, Fault, invalid
from capcom_gql.domain.sign_ups import check_plan
from capcom_gql.domain.terms import (
    LifecyclePolicy,
    Term,
    last_day,
    next_start,
    renewal_notice_on,
    renewal_reminders_on,
    survey_closes_on,
)

SCORES = range(11)

"""From 0 to 10."""


def check_answer(
    score: int, ends_on: date, today: date, policy: LifecyclePolicy, *, answered_at: datetime | None
) -> list[Fault]:
    """Why an answer about a term with this last day is not taken: answered already, too late, no such score (R18)."""
    closes_on = survey_closes_on(ends_on, policy)
    faults = []
    if answered_at is not None:
        faults.append(Fault(Code.ALREADY_ANSWERED, ("termId",), "survey_answered"))
    elif today > closes_on:
        faults.append(Fault(Code.SURVEY_CLOSED, ("termId",), "survey_closed", {"closes_on": closes_on}))
    if score not in SCORES:
        faults.append(invalid(("score",), "bad_score", maximum=SCORES[-1]))
    return faults


_SUBSCRIPTION = ("subscriptionId",)

_PLAN = ("planCode",)


@dataclass(frozen=True, slots=True)
class RenewalNotice:
    """A letter that asks for the renewal: the notice (`reminder` 0), or a reminder by its place from 1, and its day."""

    on: date
    reminder: int


def renewal_notices(ends_on: date, policy: LifecyclePolicy) -> tuple[RenewalNotice, ...]:
    """The letters that ask for the renewal of a term with this last day, in order (R13, R15)."""
    reminders = enumerate(sorted(renewal_reminders_on(ends_on, policy)), start=1)
    notice = RenewalNotice(renewal_notice_on(ends_on, policy), 0)
    return tuple(sorted((notice, *(RenewalNotice(on, place) for place, on in reminders)), key=lambda each: each.on))


def is_last_reminder(notice: RenewalNotice, policy: LifecyclePolicy) -> bool:
    """The last of the row, whatever was skipped before: it goes by SMS too, and the survey with it (R15, R18)."""
    return notice.reminder == len(policy.reminder_days)


def notices_due(term: Term, terms: Sequence[Term], policy: LifecyclePolicy) -> tuple[RenewalNotice, ...]:
    """The letters still to be sent or skipped about the renewal of a term, in order.

    None once it is answered, by a term that follows or a decline (R15). Where a renewed term has fallen, those that
    were to come while it stood are not made up for: only the letters still to come are sent.
    """
    if term.cancelled_at is not None or term.declined_at is not None or follower(term, terms) is not None:
        return ()
    fell_at = [each.cancelled_at for each in terms if each.cancelled_at is not None and follows(each, term)]
    unanswered_since = max(fell_at, default=None)
    return tuple(
        notice
        for notice in renewal_notices(term.ends_on, policy)
        if notice.on >= term.starts_on
        and (term.renewal_settled_to is None or notice.on > term.renewal_settled_to)
        and (unanswered_since is None or policy.first_instant(notice.on) >= unanswered_since)
    )


def renewal_ends_on(term: Term, policy: LifecyclePolicy) -> date:
    """The last day of the term that a renewal of this one would add (R14)."""
    return last_day(next_start(term.ends_on), policy)


def check_renewal(status: SubscriptionStatus) -> list[Fault]:
    """Why a subscription cannot be renewed now: over, renewed already, or its own proof still to come (R14)."""
    if status.running is None:
        return [Fault(Code.NOT_LIVE, _SUBSCRIPTION, "renewal_not_live")]
    if status.upcoming is not None:
        return [Fault(Code.RENEWAL_ALREADY_DONE, _SUBSCRIPTION, "renewal_done", {"ends_on": status.upcoming.ends_on})]
    if awaits_proof(status.running):
        due_on = status.running.proof_due_on
        return [Fault(Code.PROOF_AWAITED, _SUBSCRIPTION, "renewal_proof_awaited", {"due_on": due_on})]
    return []


def check_renewed_plan(
    code: str, limit: int | None, *, kept: str, is_open: bool | None, used: int, on_offer: Sequence[str]
) -> list[Fault]:
    """Why a renewal cannot take a plan: unknown, closed and not the present one, or too small for the seats (R14).

    `kept` is the running term's plan, `used` the active seats; `limit` and `is_open` are None for an unknown plan.
    """
    faults = check_plan(code, is_open=is_open if is_open is None else is_open or code == kept, on_offer=on_offer)
    if limit is not None and used > limit:
        faults.append(Fault(Code.PLAN_TOO_SMALL, _PLAN, "plan_too_small", {"limit": limit, "used": used}))
    return faults


def check_decline(status: SubscriptionStatus) -> list[Fault]:
    """Why a renewal cannot be declined: there is nothing to renew, or it is renewed already (R15)."""
    if status.running is None:
        return [Fault(Code.NOT_LIVE, _SUBSCRIPTION, "decline_not_live")]
    if status.upcoming is not None:
        return [
            Fault(Code.RENEWAL_ALREADY_DONE, _SUBSCRIPTION, "decline_too_late", {"ends_on": status.upcoming.ends_on})
        ]
    return []


def is_answered(term: Term, terms: Iterable[Term]) -> bool:
    """Whether the renewal of a term is answered: renewed, or declined (R15)."""
    return term.declined_at is not None or follower(term, terms) is not None


def renewed_at(term: Term, terms: Iterable[Term]) -> datetime | None:
    """When a term was renewed, if a term follows it."""
    following = follower(term, terms)
    return None if following is None else following.opened_at
