"""The type of amounts of money."""

from typing import Self

import strawberry


@strawberry.type(description="An amount of money.")
class Money:
    amount_minor: int = strawberry.field(description="The amount in the currency's minor unit (cents for EUR).")
    currency: str = strawberry.field(description="The currency, ISO 4217; one for the whole installation.")

    @classmethod
    def of(cls, amount_minor: int, currency: str) -> Self:
        """An amount in minor units of a currency (ISO 4217)."""
        return cls(amount_minor=amount_minor, currency=currency)
