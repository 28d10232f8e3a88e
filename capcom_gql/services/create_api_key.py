"""Create an API key for a machine; its secret is shown once and stored as a hash."""

from dataclasses import dataclass
from datetime import datetime

from capcom_gql import clock
from capcom_gql.access.authorize import authorize
from capcom_gql.access.tokens import hash_token, new_api_key, shown_prefix
from capcom_gql.domain.events import Kind
from capcom_gql.domain.refusals import Fault, invalid, refuse_if
from capcom_gql.domain.rights import Actor, Right, Scope
from capcom_gql.forms import RequiredText
from capcom_gql.runtime import Runtime
from capcom_gql.storage import ids
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent, record
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import ApiKey


@dataclass(frozen=True, slots=True)
class CreateApiKeyForm:
    """A key to create."""

    name: str
    scopes: tuple[Scope, ...]
    expires_at: datetime | None = None
    """from when on, by the real clock, it no longer works; None for no end"""


@dataclass(frozen=True, slots=True)
class ApiKeyCreated:
    """The created key, with its secret, which is shown only now."""

    api_key_id: str
    secret: str


async def create_api_key(runtime: Runtime, actor: Actor, form: CreateApiKeyForm) -> ApiKeyCreated:
    """Create a key. Raises Refusal: FORBIDDEN, INVALID_INPUT at `name`, `scopes` (empty) or `expiresAt` (past)."""
    authorize(Right.ADMINISTRATION, actor)
    name = RequiredText().read(("name",), form.name)
    refuse_if([*name.faults, *_faults(form)])

    async def work() -> ApiKeyCreated:
        secret = new_api_key()
        key = await ApiKey.create(
            id=ids.new_id(ids.API_KEY),
            name=name.value,
            prefix=shown_prefix(secret),
            secret_hash=hash_token(secret),
            scopes=sorted({scope.value for scope in form.scopes}),
            created_at=clock.utc_now(),
            expires_at=form.expires_at,
        )
        entry = NewEvent(Kind.KEY_CREATED, {"key_id": key.id, "scopes": list(key.scopes)}, subject_id=key.id)
        await record(entry, actor=actor, now=await product_now(), channels=runtime.channels)
        return ApiKeyCreated(key.id, secret)

    return await in_one_transaction(work)


def _faults(form: CreateApiKeyForm) -> list[Fault]:
    faults = []
    if not form.scopes:
        faults.append(invalid(("scopes",), "no_scopes"))
    if form.expires_at is not None and form.expires_at <= clock.utc_now():
        faults.append(invalid(("expiresAt",), "expiry_past"))
    return faults
