"""The report of a period for the operator: subscriptions, seats, redemptions, survey ("Report" in docs/rules.md)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from capcom_gql.domain.discounts import RedemptionState, redemption_state
from capcom_gql.domain.refusals import Refusal, invalid
from capcom_gql.domain.reports import Figures, Period, figures_of, net_promoter_score
from capcom_gql.domain.terms import Term as Facts
from capcom_gql.domain.terms import next_start
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import rows
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Subscription, Term

AT_ONCE = 500
"""Subscriptions whose terms are read by one query."""
MOST_COMMENTS = 500
"""The most survey comments in a report; the latest are given."""
EARLIEST = date(1900, 1, 1)
"""A period begins here at the earliest: the first days of Python's calendar have no instant in UTC."""

# as of the end of the period: seats removed later count
_SEATS = """
    SELECT subscription_id, COUNT(*) AS seats FROM seat
    WHERE added_at < $1 AND (removed_at IS NULL OR removed_at >= $1) GROUP BY subscription_id
"""
_REDEEMED = """
    SELECT term_id, COUNT(*) AS redemptions, SUM(reduction_minor) AS reduction FROM redemption
    WHERE redeemed_at >= $1 AND redeemed_at < $2 AND released_at IS NULL GROUP BY term_id
"""
_ASKED = """
    SELECT answered_at, score, comment FROM surveyrequest WHERE asked_at >= $1 AND asked_at < $2
    ORDER BY answered_at DESC, id DESC
"""


@dataclass(slots=True)
class Report:
    """All figures of a report."""

    period: Period
    figures: Figures = field(default_factory=Figures)
    seats_used: int = 0
    """active seats of the live subscriptions"""
    seats_available: int = 0
    """seats that the live subscriptions could still fill"""
    redemptions: int = 0
    """redemptions of the period that are not released"""
    reduction_minor: int = 0
    """their reductions in minor units, without those to be re-invoiced"""
    asked: int = 0
    """surveys sent in the period"""
    answered: int = 0
    """how many of those surveys are answered"""
    score: float | None = None
    """their mean score, 0 to 10; None without an answer"""
    nps: int | None = None
    """their net promoter score, -100 to 100; None without an answer"""
    comments: list[str] = field(default_factory=list)
    """their comments, latest first, MOST_COMMENTS at most"""


async def report_of(runtime: Runtime, first: date, last: date) -> Report:
    """The report of a period from one civil day of the operator's zone to another, both inclusive.

    What is live, seated and awaited is so at the end of the last day, or now if that is still to come. Raises Refusal
    (INVALID_INPUT at `to`) where the period ends before it begins.
    """
    if last < first:
        raise Refusal(invalid(("to",), "period_backwards", first=first))
    report = Report(Period(first, last))
    today = runtime.policy.day_of(await product_now())
    begins = runtime.policy.first_instant(max(first, EARLIEST))
    # nothing is recorded after today, and the last day of Python's calendar has no next day
    ends = runtime.policy.first_instant(next_start(min(last, today)))
    seats = {row["subscription_id"]: row["seats"] for row in await rows(_SEATS, [ends])}
    redeemed = {row["term_id"]: row for row in await rows(_REDEEMED, [begins, ends])}
    after = ""
    while ids := await _page(after):
        after = ids[-1]
        for subscription_id, terms in (await _terms_of(ids)).items():
            its = figures_of(terms, report.period, today, runtime.policy)
            report.figures += its
            if its.live:
                used = seats.get(subscription_id, 0)
                report.seats_used += used
                report.seats_available += max(0, its.seat_limit - used)
            _add_redemptions(report, terms, redeemed, today, runtime)
    await _add_survey(report, await rows(_ASKED, [begins, ends]))
    return report


async def _page(after: str) -> list[str]:
    ids = await Subscription.filter(id__gt=after).order_by("id").limit(AT_ONCE).values_list("id", flat=True)
    return [str(each) for each in ids]


async def _terms_of(ids: list[str]) -> dict[str, list[Facts]]:
    terms: dict[str, list[Facts]] = {}
    for row in await Term.filter(subscription_id__in=ids):
        terms.setdefault(row.subscription_id, []).append(row.facts())
    return terms


def _add_redemptions(
    report: Report, terms: list[Facts], redeemed: dict[str, dict[str, Any]], today: date, runtime: Runtime
) -> None:
    for term in terms:
        if (row := redeemed.get(term.id)) is None:
            continue
        report.redemptions += row["redemptions"]
        state = redemption_state(None, term, today, runtime.policy)
        if state is not RedemptionState.TO_REINVOICE:
            report.reduction_minor += int(row["reduction"])


async def _add_survey(report: Report, surveys: list[dict[str, Any]]) -> None:
    scores = [row["score"] for row in surveys if row["score"] is not None]
    report.asked = len(surveys)
    report.answered = sum(row["answered_at"] is not None for row in surveys)
    report.score = sum(scores) / len(scores) if scores else None
    report.nps = net_promoter_score(scores)
    report.comments = [row["comment"] for row in surveys if row["comment"]][:MOST_COMMENTS]
