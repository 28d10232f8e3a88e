"""A subscription on a civil day, its terms read through the rules as if the tick had run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from capcom_gql.domain import lifecycle, terms
from capcom_gql.domain.lifecycle import SubscriptionStatus
from capcom_gql.domain.terms import LifecyclePolicy
from capcom_gql.storage import tables


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """What the API shows of one subscription on a civil day of the operator's zone."""

    subscription: tables.Subscription
    rows: tuple[tables.Term, ...]
    """the rows of its terms, oldest first"""
    facts: Mapping[str, terms.Term]
    """the facts of its terms by id, oldest first, with the unpaid cancellations that are due"""
    status: SubscriptionStatus
    today: date

    @property
    def organisation_id(self) -> str:
        """The id of the organisation that has this subscription."""
        return self.subscription.organisation_id

    def row(self, term_id: str) -> tables.Term:
        """The row of a term of this subscription. Raises StopIteration for another id."""
        return next(row for row in self.rows if row.id == term_id)


def view_of(
    subscription: tables.Subscription, rows: Sequence[tables.Term], today: date, policy: LifecyclePolicy
) -> SubscriptionView | None:
    """The view of a subscription on the civil day `today`; None before its first term has begun."""
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
