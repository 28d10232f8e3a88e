"""Who may do what: the table of the rules written a second time, and every caller held against it."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from graphql import ObjectTypeDefinitionNode, parse

from capcom_gql.domain.field_rights import FIELDS, right_of
from capcom_gql.domain.rights import (
    ANONYMOUS,
    SYSTEM,
    TABLE,
    Actor,
    Right,
    Role,
    Scope,
    has_scope,
    may,
    role_may,
)

# "own" reaches what is the caller's own; a machine's cell names its scope.
IN_THE_RULES = """
                anonymous  member  manager  machine                  staff
PUBLIC          yes        yes     yes      -                        yes
VIEW            -          yes     yes      ORGANISATIONS_READ       yes
VIEW_DETAILS    -          own     yes      ORGANISATIONS_READ       yes
PROFILE         -          own     own      -                        yes
NUMBER          -          own     yes      -                        yes
MANAGE_SEATS    -          -       yes      ORGANISATIONS_WRITE      yes
RENEWAL         -          -       yes      -                        yes
PROOF           -          -       -        BILLING_WRITE            yes
ADMINISTRATION  -          -       -        ADMIN                    yes
DISCOUNT_CHECK  -          own     yes      DISCOUNTS_CHECK          yes
SERVICE_CHECK   -          own     yes      SERVICES_CHECK           yes
PAST            -          own     yes      EVENTS_READ              yes
REDEEM          -          -       -        DISCOUNTS_REDEEM         yes
REDEMPTIONS     -          own     yes      own:DISCOUNTS_REDEEM     yes
EVENTS          -          -       yes      EVENTS_READ              yes
DELIVERIES      -          -       yes      NOTIFICATIONS_WRITE      yes
NOTIFICATIONS   -          -       -        NOTIFICATIONS_WRITE      yes
NOTES           -          -       -        -                        yes
SUPPORT         -          own     own      ADMIN                    yes
SELF            -          own     own      -                        own
"""
HEADER, *LINES = [line.split() for line in IN_THE_RULES.strip().splitlines()]
CELLS = {(Right(right), caller): cell for right, *cells in LINES for caller, cell in zip(HEADER, cells, strict=True)}

MEMBER = Actor(person_id="person_1", belongs_to=frozenset({"ours"}))
MANAGER = Actor(person_id="person_2", belongs_to=frozenset({"ours"}), manages=frozenset({"ours"}))
STAFF = Actor(person_id="person_3", is_staff=True)
PERSONS = {"anonymous": ANONYMOUS, "member": MEMBER, "manager": MANAGER, "staff": STAFF}


def machine(*scopes: Scope) -> Actor:
    return Actor(key_id="key_1", scopes=frozenset(scopes))


@dataclass(frozen=True)
class Thing:
    """An object: of which organisation, and whether it is the caller's own seat, number, person or redemption."""

    organisation: str | None
    own: bool


THINGS = [Thing("ours", True), Thing("ours", False), Thing("theirs", True), Thing("theirs", False), Thing(None, False)]
EVERY_CASE = list(product(Right, PERSONS, THINGS))


def expected(right: Right, caller: str, thing: Thing) -> bool:
    """What the table says of a person before an object."""
    cell = CELLS[right, caller]
    if cell != "yes" or caller in ("anonymous", "staff") or right is Right.PUBLIC:
        return cell == "yes" or (cell == "own" and thing.own)
    return thing.organisation == "ours" or (thing.own and CELLS[right, "member"] != "-")


@pytest.mark.rule("R11")
def test_the_table_has_every_row() -> None:
    assert {right for right, _ in CELLS} == set(Right) == set(TABLE)


@pytest.mark.rule("R11")
@pytest.mark.parametrize(("right", "caller", "thing"), EVERY_CASE)
def test_a_person_before_an_object(right: Right, caller: str, thing: Thing) -> None:
    assert may(right, PERSONS[caller], thing.organisation, own=thing.own) is expected(right, caller, thing)


@pytest.mark.rule("R11")
@pytest.mark.parametrize(("right", "caller"), list(product(Right, PERSONS)))
def test_the_role_is_judged_first(right: Right, caller: str) -> None:
    assert role_may(right, PERSONS[caller]) is (CELLS[right, caller] != "-")


@pytest.mark.rule("R11")
@pytest.mark.parametrize(("right", "own"), list(product(Right, [True, False])))
def test_a_machine_needs_the_scope_of_the_row_and_may_then_everywhere(right: Right, own: bool) -> None:
    reach, _, named = CELLS[right, "machine"].rpartition(":")
    needed = None if named == "-" else Scope(named)
    for scope in Scope:
        holds = needed is not None and scope in (needed, Scope.ADMIN)
        assert role_may(right, machine(scope)) is holds
        reached = holds and (own or reach != "own")
        assert may(right, machine(scope), "ours", own=own) is reached
        assert may(right, machine(scope), None, own=own) is reached
    others = [scope for scope in Scope if scope not in (needed, Scope.ADMIN)]
    assert not role_may(right, machine(*others))
    assert not may(right, machine(*others), "ours", own=True)
    assert not role_may(right, machine())


