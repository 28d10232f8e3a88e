"""The type of notifiers, the channels that deliver letters and webhooks."""

from typing import Self

import strawberry
from strawberry.scalars import JSON

from capcom_gql.graphql.enums import NotifierState
from capcom_gql.notifiers.registry import ChannelInfo


@strawberry.type(description="A channel, or a plugin that could not be loaded, as this server found it at its start.")
class Notifier:
    name: str = strawberry.field(description="Its name, as in `Delivery.channel`.")
    distribution: str | None = strawberry.field(
        description="The Python package that it is part of; null for a file of CAPCOM_PLUGINS_DIR."
    )
    version: str | None = strawberry.field(description="The version of that package; null without one.")
    state: NotifierState = strawberry.field(description="Whether it delivers.")
    reason: str | None = strawberry.field(
        description="Why it does not deliver, and what to do about it; null while it is ACTIVE."
    )
    address_kind: str = strawberry.field(
        description="The kind of address that it delivers to: email, phone, url, or one of its own."
    )
    config_schema: JSON = strawberry.field(
        description="The JSON Schema of its settings, without their values; `{}` where its code is not loaded."
    )

    @classmethod
    def of(cls, entry: ChannelInfo) -> Self:
        """The notifier of a channel of this process."""
        return cls(
            name=entry.name,
            distribution=entry.distribution,
            version=entry.version,
            state=entry.state,
            reason=entry.reason,
            address_kind=entry.address_kind,
            config_schema=JSON(dict(entry.config_schema)),
        )
