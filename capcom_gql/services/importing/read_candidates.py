"""Read the lines of an organisation: its form, term, proof and users, and every fault with its place in the file."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, field
from datetime import date
from typing import Any, TypeVar

from capcom_gql import forms
from capcom_gql.domain.imports import check_managers
from capcom_gql.domain.refusals import Fault, Refusal, invalid
from capcom_gql.domain.seats import check_form
from capcom_gql.forms import OrganisationForm, Path, PersonForm, Read
from capcom_gql.forms.fields import FormField, gathered
from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.forms.person import PERSON, check_count, with_locale
from capcom_gql.languages.locales import DEFAULT
from capcom_gql.services.importing import read_cells
from capcom_gql.services.importing.group_lines import Group, LineFault
from capcom_gql.services.importing.read_table import TableRow
from capcom_gql.subscription.proofs import Proof

Value = TypeVar("Value")

_COLUMNS = {
    **{each.api_name: each.columns[0].name for each in (*ORGANISATION.values(), *PERSON.values())},
    "planCode": "plan",
    "reference": "proof_reference",
    "receivedOn": "proof_received_on",
}
"""The column of each field of a form."""


@dataclass(frozen=True, slots=True)
class User:
    """A user, as a line describes them."""

    line: int
    """the number of the line"""
    email: str
    """the address as the cell has it"""
    is_named: bool
    """whether the line has an address or a name at all"""
    person: Read[PersonForm]
    is_manager: bool
    number: str | None
    """the 16 digits of an existing subscriber number; None to get a new one"""


@dataclass(slots=True)
class Candidate:
    """An organisation of the file, as its lines describe it. Days are of the operator's zone."""

    group: Group
    organisation: Read[OrganisationForm]
    plan_code: str
    first_day: date | None
    """of the term; None where it is missing or unreadable"""
    last_day: date | None
    """of the term, to be checked; None where it is missing or unreadable"""
    is_confirmed: bool
    """whether the cell says that the payment proof has come"""
    proof: Proof | None
    """None where it is incomplete or unreadable"""
    users: tuple[User, ...]
    faults: list[LineFault] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The organisation's name, as the first line that has one spells it."""
        return self.group.value("organisation")

    @property
    def lines(self) -> list[int]:
        """The numbers of its lines."""
        return [line.number for line in self.group.lines]

    def locate(self, fault: Fault) -> LineFault:
        """A fault of the form, or of a column, with its place in the file."""
        match fault.path:
            case ("users", index, named):
                return LineFault(self.users[int(index)].line, _COLUMNS[named], fault)
            case ("organisation", named, *_) if named in _COLUMNS:
                return LineFault(self.group.line(_COLUMNS[named]), _COLUMNS[named], fault)
            case (named,):
                column = _COLUMNS.get(named, "" if named == "users" else named)
                return LineFault(self.group.line(column), column, fault)
        return LineFault(self.lines[0], "", fault)


def read_candidates(groups: Sequence[Group]) -> list[Candidate]:
    """Read every group. A subscriber number that is on two lines is a fault of both."""
    candidates = [_Reader(group).candidate() for group in groups]
    by_number: defaultdict[str, list[tuple[Candidate, int]]] = defaultdict(list)
    for candidate in candidates:
        for user in candidate.users:
            if user.number is not None:
                by_number[user.number].append((candidate, user.line))
    for places in by_number.values():
        for candidate, line in places:
            others = [other for _, other in places if other != line]
            if others:
                fault = invalid((), "import_number_twice", line=others[0])
                candidate.faults.append(LineFault(line, "subscriber_number", fault))
    return candidates


