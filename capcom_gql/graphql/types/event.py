"""The type of events (R21), and the timeline of an organisation."""

from datetime import datetime
from typing import Any, Self, cast

import strawberry
from strawberry.scalars import JSON

from capcom_gql.domain import events
from capcom_gql.domain.rights import Actor, Right, Scope, has_scope, may
from capcom_gql.graphql.connections import Connection, finder, to_connection
from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Owned, Ownership, ReadThrough
from capcom_gql.graphql.types.named import NamedOrganisation, organisation_named
from capcom_gql.languages.sentences import describe
from capcom_gql.storage import tables
from capcom_gql.storage.queries.lists import Window

SIMILAR = "similar_organisation_ids"
"""The only detail that holds ids of other organisations than the event's own."""


@strawberry.type(
    description="Something that changed a subscription or its surroundings; recorded once, never changed. An event "
    "whose kind says that somebody was asked or reminded says that letters were due: `deliveries` shows whether each "
    "was sent."
)
class Event(Node):
    kind: str = strawberry.field(description="The kind of event, for programs: `term.confirmed`, `seat.added`...")
    occurred_at: datetime = strawberry.field(description="When the rule was met or the command was given.")
    recorded_at: datetime = strawberry.field(
        description="When it was recorded: later than `occurredAt` where a worker was down."
    )
    ownership: strawberry.Private[Ownership]
    row: strawberry.Private[tables.Event]

    @classmethod
    def of(cls, row: tables.Event, ownership: Ownership | None = None) -> Self:
        """The event of a row; readable with `Right.EVENTS` over its organisation unless `ownership` says otherwise."""
        return cls(
            id=strawberry.ID(row.id),
            kind=row.kind,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            ownership=ownership or Owned((row.organisation_id,)),
            row=row,
        )

    @resolved(
        "Ids, days (ISO 8601), amounts (minor units) and codes; which ones depends on the kind. Never names, addresses "
        "or free text."
    )
    async def details(self, info: Info) -> JSON:
        return cast(JSON, _shown(self.row.details, info.context.actor))

    @resolved(
        "Who caused it: the role (STAFF, MANAGER, MEMBER, MACHINE, SYSTEM, ANONYMOUS); for staff and API keys with "
        "EVENTS_READ followed by the id."
    )
    async def actor(self, info: Info) -> str:
        caller = info.context.actor
        knows_ids = caller.is_staff or has_scope(caller, Scope.EVENTS_READ)
        return f"{self.row.actor_role} {self.row.actor_id}" if knows_ids and self.row.actor_id else self.row.actor_role

    @resolved("The organisation that it is about; null for an event of none, such as a saved plan.")
    async def organisation(self, info: Info) -> NamedOrganisation | None:
        return await organisation_named(info.context, self.row.organisation_id)

    @resolved("The object that it is about; null where there is none, or the caller may not see it.")
    async def subject(self, info: Info) -> Node | None:
        return None if self.row.subject_id is None else await info.context.find(info.context, self.row.subject_id)

    @resolved("The event in one sentence, in the caller's language.")
    async def description(self, info: Info) -> str:
        return describe(events.Kind(self.kind), self.row.details, info.context.locale)

    @resolved("The reason or note that was given with the command; for staff, null without one.")
    async def note(self, info: Info) -> str | None:
        row = await info.context.loaders.note_of_event.load(str(self.id))
        return None if row is None else row.text


def _shown(details: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The details without the ids of similar organisations that the caller may not see (R1)."""
    if SIMILAR not in details or actor.key_id is not None:
        return details
    return details | {SIMILAR: [each for each in details[SIMILAR] if may(Right.VIEW, actor, each)]}


async def timeline_of(context: Context, organisation_id: str, window: Window) -> Connection[Event]:
    """A page of the events about an organisation, newest first; readable with `Right.VIEW_DETAILS` over it.

    Raises FieldError (BAD_USER_INPUT) for a cursor that is not of this list.
    """
    ownership = ReadThrough(organisation_id)

    return await to_connection(
        context.locale,
        context.loaders.timeline.load((organisation_id, window)),
        finder(context.loaders.event, lambda row: Event.of(row, ownership)),
        lambda: context.loaders.timeline_total.load(organisation_id),
    )
