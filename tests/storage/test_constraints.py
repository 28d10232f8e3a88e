"""What must never be is impossible: every constraint is tried on both engines, on each side of its edge."""

import importlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tortoise import Tortoise
from tortoise.exceptions import IntegrityError

from capcom_gql.storage import ids
from capcom_gql.storage.engine import database as db
from capcom_gql.storage.tables import (
    ApiKey,
    Delivery,
    EmailChange,
    Event,
    OneTimeLink,
    Organisation,
    PaymentProof,
    Plan,
    Redemption,
    Seat,
    Session,
    Subscription,
    TermsOfUse,
    UnsubscribeLink,
)
from tests.storage.forbidden import CASES as FIRST_CASES
from tests.storage.forbidden import Case, World, a_world
from tests.storage.forbidden_asking import CASES as ASKING_CASES
from tests.storage.forbidden_endpoints import CASES as ENDPOINT_CASES
from tests.storage.rows import NOON, a_subscription, an_event, an_organisation, write_person, write_seat

CONSTRAINTS, YEAR, ENDPOINTS, LATER = (
    importlib.import_module(f"capcom_gql.storage.migrations.{name}")
    for name in ("0002_constraints", "0004_the_year", "0007_endpoints", "0009_indexes")
)
INDEXES = (*CONSTRAINTS.INDEXES, *YEAR.INDEXES, *ENDPOINTS.INDEXES, *LATER.INDEXES)
CASES = (*FIRST_CASES, *ASKING_CASES, *ENDPOINT_CASES)
EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=[f"{case.name}{index}" for index, case in enumerate(CASES)])


@EVERY_CASE
async def test_the_forbidden_is_refused(database: str, case: Case) -> None:
    world = await a_world()
    with pytest.raises(IntegrityError) as refusal:
        await case.forbidden(world)
    # a trigger of PostgreSQL answers with its own sentence, as SQLite's does
    assert case.refusal in str(refusal.value) or (db.is_postgres() and f'"{case.name}"' in str(refusal.value))


@EVERY_CASE
async def test_its_allowed_neighbour_passes(database: str, case: Case) -> None:
    await case.allowed(await a_world())


def test_every_constraint_has_its_case() -> None:
    uniques = {sql.split()[3] for sql in INDEXES if sql.startswith("CREATE UNIQUE INDEX")}
    checks = {name for _, name, _ in (*CONSTRAINTS.CHECKS, *YEAR.CHECKS, *ENDPOINTS.CHECKS)}
    declared = checks | uniques | {name for name, *_ in CONSTRAINTS.TRIGGERS}
    assert {case.name for case in CASES} == declared


async def test_every_index_of_the_migrations_is_there(database: str) -> None:
    catalogue = (
        "SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'"
        if db.is_postgres()
        else "SELECT name FROM sqlite_master WHERE type = 'index'"
    )
    found = {row["name"] for row in await db.rows(catalogue)}
    assert {sql.split(" INDEX ")[1].split()[0] for sql in INDEXES} <= found


async def test_a_person_s_letters_and_the_latest_event_are_found_without_reading_all(database: str) -> None:
    if db.is_postgres():
        await db.rows("SELECT set_config('enable_seqscan', 'off', false)")
    explain = "EXPLAIN" if db.is_postgres() else "EXPLAIN QUERY PLAN"
    for query, index in (
        (Delivery.filter(person_id="person_1").sql(params_inline=True), "delivery_of_person"),
        (Event.all().order_by("-recorded_at").limit(1).sql(params_inline=True), "event_recorded"),
    ):
        assert index in str(await db.rows(f"{explain} {query}")), query


async def _session(token_hash: str) -> None:
    person = await write_person()
    await Session.create(
        id=ids.new_id(ids.SESSION), token_hash=token_hash, person=person, created_at=NOON, expires_at=NOON
    )


async def _key(prefix: str, secret_hash: str) -> None:
    await ApiKey.create(
        id=ids.new_id(ids.API_KEY), name="desk", prefix=prefix, secret_hash=secret_hash, scopes=[], created_at=NOON
    )


