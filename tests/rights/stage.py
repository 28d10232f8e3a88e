"""The stage: organisations with everything that the API can show of them, and a token for every caller.

A is managed by ana, with bob, cleo, mia and once dan; it is renewed. B is managed by max, with bel; its proof is
awaited. C is managed by mia, with cid and once rex; it was reinstated, and its renewal is declined. D are three that
were cancelled unpaid. Each fact about an object (whose it is, who made it) is what the stage itself did.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from capcom_gql import clock
from capcom_gql.storage.tables import Person
from tests.rights.verdicts import ANONYMOUS, Caller, Thing
from tests.world import World


@dataclass
class Stage:
    """The world as it was set, with what the tests need to know of it."""

    world: World
    tokens: dict[str, str] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    """subscriber numbers by "name at organisation", as in "bob at A" """
    seats: dict[str, str] = field(default_factory=dict)
    """ids of seats, likewise"""
    organisations: dict[str, str] = field(default_factory=dict)
    subscriptions: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    """ids of the terms that run, by organisation"""
    unpaid: dict[str, str] = field(default_factory=dict)
    """ids of the terms of D, each with its organisation's"""
    people: dict[str, str] = field(default_factory=dict)
    """ids of persons by name"""
    redemptions: dict[str, str] = field(default_factory=dict)
    """ids of redemptions by "maker at organisation" """
    requests: dict[str, str] = field(default_factory=dict)
    """ids of support requests by who opened them"""
    keys: dict[str, str] = field(default_factory=dict)
    """ids of API keys by their scope"""
    endpoints: dict[str, str] = field(default_factory=dict)
    """ids of webhook endpoints by whose they are"""
    letters: dict[str, str] = field(default_factory=dict)
    """ids of deliveries by what became of them"""
    bad_tokens: dict[str, str] = field(default_factory=dict)
    past_token: str = ""
    """of a key that checks discounts and reads events"""
    earlier: datetime = field(default_factory=clock.utc_now)
    """by the product's clock: after everything was set, an hour before the tests"""

    def token(self, caller: Caller) -> str | None:
        """The bearer token of a caller."""
        return None if caller is ANONYMOUS else self.tokens[caller.name]

    async def person(self, caller: Caller) -> Person:
        """The row of a caller who is a person."""
        return await Person.get(email_key=caller.email)

    def add(self, thing: Thing) -> None:
        """Put an object on the list of those that the tests walk."""
        self.things[thing.id] = thing

    def of(self, type_name: str) -> Iterable[Thing]:
        """The objects of a type."""
        return (thing for thing in self.things.values() if thing.type == type_name)

    async def do(self, deed: str, form: dict[str, Any], token: str, result: str = "") -> dict[str, Any]:
        """Have a deed done through the door; it must be. `result` is what to ask of the payload."""
        named = f"{deed[0].upper()}{deed[1:]}Input"
        document = f"mutation ($input: {named}!) {{ {deed}(input: $input) {{ {result} errors {{ code path }} }} }}"
        return (await self.world.ask(document, {"input": form}, token=token)).done(deed)
