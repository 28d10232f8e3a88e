"""Idempotency keys: a command sent again with the same key and input is not done again; its result is replayed.

Only ids are stored, and no refusals. A key works for 24 hours of the real clock, for each caller.
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

MAX_KEY_LENGTH = 200
"""The most characters of an idempotency key, inclusive."""
_PATH = ("idempotencyKey",)


def check_key(key: str) -> list[Fault]:
    """The fault INVALID_INPUT, at `idempotencyKey`, of a blank key or one that is too long, or an empty list."""
    if not key.strip():
        return [invalid(_PATH, "blank")]
    return [invalid(_PATH, "too_long", maximum=MAX_KEY_LENGTH)] if len(key) > MAX_KEY_LENGTH else []


async def run_once(
    actor: Actor, key: str, command: str, form: Any, work: Callable[[], Awaitable[dict[str, Any]]]
) -> Any:
    """The ids that `work` returns, stored under the key; or those stored before, without running `work`.

    To be called in the command's transaction. `command` names the mutation. Raises Refusal (IDEMPOTENCY_KEY_REUSED)
    for the same key with another input, and what `work` raises. With a key that `check_key` faults nothing is stored:
    `work` itself reports it. Of two concurrent calls the second fails on the unique key (IntegrityError), is run again
    by `in_one_transaction`, and then replays.
    """
    if check_key(key):
        # the command itself reports a bad key, with the other faults of the form
        return await work()
    fingerprint = hashlib.sha256(orjson.dumps([command, asdict(form)], option=orjson.OPT_SORT_KEYS)).hexdigest()
    caller = actor.id or f"anonymous:{fingerprint}"
    stored = await IdempotencyRecord.get_or_none(caller=caller, key=key)
    if stored is not None:
        if stored.input_hash != fingerprint:
            raise Refusal(Fault(Code.IDEMPOTENCY_KEY_REUSED, _PATH, "key_reused"))
        return stored.result
    record = await IdempotencyRecord.create(
        caller=caller, key=key, input_hash=fingerprint, result={}, created_at=clock.utc_now()
    )
    record.result = await work()
    await record.save(update_fields=["result"])
    return record.result