async def _delivery(world: World, once_key: str) -> None:
    await Delivery.create(
        id=ids.new_id(ids.DELIVERY),
        event_id=world.event.id,
        topic="welcome",
        channel="mailbox",
        recipient="ana@ville.example",
        about={},
        once_key=once_key,
        state="PENDING",
        due_at=NOON,
        next_attempt_at=NOON,
        created_at=NOON,
    )


async def _proof(term_id: str) -> None:
    await PaymentProof.create(
        id=ids.new_id(ids.PROOF),
        term_id=term_id,
        kind="CHEQUE",
        reference="1",
        received_on=NOON.date(),
        recorded_at=NOON,
    )


async def _plan(world: World, code: str) -> None:
    await Plan.create(
        id=ids.new_id(ids.PLAN), code=code, name="x", seat_limit=3, price_minor=1, services=[], discounts=[]
    )


# each is done twice in a row with the same value
TWICE: dict[str, Callable[[World, str], Awaitable[Any]]] = {
    "apikey.prefix": lambda world, value: _key(value, ids.new_id("hash")),
    "apikey.secret_hash": lambda world, value: _key(ids.new_id("prefix"), value),
    "delivery.once_key": _delivery,
    "emailchange.token_hash": lambda world, value: EmailChange.create(
        id=ids.new_id(ids.EMAIL_CHANGE),
        person_id=world.seat.person_id,
        email="ana@ville.example",
        token_hash=value,
        created_at=NOON,
    ),
    "event.step_key": lambda world, value: an_event(step_key=value).save(force_create=True),
    "organisation.siret": lambda world, value: an_organisation(siret=value[:14]).save(force_create=True),
    "paymentproof.term_id": lambda world, value: _proof(world.term.id),
    "person.email_key": lambda world, value: write_person(f"{value}@ville.example"),
    "plan.code": _plan,
    "seat.number": lambda world, value: write_seat(world.subscription, number=value[:16], place=2, removed_at=NOON),
    "session.token_hash": lambda world, value: _session(value),
    "subscription.organisation_id": lambda world, value: a_subscription(world.organisation).save(force_create=True),
    "termsofuse.version": lambda world, value: TermsOfUse.create(
        id=ids.new_id(ids.TERMS_OF_USE), version=value, url="https://ville.example", published_at=NOON
    ),
}


@pytest.mark.parametrize("column", TWICE)
async def test_what_names_one_thing_is_never_given_twice(database: str, column: str) -> None:
    world = await a_world()
    deed, value = TWICE[column], "1234567890123456"
    if column != "subscription.organisation_id":
        await deed(world, value)
    with pytest.raises(IntegrityError, match=r"(?i)unique") as refusal:
        await deed(world, value)
    table, name = column.split(".")
    assert column in str(refusal.value) or (table in str(refusal.value) and name in str(refusal.value))


async def test_every_unique_column_is_tried(database: str) -> None:
    assert Tortoise.apps is not None
    declared = {
        f"{model._meta.db_table}.{field.source_field or name}"
        for model in Tortoise.apps["capcom"].values()
        for name, field in model._meta.fields_map.items()
        if field.unique and not field.pk and name in model._meta.db_fields
    }
    assert declared == set(TWICE)


@pytest.mark.parametrize("model", [Seat, Redemption, Subscription])
async def test_a_row_belongs_to_rows_that_exist(database: str, model: type[Seat | Redemption | Subscription]) -> None:
    await a_world()
    column = {Seat: "subscription_id", Redemption: "term_id", Subscription: "organisation_id"}[model]
    row = await model.all().first()
    assert row is not None
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        await model.filter(id=row.id).update(**{column: "nobody_1"})


async def test_an_organisation_is_never_deleted(database: str) -> None:
    world = await a_world()
    with pytest.raises(IntegrityError, match=r"(?i)foreign key|violates RESTRICT"):
        await Organisation.filter(id=world.organisation.id).delete()


async def test_a_person_s_links_go_with_the_person(database: str) -> None:
    person = await write_person()
    await OneTimeLink.create(token_hash="h", person=person, created_at=NOON, expires_at=NOON)
    await UnsubscribeLink.create(token_hash="h", person=person, created_at=NOON)
    await person.delete()
    assert await OneTimeLink.all().count() == await UnsubscribeLink.all().count() == 0
