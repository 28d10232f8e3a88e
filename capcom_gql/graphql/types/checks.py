"""The types of the answers of checks (R10, R1, R3); they name no person."""

from datetime import date, datetime
from typing import Self

import strawberry

from capcom_gql.entitlement.check_discount import CheckAnswer
from capcom_gql.entitlement.check_service import AccessAnswer
from capcom_gql.graphql.enums import DiscountReason, Service, ServiceReason
from capcom_gql.graphql.types.money import Money
from capcom_gql.languages.locales import Locale
from capcom_gql.languages.sentences import next_step, say


@strawberry.type(description="Whether a subscriber number gives a discount; if not, why not and what to do.")
class DiscountCheck:
    eligible: bool = strawberry.field(description="Whether the discount is granted.")
    reason: DiscountReason = strawberry.field(description="Why or why not, for programs.")
    message: str = strawberry.field(description="Why or why not, in one sentence of the caller's language.")
    next_step: str | None = strawberry.field(
        description="What to do about a refusal, in the caller's language; null where the discount is granted."
    )
    percent: int | None = strawberry.field(
        description="The percentage of the discount, 1 to 100; null where it is an amount or is not granted."
    )
    reduction: Money | None = strawberry.field(
        description="What is taken off the price; null where no price was given or the discount is not granted."
    )
    final_price: Money | None = strawberry.field(description="The price less the reduction; null where `reduction` is.")
    provisional: bool = strawberry.field(
        description="Whether the discount is granted while the organisation's payment proof is still awaited."
    )
    valid_until: date | None = strawberry.field(
        description="The last day, inclusive, in the operator's time zone, on which a discount that is granted now "
        "holds; null where it is not granted."
    )
    checked_at: datetime = strawberry.field(
        description="The instant that the answer is about: `at` of the question, or now."
    )

    @classmethod
    def of(cls, answer: CheckAnswer, locale: Locale, currency: str) -> Self:
        """An answer in the caller's language; `currency` is the installation's, ISO 4217."""
        verdict = answer.verdict
        reason = verdict.reason.value
        reduction, final = verdict.reduction_minor, verdict.final_price_minor
        key = "ELIGIBLE_PROVISIONAL" if verdict.eligible and verdict.provisional else reason
        return cls(
            eligible=verdict.eligible,
            reason=verdict.reason,
            message=say("answers", f"verdict.{key}", locale),
            next_step=next_step(reason, locale),
            percent=None if verdict.rule is None else verdict.rule.percent,
            reduction=None if reduction is None else Money.of(reduction, currency),
            final_price=None if final is None else Money.of(final, currency),
            provisional=verdict.provisional,
            valid_until=verdict.valid_until,
            checked_at=answer.checked_at,
        )


@strawberry.type(description="Whether a service is open to the holder of a subscriber number; if not, why not.")
class ServiceAccess:
    granted: bool = strawberry.field(description="Whether the service is open to the holder.")
    reason: ServiceReason = strawberry.field(description="Why or why not, for programs.")
    message: str = strawberry.field(description="Why or why not, in one sentence of the caller's language.")
    checked_at: datetime = strawberry.field(
        description="The instant that the answer is about: `at` of the question, or now."
    )
    services: list[Service] = strawberry.field(
        description="The services of the holder's plan; empty unless `reason` is GRANTED or SERVICE_NOT_COVERED."
    )
    valid_until: date | None = strawberry.field(
        description="The last day, inclusive, in the operator's time zone, on which the service is open as things are "
        "now; null where it is not granted."
    )

    @classmethod
    def of(cls, answer: AccessAnswer, locale: Locale) -> Self:
        """An answer in the caller's language."""
        access = answer.access
        return cls(
            granted=access.granted,
            reason=access.reason,
            message=say("answers", f"verdict.{access.reason}", locale),
            checked_at=answer.checked_at,
            services=list(access.services),
            valid_until=access.valid_until,
        )