@pytest.mark.rule("R11")
def test_the_number_is_shown_to_its_holder_the_manager_and_staff_and_to_no_machine() -> None:
    assert may(Right.NUMBER, MEMBER, "ours", own=True)
    assert not may(Right.NUMBER, MEMBER, "ours")
    assert may(Right.NUMBER, MANAGER, "ours")
    assert not may(Right.NUMBER, MANAGER, "theirs")
    assert may(Right.NUMBER, STAFF, "theirs")
    assert not may(Right.NUMBER, machine(*Scope), "ours", own=True)
    assert not may(Right.NUMBER, ANONYMOUS, "ours")
    assert right_of("Seat", "subscriberNumber") is Right.NUMBER


@pytest.mark.rule("R12")
def test_rights_are_decided_per_object() -> None:
    both = Actor(person_id="person_1", belongs_to=frozenset({"ours", "theirs"}), manages=frozenset({"theirs"}))
    assert both.role is Role.MANAGER
    assert role_may(Right.MANAGE_SEATS, both)
    assert may(Right.MANAGE_SEATS, both, "theirs")
    assert not may(Right.MANAGE_SEATS, both, "ours")
    assert may(Right.VIEW, both, "ours")


@pytest.mark.rule("R14")
@pytest.mark.parametrize("deed", ["renew", "declineRenewal"])
def test_the_manager_answers_for_the_renewal_or_staff_never_a_member_nor_a_machine(deed: str) -> None:
    right = right_of("Mutation", deed)
    assert right is Right.RENEWAL
    assert may(right, MANAGER, "ours")
    assert may(right, STAFF, "ours")
    assert not may(right, MANAGER, "theirs")
    assert not may(right, MEMBER, "ours", own=True)
    assert not may(right, machine(*Scope), "ours")


@pytest.mark.rule("R9")
@pytest.mark.parametrize("deed", ["reinstateTerm", "cancelSubscription"])
def test_only_staff_and_the_administration_reinstate_and_cancel(deed: str) -> None:
    right = right_of("Mutation", deed)
    assert right is Right.ADMINISTRATION
    assert may(right, STAFF, "ours")
    assert may(right, machine(Scope.ADMIN), "ours")
    assert not may(right, MANAGER, "ours")
    assert not may(right, machine(Scope.ORGANISATIONS_WRITE, Scope.BILLING_WRITE), "ours")


@pytest.mark.rule("R20")
def test_a_request_is_read_by_who_opened_it_and_by_staff_and_not_by_their_manager() -> None:
    assert may(Right.SUPPORT, MEMBER, "ours", own=True)
    assert not may(Right.SUPPORT, MEMBER, "ours")
    assert not may(Right.SUPPORT, MANAGER, "ours")
    assert may(Right.SUPPORT, STAFF, "ours")
    assert right_of("SupportRequest", "answer") is Right.SUPPORT


@pytest.mark.rule("R22")
def test_a_machine_reads_the_redemptions_made_with_its_own_key_only() -> None:
    desk = machine(Scope.DISCOUNTS_REDEEM)
    assert may(Right.REDEMPTIONS, desk, "ours", own=True)
    assert not may(Right.REDEMPTIONS, desk, "ours", own=False)
    assert not may(Right.REDEMPTIONS, machine(Scope.ADMIN), "ours", own=False)
    assert right_of("Redemption", "seat") is Right.NUMBER


def test_a_person_without_any_seat_has_an_account_and_no_more() -> None:
    signer = Actor(person_id="person_9")
    assert signer.role is Role.MEMBER
    assert role_may(Right.SELF, signer)
    assert may(Right.SELF, signer, None, own=True)
    assert not may(Right.VIEW, signer, "ours")
    assert may(Right.PUBLIC, signer, None)


@pytest.mark.parametrize(
    ("actor", "anonymous", "role", "name", "known_as"),
    [
        (ANONYMOUS, True, None, "ANONYMOUS", None),
        (SYSTEM, False, None, "SYSTEM", None),
        (MEMBER, False, Role.MEMBER, "MEMBER", "person_1"),
        (MANAGER, False, Role.MANAGER, "MANAGER", "person_2"),
        (STAFF, False, Role.STAFF, "STAFF", "person_3"),
        (machine(Scope.ADMIN), False, Role.MACHINE, "MACHINE", "key_1"),
        (Actor(person_id="p", is_staff=True, manages=frozenset({"ours"})), False, Role.STAFF, "STAFF", "p"),
    ],
)
@pytest.mark.rule("R21")
def test_who_is_asking(actor: Actor, anonymous: bool, role: Role | None, name: str, known_as: str | None) -> None:
    assert (actor.is_anonymous, actor.role, actor.name, actor.id) == (anonymous, role, name, known_as)


