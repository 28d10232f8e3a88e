"""The answers of checks as JSON, which a support request stores: codes, days, amounts, instants; no sentences (R20)."""

from datetime import date, datetime
from typing import Any

from capcom_gql.domain.discounts import Access, DiscountReason, ServiceReason, Verdict
from capcom_gql.domain.plans import DiscountRule, EventKind, Service
from capcom_gql.entitlement.check_discount import CheckAnswer
from capcom_gql.entitlement.check_service import AccessAnswer


def store_check(answer: CheckAnswer) -> dict[str, Any]:
    """A discount check as a JSON column stores it: amounts in minor units, days and instants in ISO 8601."""
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


def stored_check(stored: dict[str, Any]) -> CheckAnswer:
    """The answer that `store_check` wrote. Raises KeyError or ValueError for anything else."""
    kind = stored["event_kind"]
    rule = None if kind is None else DiscountRule(EventKind(kind), stored["percent"], stored["amount_minor"])
    verdict = Verdict(
        DiscountReason(stored["reason"]),
        rule=rule,
        reduction_minor=stored["reduction_minor"],
        final_price_minor=stored["final_price_minor"],
        provisional=stored["provisional"],
        valid_until=_read(stored["valid_until"]),
    )
    return CheckAnswer(verdict, datetime.fromisoformat(stored["checked_at"]))


def store_access(answer: AccessAnswer) -> dict[str, Any]:
    """A service check as a JSON column stores it: days and instants in ISO 8601."""
    access = answer.access
    return {
        "reason": access.reason.value,
        "services": [service.value for service in access.services],
        "valid_until": _written(access.valid_until),
        "checked_at": answer.checked_at.isoformat(),
    }


def stored_access(stored: dict[str, Any]) -> AccessAnswer:
    """The answer that `store_access` wrote. Raises KeyError or ValueError for anything else."""
    services = tuple(Service(service) for service in stored["services"])
    access = Access(ServiceReason(stored["reason"]), services, _read(stored["valid_until"]))
    return AccessAnswer(access, datetime.fromisoformat(stored["checked_at"]))


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _read(day: str | None) -> date | None:
    return None if day is None else date.fromisoformat(day)
