"""The map of personal data has every column that is personal, and the tables have no column that it leaves out."""

import re

import pytest

from capcom_gql.settings import Settings, variable
from capcom_gql.storage.engine.database import rows
from tests.databases import ONLY_SQLITE
from tests.docs.pages import page
from tests.services.test_erasing import TRACED

pytestmark = pytest.mark.rule("R23")

PAGE = page("docs/personal-data.md").text

IMPERSONAL = {
    "apikey": "id name prefix secret_hash scopes created_at last_used_at expires_at revoked_at",
    "attemptcount": "count ends_at",
    "delivery": "id event_id endpoint_id topic channel about once_key state due_at next_attempt_at attempt uncounted "
    "crashes leased_until queued_until sent_at created_at",
    "deliveryattempt": "id delivery_id number at outcome duration_ms",
    "emailchange": "id token_hash created_at expires_at used_at",
    "event": "id kind organisation_id actor_role occurred_at recorded_at step_key",
    "idempotencyrecord": "id input_hash result created_at",
    "installation": "id clock_offset_us",
    "note": "event_id",
    "onetimelink": "token_hash purpose created_at expires_at used_at",
    "organisation": "id name name_folded search_folded siret kind address_lines postal_code city country "
    "chorus_service_code chorus_engagement_required created_at",
    "paymentproof": "id term_id kind received_on recorded_at",
    "plan": "id code name seat_limit price_minor services discounts is_open",
    "redemption": "id organisation_id term_id event_kind price_minor reduction_minor redeemed_at released_at",
    "seat": "id subscription_id place is_manager added_at removed_at",
    "session": "id token_hash created_at last_used_at expires_at revoked_at",
    "subscription": "id organisation_id due_at leased_until step_failures created_at",
    "supportrequest": "id seat_id opened_at closed_at",
    "surveyrequest": "id seat_id term_id asked_at answered_at",
    "term": "id subscription_id plan_id plan_code plan_name seat_limit price_minor services discounts opened_at "
    "starts_on starts_at ends_on proof_due_on terms_version terms_accepted_at confirmed_at unpaid_at reinstated_at "
    "withdrawn_at withdrawn_reason proof_reminded_at started_at ended_at declined_at renewal_settled_to "
    "reminders_sent",
    "unsubscribelink": "token_hash created_at",
    "webhookendpoint": "id organisation_id url description kinds is_enabled disabled_reason failing_since warned_at "
    "created_at deleted_at",
    "webhooksecret": "id endpoint_id value created_at expires_at",
    "termsofuse": "id version url published_at",
}
"""The columns that say nothing of a person but by their row: bodies, money, days, states, keys of rows."""
OF_A_PERSON = ("person_id", "actor_id", "_by", "caller")
"""How the names of columns end that hold a person's id."""
LINE = re.compile(r"^\| ((?:`\w+\.\w+`(?:, )?)+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.fixture
async def columns(database: str) -> set[str]:
    """Every table.column that the migrations make."""
    found = await rows(
        """
        SELECT tables.name AS of, columns.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' AND tables.name <> 'tortoise_migrations'
        """
    )
    return {f"{row['of']}.{row['name']}" for row in found}


def mapped() -> list[str]:
    """Every table.column of the map."""
    return [name for line in LINE.findall(PAGE) for name in re.findall(r"`([^`]+)`", line[0])]


IMPERSONAL_COLUMNS = {f"{table}.{column}" for table, names in IMPERSONAL.items() for column in names.split()}


@ONLY_SQLITE
async def test_a_column_is_in_the_map_or_said_to_be_impersonal(columns: set[str]) -> None:
    """A new column fails here until somebody says what it holds: a line of the page, or of the list above."""
    known = mapped()
    assert len(known) == len(set(known)) > 30
    assert not IMPERSONAL_COLUMNS & set(known)
    new = sorted(columns - set(known) - IMPERSONAL_COLUMNS)
    assert new == [], "write them into docs/personal-data.md, or into IMPERSONAL above where they tell of nobody"
    assert sorted((set(known) | IMPERSONAL_COLUMNS) - columns) == [], "these columns are no more"


def test_every_place_where_the_canary_leaves_a_trace_is_in_the_map() -> None:
    assert sorted(TRACED - set(mapped())) == []


@ONLY_SQLITE
async def test_every_column_that_holds_a_person_s_id_is_in_the_map(columns: set[str]) -> None:
    holding = {each for each in columns if each.endswith(OF_A_PERSON)}
    assert len(holding) > 8 and sorted(holding - set(mapped())) == []


def test_each_line_says_what_for_and_for_how_long() -> None:
    lines = LINE.findall(PAGE)
    assert all(len(purpose.strip()) > 10 and len(period.strip()) > 5 for _, purpose, period in lines)
    periods = " ".join(period for _, _, period in lines)
    for name in Settings.model_fields:
        # the mailbox is a folder, and persons go as a whole: both stand beside the table
        if name.startswith("keep_") and name not in {"keep_mailbox_days", "keep_persons_years"}:
            assert variable(name) in periods
    assert "CAPCOM_KEEP_PERSONS_YEARS" in PAGE and "CAPCOM_KEEP_MAILBOX_DAYS" in PAGE
