"""Who does a deed, as their session makes them known; and what the deeds recorded since, and wrote to whom."""

from typing import Any

from capcom_gql.access.authenticate import actor_of
from capcom_gql.domain.rights import Actor, Scope
from capcom_gql.storage.tables import Delivery, Event, Person


async def signed_in(name: str) -> Actor:
    """A person with the ties that they have now: "ana" is ana@ville.example."""
    return await actor_of((await Person.get(email_key=f"{name}@ville.example")).id, is_staff=False)


def machine(*scopes: Scope) -> Actor:
    """An API key."""
    return Actor(key_id="key_1", scopes=frozenset(scopes))


async def history() -> set[str]:
    """The events so far, for `recorded_since`."""
    return {str(each) for each in await Event.all().values_list("id", flat=True)}


async def recorded_since(before: set[str]) -> list[tuple[str, dict[str, Any]]]:
    """Kind and details of each event since, in order."""
    events = await Event.all().order_by("recorded_at", "id")
    return [(event.kind, event.details) for event in events if event.id not in before]


async def written_since(before: set[str]) -> list[tuple[str, str]]:
    """Each letter written since: its topic, and to whom."""
    letters = await Delivery.all()
    return sorted((each.topic, each.recipient.partition("@")[0]) for each in letters if each.event_id not in before)
