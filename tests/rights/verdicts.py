"""What the table of rights means for a caller and an object: seen or not, read or refused, done or how refused."""

from dataclasses import dataclass
from enum import Enum

from tests.rights.table import DEEDS, FIELDS, READ, ROOTS, SCOPES, SEEN, VALUES, rows


class SubscriptionStatus(Enum):
    """What a caller is to an object; the first that applies."""

    STAFF = "staff"
    MACHINE = "machine"
    MANAGER = "manager"
    HOLDER = "holder"
    MEMBER = "member"
    STRANGER = "stranger"


class Got(Enum):
    """What a field answers."""

    VALUE = "value"
    FORBIDDEN = "null, with a FORBIDDEN error at its place"
    EMPTY = "an empty list"


@dataclass(frozen=True)
class Caller:
    """Who asks. `manages` and `belongs_to` name organisations; a manager belongs to what they manage."""

    name: str
    person: str | None = None
    is_staff: bool = False
    scope: str | None = None
    manages: frozenset[str] = frozenset()
    belongs_to: frozenset[str] = frozenset()

    @property
    def is_anonymous(self) -> bool:
        """Nobody is known."""
        return self.person is None and self.scope is None

    @property
    def email(self) -> str:
        """The address of a person."""
        assert self.person is not None, f"{self.name} is no person"
        return self.person if "@" in self.person else f"{self.person}@ville.example"

    def holds(self, scope: str) -> bool:
        """Whether a machine has a scope, by its name or as ADMIN."""
        return self.scope is not None and scope != "-" and (scope == "any" or self.scope in (scope, "ADMIN"))


@dataclass(frozen=True)
class Thing:
    """An object. `holder` is whose it is, `shown_in` where it names the manager, `maker` the caller that made it."""

    type: str
    id: str
    organisations: frozenset[str] = frozenset()
    holder: str | None = None
    shown_in: frozenset[str] = frozenset()
    maker: str | None = None


ANONYMOUS = Caller("anonymous")
PERSONS = (
    Caller("member", "bob", belongs_to=frozenset("A")),
    Caller("manager", "ana", manages=frozenset("A"), belongs_to=frozenset("A")),
    Caller("member of another", "bel", belongs_to=frozenset("B")),
    Caller("manager of another", "max", manages=frozenset("B"), belongs_to=frozenset("B")),
    Caller("member here, manager there", "mia", manages=frozenset("C"), belongs_to=frozenset("AC")),
    Caller("no seat", "sig"),
    Caller("seat removed", "dan"),
)
STAFF = Caller("staff", "staff@capcom.example", is_staff=True)
MACHINES = tuple(Caller(scope, scope=scope) for scope in SCOPES)
CALLERS = (ANONYMOUS, *PERSONS, STAFF, *MACHINES)
_KINDS = {"member", "manager", "member here, manager there", "DISCOUNTS_REDEEM", "ORGANISATIONS_READ", "ADMIN"}
FEW = (ANONYMOUS, STAFF, *(caller for caller in CALLERS if caller.name in _KINDS))

_SEEN, _READ, _ROOTS, _DEEDS = rows(SEEN), rows(READ), rows(ROOTS), rows(DEEDS)
_ROW_OF = {
    (type_name, field): row
    for type_name, by_row in FIELDS.items()
    for row, names in by_row.items()
    for field in names.split()
}


def fields_of(type_name: str) -> set[str]:
    """The fields of an object or a value that the table knows."""
    if type_name in VALUES:
        return set(VALUES[type_name].split())
    return {field for owner, field in _ROW_OF if owner == type_name}


def mutation_of(deed: str) -> str:
    """The mutation of a deed, which may be one of several rights."""
    return deed.partition(":")[0]


def subscription_status(caller: Caller, thing: Thing) -> SubscriptionStatus:
    """What the caller is to the object."""
    if caller.is_staff:
        return SubscriptionStatus.STAFF
    if caller.scope is not None:
        return SubscriptionStatus.MACHINE
    if caller.manages & thing.organisations:
        return SubscriptionStatus.MANAGER
    if caller.person is not None and caller.person == thing.holder:
        return SubscriptionStatus.HOLDER
    return SubscriptionStatus.MEMBER if caller.belongs_to & thing.organisations else SubscriptionStatus.STRANGER


