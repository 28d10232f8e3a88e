"""Group the lines of a table of subscribers, one for each user in any order, by organisation.

An organisation is identified by its `reference`, without one by its SIRET, without both by its name and postal code;
within the file, and when the same file is imported again.
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
    """A fault, with the place in the file where it is to be corrected."""

    line: int
    """the number of the line, from 1"""
    column: str
    """the name of the column; empty for the whole line"""
    fault: Fault


@dataclass(slots=True)
class Group:
    """The lines of one organisation."""

    key: str
    """what identifies it: "reference:...", "siret:..." or "place:..."; empty where nothing does"""
    place: str
    """its name and postal code, folded"""
    lines: list[TableRow] = field(default_factory=list)
    faults: list[LineFault] = field(default_factory=list)
    values: dict[str, tuple[str, int]] = field(default_factory=dict)
    """the cells of the organisation by column, each with the number of the first line that fills it"""
    siret: str | None = None
    """the first valid SIRET"""

    def add(self, line: TableRow, siret: Read[str] | None) -> None:
        """Add a line, with its SIRET. A cell of the organisation that differs from an earlier line's is a fault."""
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
            earlier, first = self.values.setdefault(column.name, (text, line.number))
            if earlier != text and _meaning(earlier) != _meaning(text):
                self.faults.append(LineFault(line.number, column.name, invalid((), "import_differs", line=first)))

    def value(self, column: str) -> str:
        """The text of a column of the organisation; empty where no line fills it."""
        return self.values.get(column, ("", 0))[0]

    def line(self, column: str) -> int:
        """The number of the first line that fills a column, otherwise of the first line."""
        return self.values[column][1] if column in self.values else self.lines[0].number

    @property
    def places(self) -> set[str]:
        """Its names and postal codes, folded: those of lines with both, and that of the first line."""
        found = {_place_of(line) for line in self.lines if line.cells.get("organisation")} if self.key else set()
        return {place for place in found if not place.endswith("|")} | ({self.place} if self.place else set())

    @property
    def is_ambiguous(self) -> bool:
        """Whether the file has the same organisation under another key too."""
        return any(each.fault.key == "import_organisation_twice" for each in self.faults)

    @property
    def has_bad_siret(self) -> bool:
        """Whether a line has a SIRET that is not valid."""
        return any(each.column == "siret" for each in self.faults)


def _meaning(text: str) -> object:
    """What two cells with the same meaning have in common: a day, otherwise their letters and digits."""
    try:
        return read_cells.day(text)
    except Refusal:
        return folded(text).replace(" ", "")


def group_lines(table: Table) -> list[Group]:
    """The organisations of a table, in the order of their first lines, with the faults of their identification."""
    texts = {line.cells.get("siret", "") for line in table.lines} - {""}
    sirets = {text: _siret(text) for text in texts}
    keys = _keys(table, sirets)
    groups: dict[str, Group] = {}
    above: Group | None = None
    for line in table.lines:
        key = keys.get(line.number)
        if key is None:
            # probably a user of the organisation above, which must not be imported without them
            above = above or groups.setdefault("", Group("", ""))
            above.faults.append(LineFault(line.number, "organisation", invalid((), "import_nobodys")))
        else:
            above = groups.setdefault(key, Group(key, _place_of(line)))
        above.add(line, sirets.get(line.cells.get("siret", "")))
    _check_distinct(list(groups.values()))
    return list(groups.values())


def _siret(text: str) -> Read[str]:
    """The SIRET of a cell, or its faults; a line with a SIRET that is not valid is identified as one without."""
    try:
        return Read(read_cells.siret(text))
    except Refusal as refusal:
        return Read("", refusal.faults)


def _keys(table: Table, sirets: Mapping[str, Read[str]]) -> dict[int, str]:
    """The key of each line that has one, by its number.

    A line without reference and SIRET belongs to the organisation with its name and postal code, if only one has them.
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


def _check_distinct(groups: list[Group]) -> None:
    """Add a fault to organisations that may be the same: with one SIRET in common, or name and postal code without one.

    None of them is imported, since some of its users may be on the lines of the other.
    """
    by_siret: defaultdict[str, list[Group]] = defaultdict(list)
    by_place: defaultdict[str, list[Group]] = defaultdict(list)
    for group in groups:
        if group.siret is not None:
            by_siret[group.siret].append(group)
        for place in group.places:
            by_place[place].append(group)
        if group.key.startswith("place:") and group.place.endswith("|") and not group.has_bad_siret:
            # reported at the name, which every file has, while the columns that are missing may not be in it
            line = group.lines[0].number
            group.faults.append(LineFault(line, "organisation", invalid((), "import_unrecognisable")))
    for group in groups:
        near = [other for place in sorted(group.places) for other in by_place[place]]
        alike = near if group.siret is None else by_siret[group.siret] + [each for each in near if each.siret is None]
        column = "organisation" if group.siret is None else "siret"
        if others := [other for other in alike if other is not group]:
            fault = invalid((), "import_organisation_twice", line=others[0].lines[0].number)
            group.faults.append(LineFault(group.line(column), column, fault))
