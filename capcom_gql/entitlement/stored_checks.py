"""Answers of checks as a support request keeps them: codes, days, amounts and instants, worded only when read (R20)."""

from datetime import date, datetime
from typing import Any

from capcom_gql.domain.discounts import Access, DiscountReason, ServiceReason, Verdict
from capcom_gql.domain.plans import DiscountRule, EventKind, Service
from capcom_gql.entitlement.check_discount import CheckAnswer
from capcom_gql.entitlement.check_service import AccessAnswer


def store_check(answer: CheckAnswer) -> dict[str, Any]:
    """The answer about a discount as a JSON column keeps it; amounts in minor units, instants with their offset."""
    verdict, rule = answer.verdict, answer.verdict.rule
    return {
        "reason": verdict.reason.value,
        "event_kind": None if rule is None else rule.event_kind.value,
        "percent": None if rule is None else rule.percent,
        "amount_minor": None if rule is None else rule.amount_minor,
        "reduction_minor": verdict.reduction_minor,
        "final_price_minor": verdict.final_price_minor,
        "provisional": verdict.provisional,
        "valid_until": _written(verdict.valid_until),
        "checked_at": answer.checked_at.isoformat(),
    }


def stored_check(kept: dict[str, Any]) -> CheckAnswer:
    """The answer that `keep_check` wrote."""
    kind = kept["event_kind"]
    rule = None if kind is None else DiscountRule(EventKind(kind), kept["percent"], kept["amount_minor"])
    verdict = Verdict(
        DiscountReason(kept["reason"]),
        rule=rule,
        reduction_minor=kept["reduction_minor"],
        final_price_minor=kept["final_price_minor"],
        provisional=kept["provisional"],
        valid_until=_read(kept["valid_until"]),
    )
    return CheckAnswer(verdict, datetime.fromisoformat(kept["checked_at"]))


def store_access(answer: AccessAnswer) -> dict[str, Any]:
    """The answer about a service as a JSON column keeps it."""
    access = answer.access
    return {
        "reason": access.reason.value,
        "services": [service.value for service in access.services],
        "valid_until": _written(access.valid_until),
        "checked_at": answer.checked_at.isoformat(),
    }


def stored_access(kept: dict[str, Any]) -> AccessAnswer:
    """The answer that `keep_access` wrote."""
    services = tuple(Service(service) for service in kept["services"])
    access = Access(ServiceReason(kept["reason"]), services, _read(kept["valid_until"]))
    return AccessAnswer(access, datetime.fromisoformat(kept["checked_at"]))


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _read(day: str | None) -> date | None:
    return None if day is None else date.fromisoformat(day)
