"""The type of the terms of use (R19)."""

from datetime import datetime
from typing import Self

import strawberry

from capcom_gql.graphql.scalars import URL
from capcom_gql.storage import tables


@strawberry.type(description="A version of the terms of use, which those who subscribe or renew accept.")
class TermsOfUse:
    version: str = strawberry.field(
        description="The name of the version, for `acceptedTermsVersion` of `subscribe` and `renew`."
    )
    url: URL = strawberry.field(description="Where its text is.")
    published_at: datetime = strawberry.field(
        description="When it was published; it is in force from then until the next version is published."
    )

    @classmethod
    def of(cls, row: tables.TermsOfUse) -> Self:
        """The version of a row."""
        return cls(version=row.version, url=URL(row.url), published_at=row.published_at)
