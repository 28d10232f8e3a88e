"""What is recorded: the kinds of the rules, exact details without name or free text, read in every language."""

import re
from pathlib import Path
from string import Formatter

import pytest
from graphql import ObjectTypeDefinitionNode, parse

from capcom_gql.domain.endpoints import DisabledReason
from capcom_gql.domain.events import EVENTS, Detail, Kind, Spec, check_details
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.terms import CancellationReason
from capcom_gql.languages.catalogues import catalogue
from capcom_gql.languages.locales import ENGLISH, FRENCH, LOCALES, Locale
from capcom_gql.languages.sentences import describe

RULES = (Path(__file__).parents[2] / "docs/rules.md").read_text(encoding="utf-8")
CODES = {"plan_code", "proof_kind", "reason", "event_kind", "currency", "provisional", "version", "scopes"}
CODES |= {"fields", "letter", "reminder", "seat_limit", "is_open"}
"""Details that hold a code, a small number, a yes or no; any other ends as what holds ids, a day or an amount."""
ENDINGS = ("_id", "_ids", "_on", "_minor")
CONTRACT = parse((Path(__file__).parents[1] / "contract.graphql").read_text())
(MUTATIONS,) = (
    {field.name.value for field in node.fields or ()}
    for node in CONTRACT.definitions
    if isinstance(node, ObjectTypeDefinitionNode) and node.name.value == "Mutation"
)
EVERY_KIND = [pytest.param(kind, spec, id=kind) for kind, spec in EVENTS.items()]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def camel(deed: str) -> str:
    first, *others = deed.split("_")
    return first + "".join(word.capitalize() for word in others)


@pytest.mark.rule("R21")
def test_the_kinds_are_those_of_the_rules_and_each_has_its_row() -> None:
    written = set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", RULES, re.MULTILINE))
    assert {kind.value for kind in Kind} == written, "write it into the table of events in docs/rules.md"
    assert set(EVENTS) == set(Kind)


@pytest.mark.rule("R21")
@pytest.mark.parametrize(("kind", "spec"), EVERY_KIND)
def test_a_deed_or_the_calendar_records_it(kind: Kind, spec: Spec) -> None:
    assert spec.recorded_by
    assert {camel(deed) for deed in spec.recorded_by} <= {*MUTATIONS, "recordDue", "tick", "importOrganisations"}


@pytest.mark.rule("R21")
@pytest.mark.parametrize(("kind", "spec"), EVERY_KIND)
def test_details_hold_ids_days_amounts_and_codes_only(kind: Kind, spec: Spec) -> None:
    assert [name for name in spec.details if not f"_{name}".endswith(ENDINGS) and name not in CODES] == []
    assert len(set(spec.details)) == len(spec.details)


@pytest.mark.rule("R21")
@pytest.mark.parametrize(("kind", "spec"), EVERY_KIND)
def test_every_language_reads_it_from_its_details(kind: Kind, spec: Spec) -> None:
    details = {name: f"<{name}>" for name in spec.details}
    for locale in LOCALES:
        sentence = catalogue(locale, "events")[kind.value]
        assert placeholders(sentence) <= set(spec.details)
        assert describe(kind, details, locale) == sentence.format(**details)
    assert describe(kind, details, FRENCH) != describe(kind, details, ENGLISH)


@pytest.mark.rule("R21")
@pytest.mark.parametrize(("kind", "spec"), EVERY_KIND)
def test_details_are_exactly_those_of_the_table(kind: Kind, spec: Spec) -> None:
    details = dict.fromkeys(spec.details, "x")
    check_details(kind, details)
    with pytest.raises(ValueError, match=kind.value.replace(".", r"\.")):
        check_details(kind, {**details, "email": "ana@ville.example"})
    for name in spec.details:
        with pytest.raises(ValueError, match=name):
            check_details(kind, {other: value for other, value in details.items() if other != name})


@pytest.mark.rule("R19")
def test_acceptance_keeps_the_version_and_the_person() -> None:
    assert set(EVENTS[Kind.TERMS_ACCEPTED].details) == {"term_id", "version", "person_id"}


@pytest.mark.rule("R9")
def test_a_cancellation_lists_the_redemptions_to_invoice_again() -> None:
    assert "redemption_ids" in EVENTS[Kind.REDEMPTIONS_TO_REINVOICE].details
    assert {"term_id", "reason", "proof_due_on"} == set(EVENTS[Kind.TERM_CANCELLED].details)


@pytest.mark.rule("R9")
def test_a_reinstatement_keeps_its_proof() -> None:
    assert set(EVENTS[Kind.TERM_REINSTATED].details) == {"term_id", "proof_id", "proof_kind", "received_on"}


@pytest.mark.rule("R15")
def test_a_letter_about_the_renewal_says_which_term_and_which_letter() -> None:
    assert set(EVENTS[Kind.RENEWAL_ASKED].details) == {"term_id", "ends_on"}
    assert set(EVENTS[Kind.RENEWAL_REMINDED].details) == {"term_id", "ends_on", "reminder"}
    assert set(EVENTS[Kind.RENEWAL_SKIPPED].details) == {"term_id", "letter", "on"}


@pytest.mark.rule("R1")
def test_staff_are_told_of_a_refused_sign_up_and_of_a_suspected_duplicate() -> None:
    assert EVENTS[Kind.SIGNUP_REFUSED].recorded_by == EVENTS[Kind.DUPLICATE_SUSPECTED].recorded_by == ("subscribe",)


@pytest.mark.rule("R21")
@pytest.mark.parametrize(
    ("kind", "details", "french", "english"),
    [
        (
            Kind.SUBSCRIPTION_OPENED,
            {"starts_on": "2026-12-09", "ends_on": "2027-12-08", "plan_code": "EQUIPE"},
            ["9 décembre 2026", "8 décembre 2027", "EQUIPE"],
            ["9 December 2026", "8 December 2027", "EQUIPE"],
        ),
        (
            Kind.TERM_CANCELLED,
            {"reason": "UNPAID", "proof_due_on": "2026-12-24"},
            ["sans justificatif", "24 décembre 2026"],
            ["no payment proof arrived", "24 December 2026"],
        ),
        (
            Kind.DISCOUNT_REDEEMED,
            {"event_kind": "TRAINING", "price_minor": 12, "provisional": True},
            ["formation"],
            ["training"],
        ),
        (Kind.TERMS_ACCEPTED, {"version": "2026-12"}, ["2026-12"], ["2026-12"]),
    ],
)
def test_days_are_spelled_out_and_codes_are_put_in_words(
    kind: Kind, details: dict[str, Detail], french: list[str], english: list[str]
) -> None:
    for words, locale in ((french, FRENCH), (english, ENGLISH)):
        told = describe(kind, details, locale)
        assert [word for word in words if word not in told] == []


@pytest.mark.rule("R21")
@pytest.mark.parametrize("locale", LOCALES)
def test_every_code_that_is_put_in_words_is_one_of_the_domain(locale: Locale) -> None:
    codes = {key.removeprefix("code.") for key in catalogue(locale, "events") if key.startswith("code.")}
    assert codes == {*CancellationReason, *EventKind, *DisabledReason}
