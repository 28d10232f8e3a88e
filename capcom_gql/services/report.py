"""The report of a period: how many organisations, seats, redemptions, and what users think (read only)."""

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
"""Subscriptions whose terms are read at once."""
MOST_COMMENTS = 500
EARLIEST = date(1900, 1, 1)
"""Nothing is older; the first days of the calendar itself have no instant in UTC."""

# by the instant of which the figures are: what was removed since was there then
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
    """Every figure; money in minor units of the installation's currency, `nps` from -100 to 100, `score` 0 to 10."""

    period: Period
    figures: Figures = field(default_factory=Figures)
    seats_used: int = 0
    seats_available: int = 0
    redemptions: int = 0
    reduction_minor: int = 0
    asked: int = 0
    answered: int = 0
    score: float | None = None
    nps: int | None = None
    comments: list[str] = field(default_factory=list)


async def report_of(runtime: Runtime, first: date, last: date) -> Report:
    """The report of a period, both days inclusive, in the operator's zone.

    Raises Refusal where it ends before it begins. What is live, seated and awaited is so at the end of its last day,
    or now where that is to come.
    """
    if last < first:
        raise Refusal(invalid(("to",), "period_backwards", first=first))
    report = Report(Period(first, last))
    today = runtime.policy.day_of(await product_now())
    begins = runtime.policy.first_instant(max(first, EARLIEST))
    # nothing is recorded after today, and the last day of the calendar has none that follows
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


async def _add_survey(report: Report, asked: list[dict[str, Any]]) -> None:
    scores = [row["score"] for row in asked if row["score"] is not None]
    report.asked = len(asked)
    report.answered = sum(row["answered_at"] is not None for row in asked)
    report.score = sum(scores) / len(scores) if scores else None
    report.nps = net_promoter_score(scores)
    report.comments = [row["comment"] for row in asked if row["comment"]][:MOST_COMMENTS]
