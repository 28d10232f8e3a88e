"""Constraints by which the database itself enforces the rules, and indexes.

Checks come first: on SQLite adding one rebuilds the table and drops its indexes. Partial unique indexes and triggers
are plain SQL, since the ORM's migrations cannot express them for both engines.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

CANCELLED = "(withdrawn_at IS NOT NULL OR (unpaid_at IS NOT NULL AND reinstated_at IS NULL))"

CHECKS = (
    ("Installation", "installation_one_row", "id = 1"),
    ("Plan", "plan_has_seats", "seat_limit >= 1"),
    ("Plan", "plan_price_not_negative", "price_minor >= 0"),
    ("Term", "term_ends_after_start", "ends_on >= starts_on"),
    ("Term", "term_has_seats", "seat_limit >= 1"),
    ("Term", "term_price_not_negative", "price_minor >= 0"),
    ("Term", "term_withdrawn_with_reason", "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)"),
    ("Term", "term_reinstated_after_unpaid", "reinstated_at IS NULL OR unpaid_at IS NOT NULL"),
    (
        "Term",
        "term_unpaid_not_confirmed",
        "unpaid_at IS NULL OR confirmed_at IS NULL OR reinstated_at IS NOT NULL",
    ),
    ("Seat", "seat_place_from_one", "place >= 1"),
    ("Seat", "seat_number_digits", "length(number) = 16"),
    ("Redemption", "redemption_reduction_within_price", "reduction_minor >= 0 AND reduction_minor <= price_minor"),
)

INDEXES = (
    "CREATE UNIQUE INDEX seat_place_once ON seat (subscription_id, place) WHERE removed_at IS NULL",
    "CREATE UNIQUE INDEX seat_person_once ON seat (subscription_id, person_id) WHERE removed_at IS NULL",
    "CREATE UNIQUE INDEX seat_one_manager ON seat (subscription_id) WHERE is_manager AND removed_at IS NULL",
    "CREATE UNIQUE INDEX redemption_once ON redemption (person_id, event_reference) WHERE released_at IS NULL",
    "CREATE UNIQUE INDEX idempotency_once ON idempotencyrecord (caller, key)",
    f"CREATE UNIQUE INDEX term_start_once ON term (subscription_id, starts_on) WHERE NOT {CANCELLED}",
    "CREATE INDEX subscription_due ON subscription (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX term_of_subscription ON term (subscription_id, starts_on)",
    "CREATE INDEX term_proof_awaited ON term (proof_due_on) WHERE confirmed_at IS NULL",
    "CREATE INDEX seat_of_subscription ON seat (subscription_id)",
    "CREATE INDEX seat_of_person ON seat (person_id)",
    "CREATE INDEX redemption_of_organisation ON redemption (organisation_id)",
    "CREATE INDEX redemption_of_event ON redemption (event_reference)",
    "CREATE INDEX redemption_of_term ON redemption (term_id)",
    "CREATE INDEX event_of_organisation ON event (organisation_id, occurred_at, id)",
    "CREATE INDEX event_in_order ON event (occurred_at, id)",
    "CREATE INDEX delivery_of_event ON delivery (event_id)",
    "CREATE INDEX delivery_to_send ON delivery (due_at) WHERE state IN ('PENDING', 'RETRYING')",
    "CREATE INDEX organisation_by_name ON organisation (name_folded, id)",
    "CREATE INDEX organisation_by_creation ON organisation (created_at, id)",
    "CREATE INDEX session_of_person ON session (person_id)",
)

OVERLAP = """
    SELECT 1 FROM term AS other WHERE other.subscription_id = NEW.subscription_id AND other.id <> NEW.id
    AND other.starts_on <= NEW.ends_on AND NEW.starts_on <= other.ends_on
    AND NOT (other.withdrawn_at IS NOT NULL OR (other.unpaid_at IS NOT NULL AND other.reinstated_at IS NULL))
    AND NOT (NEW.withdrawn_at IS NOT NULL OR (NEW.unpaid_at IS NOT NULL AND NEW.reinstated_at IS NULL))
"""
OVER_LIMIT = f"""
    SELECT 1 WHERE NEW.place > (SELECT seat_limit FROM term WHERE subscription_id = NEW.subscription_id
        AND NOT {CANCELLED} ORDER BY opened_at DESC, id DESC LIMIT 1)
"""
# name, table, operation, the query that finds the fault (None: always a fault), the text of the error
TRIGGERS = (
    ("event_not_edited", "event", "UPDATE", None, "events are never edited"),
    ("event_not_deleted", "event", "DELETE", None, "events are never deleted"),
    ("term_overlap_insert", "term", "INSERT", OVERLAP, "terms that are not cancelled never overlap"),
    ("term_overlap_update", "term", "UPDATE", OVERLAP, "terms that are not cancelled never overlap"),
    ("seat_limit_update", "seat", "UPDATE OF place", OVER_LIMIT, "the place of a seat is within the limit of the plan"),
    ("seat_limit_insert", "seat", "INSERT", OVER_LIMIT, "the place of a seat is within the limit of the plan"),
)


def _sqlite_trigger(name: str, table: str, when: str, query: str | None, message: str) -> list[str]:
    condition = "" if query is None else f"WHEN EXISTS ({query})"
    return [f"CREATE TRIGGER {name} BEFORE {when} ON {table} {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"]


def _postgres_trigger(name: str, table: str, when: str, query: str | None, message: str) -> list[str]:
    failure = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
    body = failure if query is None else f"IF EXISTS ({query}) THEN {failure} END IF; RETURN NEW;"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


async def indexes_and_triggers(apps: Any, editor: Any) -> None:
    """Create the partial indexes and triggers; folded names get byte order on PostgreSQL, as SQLite has it."""
    postgres = editor.client.capabilities.dialect == "postgres"
    statements = []
    if postgres:
        statements.append('ALTER TABLE organisation ALTER COLUMN name_folded TYPE text COLLATE "C"')
    statements += INDEXES
    for trigger in TRIGGERS:
        statements += _postgres_trigger(*trigger) if postgres else _sqlite_trigger(*trigger)
    for statement in statements:
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    """Add the checks, then the indexes and triggers."""

    dependencies = [("capcom", "0001_initial")]

    operations = [
        *(ops.AddConstraint(model, CheckConstraint(check=check, name=name)) for model, name, check in CHECKS),
        ops.RunPython(indexes_and_triggers, ops.RunPython.noop),
    ]
