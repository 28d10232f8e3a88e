"""Delete or blank personal data that is past its retention period, in small transactions, or count it (R23).

Idempotent. Sessions, links, idempotency keys, counters and files expire by the real clock, everything else by the
product's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from capcom_gql import clock
from capcom_gql.access.authorize import authorize
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.privacy import IDEMPOTENCY_RETENTION, Retained, RetentionPolicy, months_before
from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.runtime import Runtime
from capcom_gql.services.privacy.erase_person import ErasePersonForm, NoLongerDue, erase_person
from capcom_gql.services.privacy.mailbox_files import expired_files
from capcom_gql.storage.engine.database import in_one_transaction, purge_write_ahead_log, rows
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables.deliveries import IS_UNSENT

CHUNK = 1000
"""Rows that one transaction deletes or blanks."""

_ERASED_ADDRESS = "'erased-' || {id} || '@invalid'"
_IS_ERASED = f"email = {_ERASED_ADDRESS.format(id='id')}"
_OLD_LETTER = f"endpoint_id IS NULL AND NOT ({IS_UNSENT}) AND coalesce(sent_at, created_at) <= $1"
_HAS_CONTENT = """
    (recipient <> '' OR subject IS NOT NULL OR provider_id IS NOT NULL
        OR (reason IS NOT NULL AND state <> 'SUPPRESSED'))
"""
# the reason of a suppressed letter is the product's own text; a provider's may quote addresses
_BLANK_LETTER = (
    "recipient = '', subject = NULL, provider_id = NULL, reason = CASE WHEN state = 'SUPPRESSED' THEN reason END"
)
_UNSENT_CHANGE_LETTER = f"""
    SELECT 1 FROM delivery WHERE delivery.person_id = emailchange.person_id AND topic = '{Topic.EMAIL_CHANGE}'
        AND {IS_UNSENT}
"""
# a person is kept whose active or recently removed seat is in a subscription with a running or recent term
_SEATLESS = f"""
    SELECT id FROM person WHERE NOT is_staff AND NOT {_IS_ERASED} AND created_at <= $1
        AND NOT EXISTS (
            SELECT 1 FROM seat JOIN term ON term.subscription_id = seat.subscription_id
            WHERE seat.person_id = person.id AND (seat.removed_at IS NULL OR seat.removed_at > $1)
                AND term.ends_on >= $2
        )
        AND NOT EXISTS (SELECT 1 FROM session WHERE session.person_id = person.id AND session.created_at > $1)
        AND id NOT IN (
            SELECT terms_accepted_by FROM term WHERE terms_accepted_by IS NOT NULL AND terms_accepted_at > $1
        )
        AND NOT EXISTS (
            SELECT 1 FROM supportrequest WHERE supportrequest.person_id = person.id AND closed_at IS NULL
        )
"""
# only for choosing persons: an erasure first records the steps that are due, which write letters
_AWAITS_NO_LETTER = f"""
    id NOT IN (SELECT person_id FROM delivery WHERE person_id IS NOT NULL AND {IS_UNSENT} AND created_at > $1)
