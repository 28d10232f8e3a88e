"""The context of a request: the caller, the language, the time, and the rows read so far."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

import strawberry

from capcom_gql.domain.rights import Actor
from capcom_gql.graphql.cost.running import Running
from capcom_gql.graphql.loaders import Loaders
from capcom_gql.graphql.node import Node
from capcom_gql.languages.locales import Locale
from capcom_gql.notifiers.registry import ChannelInfo
from capcom_gql.runtime import Runtime
from capcom_gql.storage.product_clock import product_now


@dataclass
class Context:
    """What resolvers need to know of one HTTP request."""

    runtime: Runtime
    caller: Actor
    """the caller, as the request was authenticated"""
    locale: Locale
    source: str
    """the network address of the client"""
    find: "Find"
    """finds any object but an event by its id, if the caller may see it"""
    notifiers: tuple[ChannelInfo, ...] = ()
    """the channels of this process, whatever their state"""
    access_token: str | None = None
    """the bearer token of the request; None without one"""
    running: Running = field(init=False)
    """what the operation has used so far; set when it begins"""
    actor: Actor = field(init=False)
    """the caller, except in the answer of a mutation that signs in: there the person who signed in"""
    loaders: Loaders = field(init=False)
    _now: asyncio.Task[datetime] | None = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Drop the actor, the rows and the instant cached so far, so that each mutation reads them afresh."""
        self.actor = self.caller
        self.loaders = Loaders(self.today, self.runtime.policy)
        self._now = None

    async def now(self) -> datetime:
        """The present instant of the product's clock (UTC), read once, so that an answer is about one instant."""
        if self._now is None:
            self._now = asyncio.ensure_future(product_now())
        return await self._now

    async def today(self) -> date:
        """The civil day of `now` in the operator's zone."""
        return self.runtime.policy.day_of(await self.now())


Find: TypeAlias = Callable[[Context, str], Awaitable[Node | None]]
"""Finds an object by its id; None where it does not exist or the caller may not see it."""
Info: TypeAlias = strawberry.Info[Context, None]
"""The info argument of resolvers."""
