"""The channels by which letters and events go."""

from typing import Self

import strawberry
from strawberry.scalars import JSON

from capcom_gql.graphql.enums import NotifierState
from capcom_gql.notifiers.registry import ChannelInfo


@strawberry.type(description="A channel, or a plugin that could not be loaded, as this server found it at its start.")
class Notifier:
    name: str = strawberry.field(description="Its name, which deliveries bear as their channel.")
    distribution: str | None = strawberry.field(
        description="The package that brings it; null for one of CAPCOM_PLUGINS_DIR."
    )
    version: str | None = strawberry.field(description="That package's version.")
    state: NotifierState = strawberry.field(description="Whether it delivers.")
    reason: str | None = strawberry.field(description="Why it does not, and what to do; null where it does.")
    address_kind: str = strawberry.field(description="The kind of address that it delivers to: email, phone, url, ...")
    config_schema: JSON = strawberry.field(
        description="Its settings as JSON Schema, without values; `{}` where its code is not loaded."
    )

    @classmethod
    def of(cls, entry: ChannelInfo) -> Self:
        """A channel as operators see it."""
        return cls(
            name=entry.name,
            distribution=entry.distribution,
            version=entry.version,
            state=entry.state,
            reason=entry.reason,
            address_kind=entry.address_kind,
            config_schema=JSON(dict(entry.config_schema)),
        )
