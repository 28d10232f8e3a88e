"""A client's key makes a mutation count once: the same key and input replay what was made.

Only ids are kept, a refusal is not; two at once give one effect, by the unique key of the record.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import orjson

from capcom_gql import clock
from capcom_gql.domain.refusals import Code, Fault, Refusal, invalid
from capcom_gql.domain.rights import Actor
from capcom_gql.storage.tables import IdempotencyRecord

MAX_KEY = 200
_PATH = ("idempotencyKey",)


def check_key(key: str) -> list[Fault]:
    """The fault of a key that is blank or too long."""
    if not key.strip():
        return [invalid(_PATH, "blank")]
    return [invalid(_PATH, "too_long", maximum=MAX_KEY)] if len(key) > MAX_KEY else []


async def once(actor: Actor, key: str, deed: str, form: Any, work: Callable[[], Awaitable[dict[str, Any]]]) -> Any:
    """Do the work and keep its ids, or give the ids that it made before. In the deed's transaction.

    Raises Refusal (IDEMPOTENCY_KEY_REUSED) for the same key with another input. Of two at once, the second waits or
    fails on the unique key, is tried again by `in_one_transaction`, and then replays.
    """
    if check_key(key):
        # told by the deed, beside the form's other faults; a record could not even hold it
        return await work()
    fingerprint = hashlib.sha256(orjson.dumps([deed, asdict(form)], option=orjson.OPT_SORT_KEYS)).hexdigest()
    caller = actor.id or f"anonymous:{fingerprint}"
    kept = await IdempotencyRecord.get_or_none(caller=caller, key=key)
    if kept is not None:
        if kept.input_hash != fingerprint:
            raise Refusal(Fault(Code.IDEMPOTENCY_KEY_REUSED, _PATH, "key_reused"))
        return kept.result
    record = await IdempotencyRecord.create(
        caller=caller, key=key, input_hash=fingerprint, result={}, created_at=clock.utc_now()
    )
    record.result = await work()
    await record.save(update_fields=["result"])
    return record.result
