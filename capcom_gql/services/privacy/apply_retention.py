"""Forget what is past its time, by kind: a count of what would go, or the going itself, in small transactions.

Twice is as once. What follows the real clock (sessions, links, keys, files) goes by it, the rest by the product's.
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
from capcom_gql.services.privacy.mailbox_files import past_files
from capcom_gql.storage.engine.database import in_one_transaction, purge_write_ahead_log, rows
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables.deliveries import IS_UNSENT

AT_ONCE = 1000
"""Rows of one transaction."""

_ERASED_ADDRESS = "'erased-' || {id} || '@invalid'"
_IS_ERASED = f"email = {_ERASED_ADDRESS.format(id='id')}"
_OLD_LETTER = f"endpoint_id IS NULL AND NOT ({IS_UNSENT}) AND coalesce(sent_at, created_at) <= $1"
_SAYS_SOMETHING = """
    (recipient <> '' OR subject IS NOT NULL OR provider_id IS NOT NULL
        OR (reason IS NOT NULL AND state <> 'SUPPRESSED'))
"""
# why a letter was not sent is in our own words; what a provider said quotes addresses
_UNSAY = "recipient = '', subject = NULL, provider_id = NULL, reason = CASE WHEN state = 'SUPPRESSED' THEN reason END"
_CHANGE_IN_THE_POST = f"""
    SELECT 1 FROM delivery WHERE delivery.person_id = emailchange.person_id AND topic = '{Topic.EMAIL_CHANGE}'
        AND {IS_UNSENT}
"""
# a seat holds whoever has it, or had it lately, for as long as its subscription has a term that ended lately, or runs
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
# asked before the erasure only, which first records the steps that are due, with their letters
_AWAITS_NO_LETTER = f"""
    id NOT IN (SELECT person_id FROM delivery WHERE person_id IS NOT NULL AND {IS_UNSENT} AND created_at > $1)
"""


@dataclass(frozen=True, slots=True)
class _Rule:
    """Rows of one table that are past their time at $1, and what becomes of them: `change` None deletes them."""

    kind: Retained
    table: str
    key: str
    where: str
    change: str | None = None
    has_limit: bool = True


_RULES = (
    _Rule(Retained.SESSIONS, "session", "id", "expires_at <= $1 OR revoked_at <= $1"),
    _Rule(Retained.LINKS, "onetimelink", "token_hash", "expires_at <= $1 OR used_at <= $1"),
    _Rule(
        Retained.EMAIL_CHANGES,
        "emailchange",
        "id",
        # without an end is the one whose letter never came to be written
        f"(coalesce(expires_at, created_at) <= $1 OR used_at <= $1) AND NOT EXISTS ({_CHANGE_IN_THE_POST})",
    ),
    _Rule(Retained.IDEMPOTENCY, "idempotencyrecord", "id", "created_at <= $1"),
    _Rule(
        Retained.ATTEMPTS,
        "deliveryattempt",
        "id",
        f"error IS NOT NULL AND delivery_id IN (SELECT id FROM delivery WHERE {_OLD_LETTER})",
        "error = NULL",
    ),
    _Rule(Retained.LETTERS, "delivery", "id", f"{_OLD_LETTER} AND {_SAYS_SOMETHING}", _UNSAY),
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
    """What is past its time, by kind, and the persons among it by their ids; `kept` are those not erased after all."""

    counts: Mapping[Retained, int]
    person_ids: tuple[str, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)


async def count_expired(runtime: Runtime, policy: RetentionPolicy, mailbox: Path) -> Expired:
    """What would go now. Writes nothing."""
    limits = await _limits(runtime, policy)
    persons = await _seatless(runtime, limits)
    counts = {Retained.PERSONS: len(persons)}
    for rule in _RULES:
        (found,) = await rows(f"SELECT count(*) AS count FROM {rule.table} WHERE {rule.where}", _given(rule, limits))
        counts[rule.kind] = found["count"]
    counts[Retained.MAILBOX] = len(await past_files(mailbox, limits[Retained.MAILBOX], runtime.support_email))
    return Expired(counts, persons)


async def apply_retention(runtime: Runtime, actor: Actor, policy: RetentionPolicy, mailbox: Path) -> Expired:
    """Let it go, the persons last. Stopped half-way, the next run does the rest. Raises Refusal (FORBIDDEN)."""
    authorize(Right.ADMINISTRATION, actor)
    limits = await _limits(runtime, policy)
    # before the erasures, which blank what is past its time with the rest: the counts are those of a dry run
    gone = {rule.kind: await _apply(rule, limits) for rule in _RULES}
    erased, kept = await _erase(runtime, actor, limits, policy)
    counts = {Retained.PERSONS: len(erased), **gone}
    if erased:
        # an erasure ends sessions, and gives old letters an address again
        limits = await _limits(runtime, policy)
        for rule in _RULES:
            await _apply(rule, limits)
    await purge_write_ahead_log()
    files = await past_files(mailbox, limits[Retained.MAILBOX], runtime.support_email)
    for file in files:
        file.unlink(missing_ok=True)
    counts[Retained.MAILBOX] = len(files)
    return Expired(counts, erased, kept)


async def _limits(runtime: Runtime, policy: RetentionPolicy) -> Mapping[Retained, datetime]:
    """The instant up to which each kind is past its time."""
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
    """Erase each by the deed itself; one who is seated meanwhile, or erased by somebody else, is left."""
    erased, kept = [], {}
    # in words that nobody is named by: a reason that names the person is refused
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


def _given(rule: _Rule, limits: Mapping[Retained, datetime]) -> list[object]:
    return [limits[rule.kind]] if rule.has_limit else []


async def _apply(rule: _Rule, limits: Mapping[Retained, datetime]) -> int:
    """Portion by portion, until nothing is left."""
    chosen = f"{rule.key} IN (SELECT {rule.key} FROM {rule.table} WHERE {rule.where} LIMIT {AT_ONCE})"
    verb = f"DELETE FROM {rule.table}" if rule.change is None else f"UPDATE {rule.table} SET {rule.change}"
    # the condition again: under PostgreSQL a row may have changed while its lock was waited for
    statement = f"{verb} WHERE {chosen} AND ({rule.where}) RETURNING {rule.key}"

    async def work() -> int:
        return len(await rows(statement, _given(rule, limits)))

    gone = 0
    while portion := await in_one_transaction(work):
        gone += portion
    return gone
