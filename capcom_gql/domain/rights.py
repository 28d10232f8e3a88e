"""Who may do what: the table of rights of docs/rules.md. `field_rights` says which right each API field needs.

Rights are decided for each object: a person may manage one organisation and be a member of another. A machine (an API
key) has its scopes for every organisation. What a caller may not see is answered as what does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What an API key may do, for every organisation; ADMIN implies every other scope."""

    DISCOUNTS_CHECK = "DISCOUNTS_CHECK"
    DISCOUNTS_REDEEM = "DISCOUNTS_REDEEM"
    SERVICES_CHECK = "SERVICES_CHECK"
    ORGANISATIONS_READ = "ORGANISATIONS_READ"
    ORGANISATIONS_WRITE = "ORGANISATIONS_WRITE"
    BILLING_WRITE = "BILLING_WRITE"
    EVENTS_READ = "EVENTS_READ"
    NOTIFICATIONS_WRITE = "NOTIFICATIONS_WRITE"
    ADMIN = "ADMIN"


class Role(StrEnum):
    """The roles of callers, as `Viewer.role` names them."""

    STAFF = "STAFF"
    MANAGER = "MANAGER"
    MEMBER = "MEMBER"
    MACHINE = "MACHINE"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls: a signed-in person, an API key, the system, or nobody known (anonymous).

    Read anew from the database for each request, and again under the lock of a command.
    """

    person_id: str | None = None
    key_id: str | None = None
    is_staff: bool = False
    scopes: frozenset[Scope] = frozenset()
    manages: frozenset[str] = frozenset()
    """ids of the organisations whose manager this person is"""
    belongs_to: frozenset[str] = frozenset()
    """ids of the organisations in which this person holds an active seat, as manager or not"""
    is_system: bool = False
    """the worker, the command line: no caller of the API"""
    session_id: str | None = None
    """the session by which this person calls; None for anyone else"""

    @property
    def is_anonymous(self) -> bool:
        """Whether the caller is neither a person nor an API key nor the system."""
        return self.person_id is None and self.key_id is None and not self.is_system

    @property
    def role(self) -> Role | None:
        """The highest role held anywhere, None for anonymous callers and the system."""
        if self.is_staff:
            return Role.STAFF
        if self.key_id is not None:
            return Role.MACHINE
        if self.person_id is None:
            return None
        return Role.MANAGER if self.manages else Role.MEMBER

    @property
    def name(self) -> str:
        """The role as `Event.actor` shows it: SYSTEM, ANONYMOUS or a value of `Role`."""
        if self.is_system:
            return "SYSTEM"
        return self.role or "ANONYMOUS"

    @property
    def id(self) -> str | None:
        """The id of the key or person, under which events and idempotency keys are stored; None for others."""
        return self.key_id or self.person_id


ANONYMOUS = Actor()
"""A caller without a session or a key."""
SYSTEM = Actor(is_system=True)
"""The worker and the calendar's own steps."""


class May(StrEnum):
    """A cell of the table: whether a kind of caller has a right."""

    NO = "NO"
    OWN = "OWN"
    """only over what is about the caller: their own seat, number, redemption, request"""
    YES = "YES"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: which callers have one right."""

    anonymous: bool
    member: May
    """holders of an active seat in the organisation of the object"""
    manager: May
    """the manager of that organisation"""
    scope: Scope | None
    """the scope that an API key needs; None where no key has the right"""
    staff: May = May.YES
    machine: May = May.YES
    """OWN where a key with the scope has the right only over what was made with that key"""


class Right(StrEnum):
    """The rights, one for each row of the table."""

    PUBLIC = "PUBLIC"
    """use what is open to everybody but API keys: the plans, the terms of use, signing up and signing in"""
    VIEW = "VIEW"
    """read an organisation, its subscription and the name of its manager"""
    VIEW_DETAILS = "VIEW_DETAILS"
    """read its seats, contact and billing data, proofs, timeline, agenda and renewal"""
    PROFILE = "PROFILE"
    """read what a person wrote of themselves: job title, phone, further addresses"""
    NUMBER = "NUMBER"
    """read a subscriber number (R11)"""
    MANAGE_SEATS = "MANAGE_SEATS"
    """change the list of users and the organisation's data (R12)"""
    RENEWAL = "RENEWAL"
    """renew or decline (R14, R15)"""
    PROOF = "PROOF"
    """record a payment proof (R8)"""
    ADMINISTRATION = "ADMINISTRATION"
    """do the desk's work: cancel, reinstate, erase, plans, terms of use, API keys, report"""
    DISCOUNT_CHECK = "DISCOUNT_CHECK"
    """check a number for a discount (R10)"""
    SERVICE_CHECK = "SERVICE_CHECK"
    """check a number for a service (R1)"""
    PAST = "PAST"
    """check a number about a past instant (`at`)"""
    REDEEM = "REDEEM"
    """use or release a discount (R22)"""
    REDEMPTIONS = "REDEMPTIONS"
    """read redemptions (R22)"""
    EVENTS = "EVENTS"
    """read events (R21)"""
    DELIVERIES = "DELIVERIES"
    """read the deliveries of letters and webhooks"""
    NOTIFICATIONS = "NOTIFICATIONS"
    """manage webhook endpoints and send a delivery again"""
    NOTES = "NOTES"
    """read the note of an event"""
    SUPPORT = "SUPPORT"
    """read a support request (R20)"""
    SELF = "SELF"
    """act for oneself: answer the survey, change one's profile or address, open a support request, sign out,
    list and end one's sessions"""


