"""A subscription as it stands today: its row, its terms read through the rules, as if the tick had run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from capcom_gql.domain import lifecycle, terms
from capcom_gql.domain.lifecycle import Standing
from capcom_gql.domain.terms import LifecyclePolicy
from capcom_gql.storage import tables


@dataclass(frozen=True, slots=True)
class Situation:
    """One subscription on a day; `rows` and `facts` (by term id) are those of its terms, oldest first."""

    subscription: tables.Subscription
    rows: tuple[tables.Term, ...]
    facts: Mapping[str, terms.Term]
    standing: Standing
    today: date

    @property
    def organisation_id(self) -> str:
        """The organisation whose subscription this is."""
        return self.subscription.organisation_id

    def row(self, term_id: str) -> tables.Term:
        """The row of a term of this subscription."""
        return next(row for row in self.rows if row.id == term_id)


def situation_of(
    subscription: tables.Subscription, rows: Sequence[tables.Term], today: date, policy: LifecyclePolicy
) -> Situation | None:
    """How a subscription stands; None before its first term has begun."""
    recorded = [row.facts() for row in rows]
    standing = lifecycle.standing(recorded, today, policy)
    if standing is None:
        return None
    lapsed = lifecycle.lapsed(recorded, today, policy)
    by_id = {row.id: row for row in rows}
    return Situation(
        subscription=subscription,
        rows=tuple(by_id[term.id] for term in lapsed),
        facts={term.id: term for term in lapsed},
        standing=standing,
        today=today,
    )
