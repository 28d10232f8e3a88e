"""Renewal: which letters ask for it and when, and what refuses a renewal or a decline (R13, R14, R15).

Also what refuses an answer to the survey (R18). Days are civil days of the operator's zone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from capcom_gql.domain.lifecycle import SubscriptionStatus, awaits_proof, follows, next_term
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
"""The scores that a survey accepts: 0 to 10, both inclusive (R18)."""


def check_answer(
    score: int, ends_on: date, today: date, policy: LifecyclePolicy, *, answered_at: datetime | None
) -> list[Fault]:
    """The faults of an answer to the survey of a term whose last day is `ends_on` (R18).

    ALREADY_ANSWERED (`answered_at` is when), SURVEY_CLOSED once 30 days after the last day are over, both at
    `termId`; INVALID_INPUT at `score`.
    """
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
    """A letter that asks for the renewal of a term: the notice (R13) or one of its reminders (R15)."""

    on: date
    """the civil day on which it is recorded; it is mailed at 08:00 of that day"""
    reminder: int
    """0 for the notice, 1 to 3 for the reminders in order"""


def renewal_notices(ends_on: date, policy: LifecyclePolicy) -> tuple[RenewalNotice, ...]:
    """The letters that ask for the renewal of a term whose last day is `ends_on`, by day (R13, R15)."""
    reminders = enumerate(sorted(renewal_reminders_on(ends_on, policy)), start=1)
    notice = RenewalNotice(renewal_notice_on(ends_on, policy), 0)
    return tuple(sorted((notice, *(RenewalNotice(on, place) for place, on in reminders)), key=lambda each: each.on))


def is_last_reminder(notice: RenewalNotice, policy: LifecyclePolicy) -> bool:
    """Whether a letter is the last reminder, even if earlier ones were skipped (R15).

    The last reminder is sent by SMS too, and the survey is sent with it (R18).
    """
    return notice.reminder == len(policy.reminder_days)


def notices_due(term: Term, terms: Sequence[Term], policy: LifecyclePolicy) -> tuple[RenewalNotice, ...]:
    """The letters about the renewal of a term that are neither sent nor skipped yet, by day (R15).

    Empty for a cancelled term, and once the renewal is answered (`is_answered`). If a next term was cancelled, letters
    of days that began before its cancellation are left out: they are not made up for.
    """
    if term.cancelled_at is not None or term.declined_at is not None or next_term(term, terms) is not None:
        return ()
    cancelled_at = [each.cancelled_at for each in terms if each.cancelled_at is not None and follows(each, term)]
    unanswered_since = max(cancelled_at, default=None)
    return tuple(
        notice
        for notice in renewal_notices(term.ends_on, policy)
        if notice.on >= term.starts_on
        and (term.renewal_settled_to is None or notice.on > term.renewal_settled_to)
        and (unanswered_since is None or policy.first_instant(notice.on) >= unanswered_since)
    )


def renewal_ends_on(term: Term, policy: LifecyclePolicy) -> date:
    """The last day, inclusive, of the term that renewing this one would add (R4, R14)."""
    return last_day(next_start(term.ends_on), policy)


def check_renewal(status: SubscriptionStatus) -> list[Fault]:
    """The fault at `subscriptionId` of renewing a subscription with this status, or an empty list (R14).

    NOT_LIVE, RENEWAL_ALREADY_DONE, or PROOF_AWAITED while the running term awaits its own proof.
    """
    if status.running is None:
        return [Fault(Code.NOT_LIVE, _SUBSCRIPTION, "renewal_not_live")]
    if status.upcoming is not None:
        return [Fault(Code.RENEWAL_ALREADY_DONE, _SUBSCRIPTION, "renewal_done", {"ends_on": status.upcoming.ends_on})]
    if awaits_proof(status.running):
        due_on = status.running.proof_due_on
        return [Fault(Code.PROOF_AWAITED, _SUBSCRIPTION, "renewal_proof_awaited", {"due_on": due_on})]
    return []


def check_renewed_plan(
    code: str, limit: int | None, *, current: str, is_open: bool | None, used: int, on_offer: Sequence[str]
) -> list[Fault]:
    """The faults at `planCode` of renewing with the plan `code` (R14).

    NOT_FOUND, PLAN_CLOSED unless it is the plan of the running term (`current`), and PLAN_TOO_SMALL for the `used`
    active seats. `limit` and `is_open` are None for an unknown plan; `on_offer` lists the codes of the open plans.
    """
    faults = check_plan(code, is_open=is_open if is_open is None else is_open or code == current, on_offer=on_offer)
    if limit is not None and used > limit:
        faults.append(Fault(Code.PLAN_TOO_SMALL, _PLAN, "plan_too_small", {"limit": limit, "used": used}))
    return faults


def check_decline(status: SubscriptionStatus) -> list[Fault]:
    """The fault NOT_LIVE or RENEWAL_ALREADY_DONE, at `subscriptionId`, of declining the renewal; or none (R15)."""
    if status.running is None:
        return [Fault(Code.NOT_LIVE, _SUBSCRIPTION, "decline_not_live")]
    if status.upcoming is not None:
        return [
            Fault(Code.RENEWAL_ALREADY_DONE, _SUBSCRIPTION, "decline_too_late", {"ends_on": status.upcoming.ends_on})
        ]
    return []


def is_answered(term: Term, terms: Iterable[Term]) -> bool:
    """Whether the renewal of a term is answered: declined, or followed by a next term that is not cancelled (R15)."""
    return term.declined_at is not None or next_term(term, terms) is not None


def renewed_at(term: Term, terms: Iterable[Term]) -> datetime | None:
    """When a term was renewed (UTC, product's clock); None if no next term follows it that is not cancelled."""
    following = next_term(term, terms)
    return None if following is None else following.opened_at
