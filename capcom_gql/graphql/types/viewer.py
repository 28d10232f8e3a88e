"""The type of the caller."""

import strawberry

from capcom_gql.access.sessions import open_sessions
from capcom_gql.domain.rights import Actor
from capcom_gql.graphql.context import Info
from capcom_gql.graphql.enums import Role, Scope
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.ownership import Owned, Ownership
from capcom_gql.graphql.types.api_key import ApiKey
from capcom_gql.graphql.types.person import Person
from capcom_gql.graphql.types.session import Session
from capcom_gql.graphql.types.subscription import Organisation, Seat
from capcom_gql.graphql.types.support import SupportRequest
from capcom_gql.storage import tables


@strawberry.type(description="The person who calls, with their own objects.")
class Viewer:
    role: Role = strawberry.field(
        description="The highest role that the caller has anywhere; rights are decided for each object, not by it."
    )
    scopes: list[Scope] = strawberry.field(description="Empty: persons have no scopes, and API keys no viewer.")
    api_key: ApiKey | None = strawberry.field(description="Null: API keys have no viewer.", default=None)
    person_id: strawberry.Private[str]
    ownership: strawberry.Private[Ownership]

    @classmethod
    def of(cls, actor: Actor) -> "Viewer | None":
        """The viewer of a signed-in person; None for an API key and for an anonymous caller."""
        if actor.person_id is None or actor.role is None:
            return None
        ownership = Owned((None,), actor.person_id)
        return cls(role=actor.role, scopes=sorted(actor.scopes), person_id=actor.person_id, ownership=ownership)

    @resolved("The person who calls.")
    async def person(self, info: Info) -> Person | None:
        row = await info.context.loaders.person.load(self.person_id)
        return None if row is None else Person.of(row, Owned(info.context.actor.belongs_to or (None,), self.person_id))

    @resolved("The caller's own active seats, with their numbers.")
    async def seats(self, info: Info) -> list[Seat]:
        loaders = info.context.loaders
        rows = [row for row in await loaders.seats_of_person.load(self.person_id) if row.removed_at is None]
        views = await loaders.view.load_many([row.subscription_id for row in rows])
        return [Seat.of(row, view) for row, view in zip(rows, views, strict=True) if view]

    @resolved("The organisations in which the caller has an active seat.")
    async def organisations(self, info: Info) -> list[Organisation]:
        rows = await info.context.loaders.organisation.load_many(sorted(info.context.actor.belongs_to))
        return [Organisation.of(row) for row in rows if row is not None]

    @resolved("The caller's own support requests, newest first.")
    async def support_requests(self) -> list[SupportRequest]:
        rows = await tables.SupportRequest.filter(person_id=self.person_id).order_by("-opened_at", "-id")
        return [SupportRequest.of(row) for row in rows]

    @resolved("The caller's own sessions that still work, newest first.")
    async def sessions(self, info: Info) -> list[Session]:
        current_id = info.context.actor.session_id
        return [Session.of(row, current_id) for row in await open_sessions(self.person_id)]