def test_admin_has_every_scope_and_no_scope_is_had_by_nobody() -> None:
    assert all(has_scope(machine(Scope.ADMIN), scope) for scope in Scope)
    assert not has_scope(machine(*Scope), None)
    assert has_scope(machine(Scope.EVENTS_READ), Scope.EVENTS_READ)
    assert not has_scope(machine(Scope.EVENTS_READ), Scope.ADMIN)


ROOT_FIELDS: dict[str, dict[Right | None, str]] = {
    "Query": {
        Right.PUBLIC: "viewer plans termsOfUse",
        None: "node nodes",
        Right.VIEW: "organisation organisations",
        Right.DISCOUNT_CHECK: "discountCheck discountChecks",
        Right.SERVICE_CHECK: "serviceAccess",
        Right.REDEMPTIONS: "redemptions",
        Right.EVENTS: "events",
        Right.DELIVERIES: "deliveries",
        Right.NOTIFICATIONS: "webhookEndpoints",
        Right.ADMINISTRATION: "supportRequests notifiers apiKeys report",
    },
    "Mutation": {
        Right.PUBLIC: "subscribe signIn requestPassword choosePassword confirmEmail",
        Right.MANAGE_SEATS: "addSeats replaceSeat removeSeat transferManagement updateOrganisation",
        Right.RENEWAL: "renew declineRenewal",
        Right.PROOF: "recordPaymentProof",
        Right.REDEEM: "redeemDiscount releaseDiscount",
        Right.ADMINISTRATION: "reinstateTerm cancelSubscription erasePerson closeSupportRequest savePlan "
        "publishTerms createApiKey revokeApiKey",
        Right.NOTIFICATIONS: "createWebhookEndpoint updateWebhookEndpoint rotateWebhookSecret deleteWebhookEndpoint "
        "retryDelivery",
        Right.SELF: "answerSurvey updateProfile changeEmail openSupportRequest signOut endSession endAllSessions",
    },
}


@pytest.mark.parametrize("root", ROOT_FIELDS)
def test_every_question_and_every_deed_needs_the_right_of_its_row(root: str) -> None:
    wanted = {f"{root}.{field}": right for right, fields in ROOT_FIELDS[root].items() for field in fields.split()}
    assert {field: right for field, right in FIELDS.items() if field.startswith(f"{root}.")} == wanted


@pytest.mark.parametrize(
    ("field", "right"),
    [
        ("Organisation.siret", Right.VIEW),
        ("Organisation.billingEmail", Right.VIEW_DETAILS),
        ("Organisation.chorusServiceCode", Right.VIEW_DETAILS),
        ("Term.price", Right.VIEW),
        ("Term.proof", Right.VIEW_DETAILS),
        ("Person.phone", Right.PROFILE),
        ("Redemption.state", Right.REDEMPTIONS),
        ("Event.details", Right.EVENTS),
        ("Event.note", Right.NOTES),
        ("Delivery.recipient", Right.DELIVERIES),
        ("WebhookEndpoint.url", Right.NOTIFICATIONS),
        ("ApiKey.prefix", Right.ADMINISTRATION),
        ("OrganisationSubscription.timeline", Right.VIEW_DETAILS),
        ("OrganisationSubscription.agenda", Right.VIEW_DETAILS),
        ("OrganisationSubscription.renewal", Right.VIEW_DETAILS),
        ("Seat.survey", Right.VIEW_DETAILS),
        ("SupportRequest.answer", Right.SUPPORT),
        ("Viewer.seats", Right.SELF),
        ("Milestone.on", None),
        ("Renewal.isOpen", None),
        ("Plan.price", None),
        ("DiscountCheck.reason", None),
        ("OrganisationConnection.nodes", None),
        ("SeatEdge.node", None),
        ("SubscribePayload.errors", None),
        ("SeatLimitError.limit", None),
    ],
)
def test_the_right_that_a_field_needs(field: str, right: Right | None) -> None:
    assert right_of(*field.split(".")) is right


def test_a_field_without_a_declared_right_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        right_of("Organisation", "secret")
    with pytest.raises(KeyError):
        right_of("Connections", "nodes")


def test_every_declared_field_is_one_of_the_contract_or_known_to_be_our_own() -> None:
    contract = parse((Path(__file__).parents[1] / "contract.graphql").read_text())
    known = {
        f"{node.name.value}.{field.name.value}"
        for node in contract.definitions
        if isinstance(node, ObjectTypeDefinitionNode)
        for field in node.fields or ()
    }
    # endpoints are per organisation, and a list of them must say of which
    ours = {"WebhookEndpoint.organisation"}
    assert set(FIELDS) - known == ours, "a new field of the API is in tests/contract.graphql too"
