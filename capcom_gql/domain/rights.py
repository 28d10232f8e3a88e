"""Who may do what: one table of rights. Which of them each field of the API needs is in `field_rights`.

Rights are decided per object: a person may manage one organisation and be a member of another. A machine (an API key)
has its scopes everywhere. What a caller may not see answers as what does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What an API key may do; ADMIN implies every other."""

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
    """The highest role that a caller holds anywhere."""

    STAFF = "STAFF"
    MANAGER = "MANAGER"
    MEMBER = "MEMBER"
    MACHINE = "MACHINE"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, with the ties that hold at this very request. Anonymous when there is neither person nor key."""

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

    @property
    def is_anonymous(self) -> bool:
        """Nobody is known."""
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
        """The role as events show it to those who may not know more."""
        if self.is_system:
            return "SYSTEM"
        return self.role or "ANONYMOUS"

    @property
    def id(self) -> str | None:
        """The id under which events and idempotency keys keep this caller."""
        return self.key_id or self.person_id


ANONYMOUS = Actor()
SYSTEM = Actor(is_system=True)


class May(StrEnum):
    """A cell of the table."""

    NO = "NO"
    OWN = "OWN"
    """only about oneself: one's own seat, number, redemption"""
    YES = "YES"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table; `scope` is what a machine needs, None where no machine may.

    `machine` is OWN where a key has the right over what was made with it only.
    """

    anonymous: bool
    member: May
    manager: May
    scope: Scope | None
    staff: May = May.YES
    machine: May = May.YES


class Right(StrEnum):
    """The rows of the table."""

    PUBLIC = "PUBLIC"
    VIEW = "VIEW"
    VIEW_DETAILS = "VIEW_DETAILS"
    NUMBER = "NUMBER"
    MANAGE_SEATS = "MANAGE_SEATS"
    RENEWAL = "RENEWAL"
    PROOF = "PROOF"
    ADMINISTRATION = "ADMINISTRATION"
    DISCOUNT_CHECK = "DISCOUNT_CHECK"
    SERVICE_CHECK = "SERVICE_CHECK"
    PAST = "PAST"
    REDEEM = "REDEEM"
    REDEMPTIONS = "REDEMPTIONS"
    EVENTS = "EVENTS"
    DELIVERIES = "DELIVERIES"
    NOTIFICATIONS = "NOTIFICATIONS"
    NOTES = "NOTES"
    SUPPORT = "SUPPORT"
    SELF = "SELF"


TABLE: Mapping[Right, Row] = {
    Right.PUBLIC: Row(True, May.YES, May.YES, None),
    Right.VIEW: Row(False, May.YES, May.YES, Scope.ORGANISATIONS_READ),
    Right.VIEW_DETAILS: Row(False, May.OWN, May.YES, Scope.ORGANISATIONS_READ),
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


def scope_held(actor: Actor, scope: Scope | None) -> bool:
    """Whether a machine has a scope; ADMIN has every one."""
    return scope is not None and (scope in actor.scopes or Scope.ADMIN in actor.scopes)


def role_may(right: Right, actor: Actor) -> bool:
    """Judged first: whether a caller of this role or these scopes could have the right on anything at all."""
    row = TABLE[right]
    if actor.is_anonymous:
        return row.anonymous
    if actor.is_staff:
        return row.staff is not May.NO
    if actor.key_id is not None:
        return scope_held(actor, row.scope)
    return row.member is not May.NO or (row.manager is not May.NO and bool(actor.manages))


def may(right: Right, actor: Actor, organisation_id: str | None, *, own: bool = False) -> bool:
    """Judged second: whether the caller has the right on an object of an organisation.

    `own` says that the object is the caller's own seat, number, person or redemption (for a machine: made by its key).
    """
    row = TABLE[right]
    if row.anonymous or actor.is_anonymous:
        return role_may(right, actor)
    if actor.is_staff:
        return _reaches(row.staff, own)
    if actor.key_id is not None:
        return scope_held(actor, row.scope) and _reaches(row.machine, own)
    if organisation_id in actor.manages and row.manager is May.YES:
        return True
    return (own or organisation_id in actor.belongs_to) and _reaches(row.member, own)


def _reaches(cell: May, own: bool) -> bool:
    return cell is May.YES or (own and cell is May.OWN)