class _Reader:
    """Reads the cells of one organisation and collects their faults."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.faults = list(group.faults)

    def candidate(self) -> Candidate:
        """The organisation, with all faults of its cells and of the form."""
        country = read_cells.country(self.group.value("country")) or read_cells.HOME
        read = Candidate(
            group=self.group,
            organisation=self._organisation(country),
            plan_code=self.group.value("plan"),
            first_day=self._read("first_day", read_cells.day),
            last_day=self._read("last_day", read_cells.day),
            is_confirmed=self._confirmed(),
            proof=self._proof(),
            users=tuple(self._user(index, line, country) for index, line in enumerate(self.group.lines)),
            faults=self.faults,
        )
        nobody = {("users", str(index)): user for index, user in enumerate(read.users) if not user.is_named}
        unnamed = [LineFault(user.line, "email", invalid((), "import_no_user")) for user in nobody.values()]
        if len(nobody) == len(read.users) and not (read.plan_code or self.group.value("first_day")):
            # probably a line with totals: no further faults are reported
            read.faults = unnamed
            return read
        self._check_proof(read)
        self._check_unsupported()
        self.faults += unnamed
        self.faults += [read.locate(fault) for fault in _form_faults(read) if fault.path[:2] not in nobody]
        return read

    def _organisation(self, country: str) -> Read[OrganisationForm]:
        reads = {name: self._of_organisation(each, country) for name, each in ORGANISATION.items() if name != "siret"}
        # the faults of the SIRET are those of the group
        return gathered(OrganisationForm, {**reads, "siret": Read(self.group.siret)})

    def _of_organisation(self, field: FormField, country: str) -> Read[Any]:
        text = "\n".join(filter(None, (self.group.value(column.name) for column in field.columns)))
        return self._field(field, ("organisation",), text, self.group.line(field.columns[0].name), country)

    def _confirmed(self) -> bool:
        """Whether the proof has come; an unreadable answer counts as yes, so that it causes no further faults."""
        answered = self._read("confirmed", read_cells.answer)
        return bool(self.group.value("confirmed")) if answered is None else answered

    def _proof(self) -> Proof | None:
        kind = self._read("proof_kind", read_cells.proof_kind)
        reference = self._read("proof_reference", read_cells.not_truncated)
        received_on = self._read("proof_received_on", read_cells.day)
        return Proof(kind, reference, received_on) if kind and reference and received_on else None

    def _check_proof(self, read: Candidate) -> None:
        columns = ("proof_kind", "proof_reference", "proof_received_on")
        if not read.is_confirmed and any(self.group.value(column) for column in columns):
            self._fault("confirmed", invalid((), "import_proof_unconfirmed"))
        if read.is_confirmed:
            for column in columns:
                if not self.group.value(column):
                    self._fault(column, invalid((), "import_proof_incomplete"))

    def _check_unsupported(self) -> None:
        if self.group.value("state").upper() == "CANCELLED":
            self._fault("state", invalid((), "import_cancelled"))
        if self.group.value("renewed_until"):
            self._fault("renewed_until", invalid((), "import_renewed"))
        for column in ("plan", "first_day"):
            if not self.group.value(column):
                self._fault(column, invalid((), "blank"))

    def _user(self, index: int, line: TableRow, country: str) -> User:
        def text_of(column: str) -> str:
            return line.cells.get(column, "")

        path = ("users", str(index))
        reads = {
            name: self._field(each, path, text_of(each.columns[0].name), line.number, country)
            for name, each in PERSON.items()
        }
        return User(
            line.number,
            text_of("email"),
            any(map(text_of, ("email", "given_name", "family_name"))),
            with_locale(gathered(PersonForm, reads), DEFAULT),
            bool(self._tried("manager", text_of("manager"), read_cells.answer, line.number)),
            self._tried("subscriber_number", text_of("subscriber_number"), read_cells.number, line.number),
        )

    def _field(self, field: FormField, form: Path, text: str, line: int, country: str) -> Read[Any]:
        """The value of a field of the form at a path, from a cell; an empty cell leaves it out."""
        if not text and field.default is MISSING:
            return field.read(form, text)
        read = self._tried(field.columns[0].name, text, lambda text: read_cells.field(field, form, text, country), line)
        return Read(field.default) if read is None else read

    def _read(self, column: str, reader: Callable[[str], Value]) -> Value | None:
        return self._tried(column, self.group.value(column), reader, self.group.line(column))

    def _tried(self, column: str, text: str, reader: Callable[[str], Value], line: int) -> Value | None:
        """The value of a cell; None where it is empty, or unreadable (then its fault is collected)."""
        if not text:
            return None
        try:
            return reader(text)
        except Refusal as refusal:
            self.faults += [LineFault(line, column, fault) for fault in refusal.faults]
            return None

    def _fault(self, column: str, fault: Fault) -> None:
        self.faults.append(LineFault(self.group.line(column), column, fault))


def _form_faults(read: Candidate) -> list[Fault]:
    """The faults that a sign-up with the same form would have (R6), except for manager, plan and terms of use."""
    if too_many := check_count(read.users):
        return [*read.organisation.faults, *too_many]
    faults = [*read.organisation.faults, *(fault for user in read.users for fault in user.person.faults)]
    if not any(each.column == "manager" for each in read.faults):
        faults += check_managers([user.is_manager for user in read.users if user.is_named])
    # any address of the list will do for the manager's, who is marked by a column here
    emails = [forms.compared(user.email) for user in read.users]
    return faults + check_form(emails, emails[0])