TABLE: Mapping[Right, Row] = {
    Right.PUBLIC: Row(True, May.YES, May.YES, None),
    Right.VIEW: Row(False, May.YES, May.YES, Scope.ORGANISATIONS_READ),
    Right.VIEW_DETAILS: Row(False, May.OWN, May.YES, Scope.ORGANISATIONS_READ),
    Right.PROFILE: Row(False, May.OWN, May.OWN, None),
    Right.NUMBER: Row(False, May.OWN, May.YES, None),
    Right.MANAGE_SEATS: Row(False, May.NO, May.YES, Scope.ORGANISATIONS_WRITE),
    Right.RENEWAL: Row(False, May.NO, May.YES, None),
    Right.PROOF: Row(False, May.NO, May.NO, Scope.BILLING_WRITE),
    Right.ADMINISTRATION: Row(False, May.NO, May.NO, Scope.ADMIN),
    Right.DISCOUNT_CHECK: Row(False, May.OWN, May.YES, Scope.DISCOUNTS_CHECK),
    Right.SERVICE_CHECK: Row(False, May.OWN, May.YES, Scope.SERVICES_CHECK),
    Right.PAST: Row(False, May.OWN, May.YES, Scope.EVENTS_READ),
    Right.REDEEM: Row(False, May.NO, May.NO, Scope.DISCOUNTS_REDEEM),
    Right.REDEMPTIONS: Row(False, May.OWN, May.YES, Scope.DISCOUNTS_REDEEM, machine=May.OWN),
    Right.EVENTS: Row(False, May.NO, May.YES, Scope.EVENTS_READ),
    Right.DELIVERIES: Row(False, May.NO, May.YES, Scope.NOTIFICATIONS_WRITE),
    Right.NOTIFICATIONS: Row(False, May.NO, May.NO, Scope.NOTIFICATIONS_WRITE),
    Right.NOTES: Row(False, May.NO, May.NO, None),
    Right.SUPPORT: Row(False, May.OWN, May.OWN, Scope.ADMIN),
    Right.SELF: Row(False, May.OWN, May.OWN, None, staff=May.OWN),
}
"""The one table of rights; `tests/rights/` writes it a second time and tries every cell."""


def has_scope(actor: Actor, scope: Scope | None) -> bool:
    """Whether an API key has a scope; one with ADMIN has every scope, and none has `None`."""
    return scope is not None and (scope in actor.scopes or Scope.ADMIN in actor.scopes)


def role_may(right: Right, actor: Actor) -> bool:
    """Whether a caller with this role or these scopes can have the right over any object at all.

    Checked before the object is read; `may` decides about the object.
    """
    row = TABLE[right]
    if actor.is_anonymous:
        return row.anonymous
    if actor.is_staff:
        return row.staff is not May.NO
    if actor.key_id is not None:
        return has_scope(actor, row.scope)
    return row.member is not May.NO or (row.manager is not May.NO and bool(actor.manages))


def may(right: Right, actor: Actor, organisation_id: str | None, *, own: bool = False) -> bool:
    """Whether the caller has the right over an object of an organisation (id, or None for an object of none).

    `own` says that the object is the caller's own: their seat, number, person, redemption or request; for an API key,
    what was made with it.
    """
    row = TABLE[right]
    if row.anonymous or actor.is_anonymous:
        return role_may(right, actor)
    if actor.is_staff:
        return _allows(row.staff, own)
    if actor.key_id is not None:
        return has_scope(actor, row.scope) and _allows(row.machine, own)
    if organisation_id in actor.manages and row.manager is May.YES:
        return True
    return (own or organisation_id in actor.belongs_to) and _allows(row.member, own)


def _allows(cell: May, own: bool) -> bool:
    return cell is May.YES or (own and cell is May.OWN)
