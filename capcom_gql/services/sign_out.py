"""Sign out: the session's token stops working at once, in every process (R5)."""

from capcom_gql import clock
from capcom_gql.access.authorize import authorize
from capcom_gql.access.tokens import hash_token
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.storage.tables import Session


async def sign_out(actor: Actor, access_token: str) -> bool:
    """Revoke the session of a token. Returns False where it was revoked already. Raises Refusal (FORBIDDEN)."""
    authorize(Right.SELF, actor)
    revoked = Session.filter(token_hash=hash_token(access_token), revoked_at__isnull=True)
    return bool(await revoked.update(revoked_at=clock.utc_now()))
