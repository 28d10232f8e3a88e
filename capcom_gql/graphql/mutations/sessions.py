"""The mutations that end sessions (R5)."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, Payload
from capcom_gql.services import end_sessions


@strawberry.input(description="A session to end.")
class EndSessionInput:
    session_id: strawberry.ID = strawberry.field(description="The id of one of the caller's own sessions.")


@strawberry.type(description="The payload of endSession.")
class EndSessionPayload(Payload):
    ended: bool = strawberry.field(default=False, description="Whether the session no longer works.")


@strawberry.input(description="Which of the caller's sessions to end.")
class EndAllSessionsInput:
    keep_current: bool = strawberry.field(
        default=True, description="Whether the session of this request goes on; by default it does."
    )


@strawberry.type(description="The payload of endAllSessions.")
class EndAllSessionsPayload(Payload):
    ended_count: int = strawberry.field(default=0, description="How many sessions have ended.")


@strawberry.type
class Sessions:
    """The mutations that end sessions."""

    @resolved("End one of the caller's own sessions (`Viewer.sessions`), at once. Idempotent. For persons.")
    async def end_session(self, info: Info, input: Annotated[EndSessionInput, FORM]) -> EndSessionPayload | None:
        ended = await end_sessions.end_session(info.context.actor, form_of(input, end_sessions.EndSessionForm))
        return EndSessionPayload(ended=ended)

    @resolved("End the caller's own sessions, at once: all, or all but that of this request. For persons.")
    async def end_all_sessions(
        self, info: Info, input: Annotated[EndAllSessionsInput, FORM]
    ) -> EndAllSessionsPayload | None:
        form = form_of(input, end_sessions.EndAllSessionsForm)
        return EndAllSessionsPayload(ended_count=await end_sessions.end_all_sessions(info.context.actor, form))
