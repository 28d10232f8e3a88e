"""Read what the lines of an organisation say: its form, term, proof and users, and every fault in its place."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from capcom_gql import forms
from capcom_gql.domain.imports import check_managers
from capcom_gql.domain.refusals import Fault, Refusal, invalid
from capcom_gql.domain.seats import address_key, check_form
from capcom_gql.forms import OrganisationForm, PersonForm
from capcom_gql.services.importing import read_cells
from capcom_gql.services.importing.columns import ADDRESS
from capcom_gql.services.importing.group_lines import Group, LineFault
from capcom_gql.services.importing.read_table import TableRow

Read = TypeVar("Read")

_COLUMNS = {
    "name": "organisation",
    "siret": "siret",
    "kind": "kind",
    "addressLines": "address",
    "postalCode": "postal_code",
    "city": "city",
    "country": "country",
    "billingEmail": "billing_email",
    "chorusServiceCode": "chorus_service_code",
    "planCode": "plan",
    "reference": "proof_reference",
    "receivedOn": "proof_received_on",
    "email": "email",
    "givenName": "given_name",
    "familyName": "family_name",
    "jobTitle": "job_title",
    "phone": "phone",
    "locale": "locale",
}
"""The column of each field of a form."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A payment proof that has come."""

    kind: str
    reference: str
    received_on: date


@dataclass(frozen=True, slots=True)
class User:
    """A user, on the line that names them; `number` is the one that they bring, its 16 digits."""

    line: int
    form: PersonForm
    is_manager: bool
    number: str | None

    @property
    def names_somebody(self) -> bool:
        """Whether the line says anything of who it is."""
        return bool(self.form.email or self.form.given_name or self.form.family_name)


@dataclass(slots=True)
class Candidate:
    """An organisation of the file, as its lines describe it. `first_day` is None where it cannot be read."""

    group: Group
    organisation: OrganisationForm
    plan_code: str
    first_day: date | None
    last_day: date | None
    is_confirmed: bool
    proof: Proof | None
    users: tuple[User, ...]
    faults: list[LineFault] = field(default_factory=list)

    @property
    def lines(self) -> list[int]:
        """The lines that are its own."""
        return [line.number for line in self.group.lines]

    def place(self, fault: Fault) -> LineFault:
        """A fault of the form, or of a column, in its place in the file."""
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
    """What every group says. A number that two lines bring is a fault of both."""
    candidates = [_Reader(group).candidate() for group in groups]
    brought: defaultdict[str, list[tuple[Candidate, int]]] = defaultdict(list)
    for candidate in candidates:
        for user in candidate.users:
            if user.number is not None:
                brought[user.number].append((candidate, user.line))
    for places in brought.values():
        for candidate, line in places:
            others = [other for _, other in places if other != line]
            if others:
                fault = invalid((), "import_number_twice", line=others[0])
                candidate.faults.append(LineFault(line, "subscriber_number", fault))
    return candidates


class _Reader:
    """Reads the cells of one organisation, and keeps what is wrong with them."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.faults = list(group.faults)

    def candidate(self) -> Candidate:
        """Everything, with the faults of the form."""
        country = read_cells.country(self.group.value("country")) or read_cells.HOME
        read = Candidate(
            group=self.group,
            organisation=self._organisation(country),
            plan_code=self.group.value("plan"),
            first_day=self._read("first_day", read_cells.day),
            last_day=self._read("last_day", read_cells.day),
            is_confirmed=self._confirmed(),
            proof=self._proof(),
            users=tuple(self._user(line, country) for line in self.group.lines),
            faults=self.faults,
        )
        nobody = {("users", str(index)): user for index, user in enumerate(read.users) if not user.names_somebody}
        unnamed = [LineFault(user.line, "email", invalid((), "import_no_user")) for user in nobody.values()]
        if len(nobody) == len(read.users) and not (read.plan_code or self.group.value("first_day")):
            # the total of a column, not an organisation
            read.faults = unnamed
            return read
        self._check_proof(read)
        self._check_what_is_refused()
        self.faults += unnamed
        self.faults += [read.place(fault) for fault in _form_faults(read) if fault.path[:2] not in nobody]
        return read

    def _organisation(self, country: str) -> OrganisationForm:
        lines = [line for column in ADDRESS for line in self.group.value(column).splitlines()]
        return OrganisationForm(
            name=self.group.value("organisation"),
            siret=self.group.siret,
            kind=self._text("kind"),
            address_lines=tuple(line for line in lines if line.strip()),
            postal_code=read_cells.postal_code(self.group.value("postal_code"), country) or None,
            city=self._text("city"),
            country=country,
            billing_email=self._text("billing_email"),
            chorus_service_code=self._text("chorus_service_code"),
            chorus_engagement_required=bool(self._read("chorus_engagement_required", read_cells.answer)),
        )

    def _confirmed(self) -> bool:
        """Whether the proof has come; an answer that cannot be read is a fault by itself, and no other's reason."""
        answered = self._read("confirmed", read_cells.answer)
        return bool(self.group.value("confirmed")) if answered is None else answered

    def _proof(self) -> Proof | None:
        kind = self._read("proof_kind", read_cells.proof_kind)
        reference = self._read("proof_reference", read_cells.whole)
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

    def _check_what_is_refused(self) -> None:
        if self.group.value("state").upper() == "CANCELLED":
            self._fault("state", invalid((), "import_cancelled"))
        if self.group.value("renewed_until"):
            self._fault("renewed_until", invalid((), "import_renewed"))
        for column in ("plan", "first_day"):
            if not self.group.value(column):
                self._fault(column, invalid((), "blank"))

    def _user(self, line: TableRow, country: str) -> User:
        def read(column: str, reader: Callable[[str], Read]) -> Read | None:
            return self._tried(column, line.cells.get(column, ""), reader, line.number)

        form = PersonForm(
            email=line.cells.get("email", ""),
            given_name=line.cells.get("given_name", ""),
            family_name=line.cells.get("family_name", ""),
            job_title=line.cells.get("job_title") or None,
            phone=read("phone", lambda text: read_cells.phone(text, country)),
            locale=read("locale", read_cells.locale),
        )
        is_manager = bool(read("manager", read_cells.answer))
        return User(line.number, form, is_manager, read("subscriber_number", read_cells.number))

    def _text(self, column: str) -> str | None:
        return self.group.value(column) or None

    def _read(self, column: str, reader: Callable[[str], Read]) -> Read | None:
        return self._tried(column, self.group.value(column), reader, self.group.line(column))

    def _tried(self, column: str, text: str, reader: Callable[[str], Read], line: int) -> Read | None:
        """What a cell says, None where it is empty, or cannot be read and its fault is kept."""
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
    """What a sign-up by the same form would be told, as far as the form alone says it (R6)."""
    users = [user.form for user in read.users]
    emails = [forms.compared(user.email) for user in users]
    faults = [*forms.check_organisation(("organisation",), read.organisation), *forms.check_users(users)]
    # each address is compared with every other
    if len(users) <= forms.MAX_USERS:
        if not any(each.column == "manager" for each in read.faults):
            faults += check_managers([user.is_manager for user in read.users if user.names_somebody])
        # the manager is a matter of marks here, and each address of the list is one of it
        faults += check_form(emails, address_key(emails[0]))
    return faults
