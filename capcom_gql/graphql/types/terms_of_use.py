"""The terms that whoever subscribes accepts."""

from datetime import datetime
from typing import Self

import strawberry

from capcom_gql.graphql.scalars import URL
from capcom_gql.storage import tables


@strawberry.type(description="A published version of the terms of use.")
class TermsOfUse:
    version: str = strawberry.field(description="What `subscribe` takes as acceptedTermsVersion.")
    url: URL = strawberry.field(description="Where the text is.")
    published_at: datetime = strawberry.field(description="From when on this version was the current one.")

    @classmethod
    def of(cls, row: tables.TermsOfUse) -> Self:
        """A version as it was published."""
        return cls(version=row.version, url=URL(row.url), published_at=row.published_at)
