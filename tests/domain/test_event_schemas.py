"""The JSON Schema of what endpoints are sent: one for each kind, made from the table, good for validators."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from capcom_gql.domain import event_schemas
from capcom_gql.domain.endpoints import webhook_body
from capcom_gql.domain.events import EVENTS, Kind
from tests.domain.words import utc

READINGS = {kind.value: f"How {kind.value} reads." for kind in Kind}
GOOD: dict[str, Any] = {
    "event_kind": "FORUM",
    "currency": "EUR",
    "provisional": True,
    "is_open": True,
    "seat_limit": 5,
    "scopes": ["ADMIN"],
    "fields": ["name"],
    "letter": "notice",
    "reminder": 2,
}
REASONS = {Kind.TERM_CANCELLED: "UNPAID", Kind.ENDPOINT_DISABLED: "GONE"}


def good(kind: Kind, name: str) -> Any:
    """A value that a detail of an event may hold."""
    if name == "reason":
        return REASONS[kind]
    if name in GOOD:
        return GOOD[name]
    if name == "on" or name.endswith("_on"):
        return "2027-03-01"
    if name.endswith("_minor"):
        return 0
    return ["seat_1"] if name.endswith("_ids") else "seat_1"


def sent(kind: Kind, **details: Any) -> dict[str, Any]:
    """What is sent of an event."""
    told = {name: good(kind, name) for name in EVENTS[kind].details} | details
    more: dict[str, Any] = {"organisation_id": None, "subject_id": None, "occurred_at": utc("2027-03-01T11:00")}
    return webhook_body(kind.value, event_id="event_1", details=told, **more)


def validator() -> Draft202012Validator:
    """Of the whole document, formats included."""
    return Draft202012Validator(event_schemas.document(READINGS), format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.rule("R21")
def test_the_document_is_a_schema_with_one_definition_for_each_kind() -> None:
    document = event_schemas.document(READINGS)
    Draft202012Validator.check_schema(document)
    assert {name: each["description"] for name, each in document["$defs"].items()} == READINGS
    assert set(document["$defs"]) == {kind.value for kind in Kind}
    assert [each["$ref"] for each in document["oneOf"]] == [f"#/$defs/{kind}" for kind in document["$defs"]]


@pytest.mark.rule("R21")
@pytest.mark.parametrize("kind", Kind)
def test_what_is_sent_is_valid_and_nothing_may_lack(kind: Kind) -> None:
    validator().validate(sent(kind))
    of_kind = Draft202012Validator(event_schemas.schema_of(kind, READINGS[kind]))
    of_kind.validate(sent(kind, another="which a receiver lets pass"))
    for name in EVENTS[kind].details:
        lacking = sent(kind)
        del lacking["data"]["details"][name]
        assert not of_kind.is_valid(lacking), name
        assert not of_kind.is_valid(sent(kind, **{name: {}})), name


@pytest.mark.rule("R21")
@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("type",), "seat.moved"),
        (("timestamp",), "yesterday"),
        (("data", "schema_version"), 2),
        (("data", "id"), ""),
        (("data", "organisation_id"), 7),
        (("data", "details", "ends_on"), "8 March"),
        (("data", "details", "starts_on"), None),
        (("data", "details", "term_id"), ""),
    ],
)
def test_what_is_wrong_is_refused(place: tuple[str, ...], value: object) -> None:
    wrong = sent(Kind.SUBSCRIPTION_OPENED)
    *path, last = place
    held = wrong
    for step in path:
        held = held[step]
    held[last] = value
    with pytest.raises(ValidationError):
        validator().validate(wrong)


@pytest.mark.rule("R21")
def test_who_was_before_may_be_unknown() -> None:
    validator().validate(sent(Kind.MANAGER_CHANGED, previous_seat_id=None))
    assert not validator().is_valid(sent(Kind.MANAGER_CHANGED, seat_id=None))