"""


@dataclass(frozen=True, slots=True)
class _Rule:
    """Which rows of a table are past their retention at the instant $1, and what is done with them."""

    kind: Retained
    table: str
    key: str
    where: str
    change: str | None = None
    """the SET clause that blanks a row; None deletes it"""
    has_limit: bool = True
    """whether `where` uses $1"""


_RULES = (
    _Rule(Retained.SESSIONS, "session", "id", "expires_at <= $1 OR revoked_at <= $1"),
    _Rule(Retained.LINKS, "onetimelink", "token_hash", "expires_at <= $1 OR used_at <= $1"),
    _Rule(
        Retained.EMAIL_CHANGES,
        "emailchange",
        "id",
        # a change has no expiry until its letter is sent
        f"(coalesce(expires_at, created_at) <= $1 OR used_at <= $1) AND NOT EXISTS ({_UNSENT_CHANGE_LETTER})",
    ),
    _Rule(Retained.IDEMPOTENCY, "idempotencyrecord", "id", "created_at <= $1"),
    _Rule(Retained.COUNTERS, "attemptcount", "slot", "ends_at <= $1"),
    _Rule(
        Retained.ATTEMPTS,
        "deliveryattempt",
        "id",
        f"error IS NOT NULL AND delivery_id IN (SELECT id FROM delivery WHERE {_OLD_LETTER})",
        "error = NULL",
    ),
    _Rule(Retained.LETTERS, "delivery", "id", f"{_OLD_LETTER} AND {_HAS_CONTENT}", _BLANK_LETTER),
    _Rule(Retained.COMMENTS, "surveyrequest", "id", "answered_at <= $1 AND comment IS NOT NULL", "comment = NULL"),
    _Rule(
        Retained.SUPPORT,
        "supportrequest",
        "id",
        "closed_at <= $1 AND (message <> '' OR coalesce(answer, '') <> '')",
        "message = '', answer = ''",
    ),
    _Rule(
        Retained.ERASED,
        "delivery",
        "id",
        f"""
        person_id IN (SELECT id FROM person WHERE {_IS_ERASED})
        AND (recipient NOT IN ('', {_ERASED_ADDRESS.format(id="person_id")}) OR subject IS NOT NULL)
        """,
        f"recipient = {_ERASED_ADDRESS.format(id='person_id')}, subject = NULL, provider_id = NULL",
        has_limit=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Expired:
    """What is past its retention period: the result of a run, or of a count."""

    counts: Mapping[Retained, int]
    """rows, persons or files by kind"""
    person_ids: tuple[str, ...] = ()
    """the persons erased, or to be erased"""
    kept: Mapping[str, str] = field(default_factory=dict)
    """persons not erased after all: by id, the code of the refusal, or WANTED_AGAIN"""


async def count_expired(runtime: Runtime, policy: RetentionPolicy, mailbox: Path) -> Expired:
    """Count what `apply_retention` would delete or blank now. Changes nothing; `mailbox` is the folder of mails."""
    limits = await _limits(runtime, policy)
    persons = await _seatless(runtime, limits)
    counts = {Retained.PERSONS: len(persons)}
    for rule in _RULES:
        (found,) = await rows(
            f"SELECT count(*) AS count FROM {rule.table} WHERE {rule.where}", _parameters(rule, limits)
        )
        counts[rule.kind] = found["count"]
    counts[Retained.MAILBOX] = len(await expired_files(mailbox, limits[Retained.MAILBOX], runtime.support_email))
    return Expired(counts, persons)


async def apply_retention(runtime: Runtime, actor: Actor, policy: RetentionPolicy, mailbox: Path) -> Expired:
    """Delete or blank what is past its retention period, then erase the persons without a seat for years (R23).

    `mailbox` is the folder of the mailbox channel's files. A run that was interrupted is completed by the next one.
    Raises Refusal (FORBIDDEN).
    """
    authorize(Right.ADMINISTRATION, actor)
    limits = await _limits(runtime, policy)
    # before the erasures, which blank such rows too: so the counts are those of `count_expired`
    applied = {rule.kind: await _apply(rule, limits) for rule in _RULES}
    erased, kept = await _erase(runtime, actor, limits, policy)
    counts = {Retained.PERSONS: len(erased), **applied}
    if erased:
        # an erasure ends sessions, and writes an address into old letters again
        limits = await _limits(runtime, policy)
        for rule in _RULES:
            await _apply(rule, limits)
    await purge_write_ahead_log()
    files = await expired_files(mailbox, limits[Retained.MAILBOX], runtime.support_email)
    for file in files:
        file.unlink(missing_ok=True)
    counts[Retained.MAILBOX] = len(files)
    return Expired(counts, erased, kept)


async def _limits(runtime: Runtime, policy: RetentionPolicy) -> Mapping[Retained, datetime]:
    """The instant at or before which each kind is past its retention period."""
    real, now = clock.utc_now(), await product_now()
    today = runtime.policy.day_of(now)

    def months(count: int) -> datetime:
        return runtime.policy.first_instant(months_before(today, count))

    letters = months(policy.letters_months)
    return {
        Retained.PERSONS: months(12 * policy.persons_years),
        Retained.SESSIONS: real,
        Retained.LINKS: real,
        Retained.EMAIL_CHANGES: real,
        Retained.IDEMPOTENCY: real - IDEMPOTENCY_RETENTION,
        Retained.COUNTERS: real,
        Retained.ATTEMPTS: letters,
        Retained.LETTERS: letters,
        Retained.COMMENTS: months(policy.comments_months),
        Retained.SUPPORT: months(policy.support_months),
        Retained.ERASED: now,
        Retained.MAILBOX: real - timedelta(days=policy.mailbox_days),
    }


def _since(runtime: Runtime, limits: Mapping[Retained, datetime]) -> list[object]:
    limit = limits[Retained.PERSONS]
    return [limit, runtime.policy.day_of(limit)]


async def _seatless(runtime: Runtime, limits: Mapping[Retained, datetime]) -> tuple[str, ...]:
    found = await rows(f"{_SEATLESS} AND {_AWAITS_NO_LETTER} ORDER BY id", _since(runtime, limits))
    return tuple(row["id"] for row in found)


async def _erase(
    runtime: Runtime, actor: Actor, limits: Mapping[Retained, datetime], policy: RetentionPolicy
) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Erase each person with the command; one who got a seat or was erased meanwhile is left."""
    erased, kept = [], {}
    # a reason that names the person is refused
    reason = f"retention: CAPCOM_KEEP_PERSONS_YEARS={policy.persons_years} (R23)"

    async def still(person_id: str) -> bool:
        return bool(await rows(f"{_SEATLESS} AND id = $3", [*_since(runtime, limits), person_id]))

    for person_id in await _seatless(runtime, limits):
        try:
            await erase_person(runtime, actor, ErasePersonForm(person_id, reason), still)
            erased.append(person_id)
        except NoLongerDue:
            kept[person_id] = "WANTED_AGAIN"
        except Refusal as refusal:
            kept[person_id] = refusal.faults[0].code.value
    return tuple(erased), kept


def _parameters(rule: _Rule, limits: Mapping[Retained, datetime]) -> list[object]:
    return [limits[rule.kind]] if rule.has_limit else []


async def _apply(rule: _Rule, limits: Mapping[Retained, datetime]) -> int:
    """Apply a rule in transactions of CHUNK rows until none is left. Returns how many rows."""
    chosen = f"{rule.key} IN (SELECT {rule.key} FROM {rule.table} WHERE {rule.where} LIMIT {CHUNK})"
    verb = f"DELETE FROM {rule.table}" if rule.change is None else f"UPDATE {rule.table} SET {rule.change}"
    # the condition twice: under PostgreSQL a row may change while the statement waits for its lock
    statement = f"{verb} WHERE {chosen} AND ({rule.where}) RETURNING {rule.key}"

    async def work() -> int:
        return len(await rows(statement, _parameters(rule, limits)))

    count = 0
    while chunk := await in_one_transaction(work):
        count += chunk
    return count
