"""Group the lines of a table of subscribers by organisation: one line for each user, wherever in the file it stands.

An organisation is known by its own reference, else by its SIRET, else by its name and postal code: within the file,
and when the same file comes again.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from capcom_gql.domain.refusals import Fault, Refusal, invalid
from capcom_gql.forms import Read
from capcom_gql.services.importing import read_cells
from capcom_gql.services.importing.columns import COLUMNS
from capcom_gql.services.importing.read_cells import HOME, country, postal_code
from capcom_gql.services.importing.read_table import Table, TableRow
from capcom_gql.storage.engine.columns import folded


@dataclass(frozen=True, slots=True)
class LineFault:
    """A fault, with the line of the file and the column (empty for the whole line) where it is to be put right."""

    line: int
    column: str
    fault: Fault


@dataclass(slots=True)
class Group:
    """The lines of one organisation. `key` names it, `place` is its name and postal code, as they are searched."""

    key: str
    place: str
    lines: list[TableRow] = field(default_factory=list)
    faults: list[LineFault] = field(default_factory=list)
    values: dict[str, tuple[str, int]] = field(default_factory=dict)
    """what the lines say of the organisation, column by column, each with the first line that says it"""
    siret: str | None = None
    """the first SIRET that checks"""

    def add(self, line: TableRow, siret: Read[str] | None) -> None:
        """Take a line in, with the SIRET on it; what it says of the organisation must be what the lines before it say,
        or nothing.
        """
        self.lines.append(line)
        if line.surplus:
            self.faults.append(LineFault(line.number, "", invalid((), "import_surplus")))
        self.faults += [LineFault(line.number, column, invalid((), "import_failed")) for column in line.failed]
        for column in COLUMNS:
            text = line.cells.get(column.name, "")
            if column.of_user or not text:
                continue
            if column.name == "siret" and siret is not None:
                if siret.faults:
                    self.faults += [LineFault(line.number, column.name, wrong) for wrong in siret.faults]
                    continue
                self.siret = self.siret or siret.value
            said, first = self.values.setdefault(column.name, (text, line.number))
            if said != text and _meaning(said) != _meaning(text):
                self.faults.append(LineFault(line.number, column.name, invalid((), "import_differs", line=first)))

    def value(self, column: str) -> str:
        """What is said in a column of the organisation's, empty where nothing is."""
        return self.values.get(column, ("", 0))[0]

    def line(self, column: str) -> int:
        """Where it is said, else the first line."""
        return self.values[column][1] if column in self.values else self.lines[0].number

    @property
    def places(self) -> set[str]:
        """Its places: what any of its lines says in full, and what the first says."""
        said = {_place_of(line) for line in self.lines if line.cells.get("organisation")} if self.key else set()
        return {place for place in said if not place.endswith("|")} | ({self.place} if self.place else set())

    @property
    def is_mixed_up(self) -> bool:
        """Whether the file has it under another key, too."""
        return any(each.fault.key == "import_organisation_twice" for each in self.faults)

    @property
    def has_bad_siret(self) -> bool:
        """Whether a line gives a SIRET that does not check."""
        return any(each.column == "siret" for each in self.faults)


def _meaning(text: str) -> object:
    """What two cells must have in common to say the same: a day, or the letters and digits."""
    try:
        return read_cells.day(text)
    except Refusal:
        return folded(text).replace(" ", "")


def group_lines(table: Table) -> list[Group]:
    """The organisations of a table, in the order of their first lines, with the faults in how they are told apart."""
    texts = {line.cells.get("siret", "") for line in table.lines} - {""}
    sirets = {text: _siret(text) for text in texts}
    keys = _keys(table, sirets)
    groups: dict[str, Group] = {}
    above: Group | None = None
    for line in table.lines:
        key = keys.get(line.number)
        if key is None:
            # it may well be the organisation above it that would be taken in without one of its users
            above = above or groups.setdefault("", Group("", ""))
            above.faults.append(LineFault(line.number, "organisation", invalid((), "import_nobodys")))
        else:
            above = groups.setdefault(key, Group(key, _place_of(line)))
        above.add(line, sirets.get(line.cells.get("siret", "")))
    _tell_apart(list(groups.values()))
    return list(groups.values())


def _siret(text: str) -> Read[str]:
    """The SIRET of a cell. A line whose own does not check is told apart by name and postal code, as one without."""
    try:
        return Read(read_cells.siret(text))
    except Refusal as refusal:
        return Read("", refusal.faults)


def _keys(table: Table, sirets: Mapping[str, Read[str]]) -> dict[int, str]:
    """The key of each line that has one. A line without reference and SIRET is of the organisation of its name and
    postal code, if there is one alone.
    """
    keys: dict[int, str] = {}
    at_place: defaultdict[str, set[str]] = defaultdict(set)
    for line in table.lines:
        if key := _own_key(line.cells, sirets):
            keys[line.number] = key
            at_place[_place_of(line)].add(key)
    for line in table.lines:
        if line.number not in keys and line.cells.get("organisation"):
            place = _place_of(line)
            found = at_place.get(place, set())
            keys[line.number] = next(iter(found)) if len(found) == 1 else f"place:{place}"
    return keys


def _own_key(cells: Mapping[str, str], sirets: Mapping[str, Read[str]]) -> str | None:
    if reference := cells.get("reference"):
        return f"reference:{reference}"
    siret = sirets.get(cells.get("siret", ""))
    return None if siret is None or siret.faults else f"siret:{siret.value}"


def _place_of(line: TableRow) -> str:
    cells = line.cells
    code = postal_code(cells.get("postal_code", ""), country(cells.get("country", "")) or HOME)
    return f"{folded(cells.get('organisation', ''))}|{folded(code)}"


def _tell_apart(groups: list[Group]) -> None:
    """Two organisations of a file have no SIRET in common; one without a SIRET has a place of its own.

    Where that fails neither is taken in: it would be without the users who are on the other's lines.
    """
    by_siret: defaultdict[str, list[Group]] = defaultdict(list)
    by_place: defaultdict[str, list[Group]] = defaultdict(list)
    for group in groups:
        if group.siret is not None:
            by_siret[group.siret].append(group)
        for place in group.places:
            by_place[place].append(group)
        if group.key.startswith("place:") and group.place.endswith("|") and not group.has_bad_siret:
            # the one column of the three that the file is sure to have is none of them
            line = group.lines[0].number
            group.faults.append(LineFault(line, "organisation", invalid((), "import_unrecognisable")))
    for group in groups:
        near = [other for place in sorted(group.places) for other in by_place[place]]
        alike = near if group.siret is None else by_siret[group.siret] + [each for each in near if each.siret is None]
        column = "organisation" if group.siret is None else "siret"
        if others := [other for other in alike if other is not group]:
            fault = invalid((), "import_organisation_twice", line=others[0].lines[0].number)
            group.faults.append(LineFault(group.line(column), column, fault))