def sees(caller: Caller, thing: Thing, row: str = "") -> bool:
    """Whether the object exists for the caller, by the row of its type unless told. A plan is no secret to anyone."""
    if thing.type == "Plan":
        return True
    stands = subscription_status(caller, thing)
    if stands is SubscriptionStatus.STRANGER:
        return False
    cell = _SEEN[row or thing.type][stands.value]
    if stands is SubscriptionStatus.MACHINE:
        made, _, scope = cell.rpartition(":")
        return caller.holds(scope) and (not made or thing.maker == caller.name)
    return cell == "yes" or (cell == "shown" and bool(caller.belongs_to & thing.shown_in))


def reads(caller: Caller, thing: Thing, field: str) -> Got:
    """What a caller who sees the object gets of a field."""
    if thing.type == "Plan":
        return Got.VALUE
    assert (thing.type, field) in _ROW_OF, f"say who reads {thing.type}.{field} in FIELDS of tests/rights/table.py"
    row, stands = _READ[_ROW_OF[thing.type, field]], subscription_status(caller, thing)
    cell = row[stands.value]
    own = cell == "own" and caller.person is not None and caller.person == thing.holder
    may = caller.holds(cell) if stands is SubscriptionStatus.MACHINE else cell == "yes" or own
    if may:
        return Got.VALUE
    return {"null": Got.FORBIDDEN, "empty": Got.EMPTY}[row["refusal"]]


class Answered(Enum):
    """How a question ends."""

    YES = "answered"
    FIELD = "null, with a FORBIDDEN error"
    REQUEST = "the request is refused, FORBIDDEN"
    UNAUTHENTICATED = "the request is refused, UNAUTHENTICATED"


def answers(caller: Caller, root: str) -> Answered:
    """How a question of this caller ends."""
    row = _ROOTS[root]
    if caller.is_anonymous:
        return Answered.YES if row["anonymous"] == "yes" else Answered.UNAUTHENTICATED
    if _may_ask(caller, row):
        return Answered.YES
    return Answered.FIELD if row["refusal"] == "field" else Answered.REQUEST


def _may_ask(caller: Caller, row: dict[str, str]) -> bool:
    if caller.is_staff:
        return True
    if caller.scope is not None:
        return caller.holds(row["machine"].rpartition(":")[2])
    return row["person"] in ("yes", "own") or (row["person"] == "manager" and bool(caller.manages))


class Judged(Enum):
    """How a deed ends, before its form is looked at."""

    MAY = "done"
    FORBIDDEN = "FORBIDDEN, path []"
    NOT_FOUND = "NOT_FOUND, at the path of what it is judged by"
    UNAUTHENTICATED = "the request is refused"


@dataclass(frozen=True)
class Object:
    """What a deed is about: of an organisation; perhaps made by a caller; perhaps a person's own, else the asker's."""

    organisation: str = "A"
    maker: str | None = None
    owner: str | None = None


def judged(caller: Caller, deed: str, about: Object) -> Judged:
    """How a deed ends for this caller: role, then whose."""
    row = _DEEDS[deed]
    if caller.is_anonymous:
        return Judged.MAY if row["anonymous"] == "yes" else Judged.UNAUTHENTICATED
    if not _may_ask(caller, row):
        return Judged.FORBIDDEN
    if row["person"] == "own":
        return Judged.MAY if about.owner in (None, caller.person) else Judged.NOT_FOUND
    if caller.is_staff or row["person"] == "yes":
        return Judged.MAY
    if caller.scope is not None:
        is_anothers = row["machine"].startswith("made:") and about.maker != caller.name
        return Judged.NOT_FOUND if is_anothers else Judged.MAY
    if about.organisation in caller.manages:
        return Judged.MAY
    return Judged.FORBIDDEN if about.organisation in caller.belongs_to else Judged.NOT_FOUND


def deeds() -> dict[str, dict[str, str]]:
    """Every deed with its row."""
    return _DEEDS


def mutations() -> set[str]:
    """Every mutation."""
    return {mutation_of(deed) for deed in _DEEDS}


def roots() -> set[str]:
    """Every question."""
    return set(_ROOTS)
