"""A subscription as it stands today: its row, its terms read through the rules, as if the tick had run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from capcom_gql.domain import lifecycle, terms
from capcom_gql.domain.lifecycle import SubscriptionStatus
from capcom_gql.domain.terms import LifecyclePolicy
from capcom_gql.storage import tables


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """One subscription on a day; `rows` and `facts` (by term id) are those of its terms, oldest first."""

    subscription: tables.Subscription
    rows: tuple[tables.Term, ...]
    facts: Mapping[str, terms.Term]
    status: SubscriptionStatus
    today: date

    @property
    def organisation_id(self) -> str:
        """The organisation whose subscription this is."""
        return self.subscription.organisation_id

    def row(self, term_id: str) -> tables.Term:
        """The row of a term of this subscription."""
        return next(row for row in self.rows if row.id == term_id)


def view_of(
    subscription: tables.Subscription, rows: Sequence[tables.Term], today: date, policy: LifecyclePolicy
) -> SubscriptionView | None:
    """How a subscription stands; None before its first term has begun."""
    recorded = [row.facts() for row in rows]
    status = lifecycle.subscription_status(recorded, today, policy)
    if status is None:
        return None
    effective = lifecycle.apply_unpaid_cancellations(recorded, today, policy)
    by_id = {row.id: row for row in rows}
    return SubscriptionView(
        subscription=subscription,
        rows=tuple(by_id[term.id] for term in effective),
        facts={term.id: term for term in effective},
        status=status,
        today=today,
    )
