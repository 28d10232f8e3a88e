"""A form's fields, each described once: what it is, how it is read, and the columns of a spreadsheet that hold it.

The description is the metadata of the data class's own field, whose name is also that of the table's column.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar

from capcom_gql.forms.kinds import Kind
from capcom_gql.forms.reading import Path, Read

Form = TypeVar("Form")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a spreadsheet. `of_user` ones differ from line to line, the rest says the same on every line of an
    organisation, or is empty there. Headings in other words are each language's (`languages/<code>/spreadsheet.toml`).
    """

    name: str
    meaning: str
    required: bool = False
    of_user: bool = False


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form, which is a column of its table too. Exports write the first of its spreadsheet's `columns`.

    `meaning` is what the API says of it.
    """

    name: str
    kind: Kind[Any]
    meaning: str
    columns: tuple[Column, ...]
    default: Any = MISSING

    @property
    def api_name(self) -> str:
        """Its name in the API: postal_code is postalCode."""
        first, *others = self.name.split("_")
        return first + "".join(word.capitalize() for word in others)

    def read(self, form: Path, given: Any) -> Read[Any]:
        """What was given for it in the form at a path. What may be left out is not asked more of."""
        if given is None and self.default is None:
            return Read(None)
        return self.or_default(self.kind.read((*form, self.api_name), given))

    def or_default(self, read: Read[Any]) -> Read[Any]:
        """What came of reading it: what has a fault counts as left out."""
        return Read(self.default, read.faults) if read.faults and self.default is not MISSING else read


def described(kind: Kind[Any], meaning: str, *columns: Column) -> Mapping[str, object]:
    """The metadata of a data class's field, as `fields_of` reads it."""
    return {"kind": kind, "meaning": meaning, "columns": columns}


def fields_of(form: type[Any]) -> Mapping[str, FormField]:
    """The fields of a form by their names, in its order."""
    return {each.name: FormField(each.name, default=each.default, **each.metadata) for each in fields(form)}


def read_form(path: Path, form: Form, described: Mapping[str, FormField]) -> Read[Form]:
    """A form in its normal form, or the faults of all its fields."""
    return gathered(type(form), {name: each.read(path, getattr(form, name)) for name, each in described.items()})


def gathered(form: type[Form], reads: Mapping[str, Read[Any]]) -> Read[Form]:
    """A form from what came of reading its fields, with all their faults."""
    faults = tuple(fault for read in reads.values() for fault in read.faults)
    return Read(form(**{name: read.partial for name, read in reads.items()}), faults)
