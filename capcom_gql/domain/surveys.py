"""The survey: each active seat is asked once a term, and answers once (R18)."""

from datetime import date, datetime

from capcom_gql.domain.refusals import Code, Fault, invalid
from capcom_gql.domain.terms import LifecyclePolicy, survey_closes_on

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
