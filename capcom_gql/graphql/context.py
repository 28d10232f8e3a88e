"""What one request knows: who asks, in which language, from where, and the rows it has read."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

import strawberry

from capcom_gql.access.rate_limits import RateLimits
from capcom_gql.domain.rights import Actor
from capcom_gql.graphql.loaders import Loaders
from capcom_gql.graphql.node import Node
from capcom_gql.languages.locales import Locale
from capcom_gql.notifiers.registry import ChannelInfo
from capcom_gql.runtime import Runtime
from capcom_gql.storage.product_clock import product_now


@dataclass
class Context:
    """The context of one HTTP request. `access_token` is the bearer's text, `source` the address it came from."""

    runtime: Runtime
    rate_limits: RateLimits
    caller: Actor
    locale: Locale
    source: str
    find: "Find"
    """finds any object but an event by its id, if the caller may see it"""
    notifiers: tuple[ChannelInfo, ...] = ()
    """the channels of this process, whatever their state"""
    access_token: str | None = None
    actor: Actor = field(init=False)
    """who asks, as of the mutation under way: signing in makes its own answer that person's"""
    loaders: Loaders = field(init=False)
    _now: asyncio.Task[datetime] | None = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start afresh, as each mutation does: the caller of the request, no row read, no time told."""
        self.actor = self.caller
        self.loaders = Loaders(self.today, self.runtime.policy)
        self._now = None

    async def now(self) -> datetime:
        """The product's clock (UTC), read once, so that one answer speaks of one instant."""
        if self._now is None:
            self._now = asyncio.ensure_future(product_now())
        return await self._now

    async def today(self) -> date:
        """The civil day in the operator's zone."""
        return self.runtime.policy.day_of(await self.now())


Find: TypeAlias = Callable[[Context, str], Awaitable[Node | None]]
Info: TypeAlias = strawberry.Info[Context, None]
