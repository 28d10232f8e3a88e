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
    """A column of the import's spreadsheet. A file without a `required` one is refused.

    `of_user` columns differ from line to line; the others say the same on every line of an organisation, or are empty
    there. Headings in other words are each language's (`languages/<code>/spreadsheet.toml`).
    """

    name: str
    meaning: str
    required: bool = False
    of_user: bool = False


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of an organisation or a person. `name` is also its column in the table.

    `meaning` is its description in the API. The import reads all its spreadsheet `columns`, exports write the first.
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
        """Read what was given for it, in the form at the path `form`. None is taken where the default is None."""
        if given is None and self.default is None:
            return Read(None)
        return self.or_default(self.kind.read((*form, self.api_name), given))

    def or_default(self, read: Read[Any]) -> Read[Any]:
        """The same result, with the default in the place of a value that has a fault."""
        return Read(self.default, read.faults) if read.faults and self.default is not MISSING else read


def described(kind: Kind[Any], meaning: str, *columns: Column) -> Mapping[str, object]:
    """Describe a field: the `metadata` of `dataclasses.field`, as `fields_of` reads it."""
    return {"kind": kind, "meaning": meaning, "columns": columns}


def fields_of(form: type[Any]) -> Mapping[str, FormField]:
    """The fields of a form by their names, in its order."""
    return {each.name: FormField(each.name, default=each.default, **each.metadata) for each in fields(form)}


def read_form(path: Path, form: Form, described: Mapping[str, FormField]) -> Read[Form]:
    """Read every field of a form."""
    return gathered(type(form), {name: each.read(path, getattr(form, name)) for name, each in described.items()})


def gathered(form: type[Form], reads: Mapping[str, Read[Any]]) -> Read[Form]:
    """Make a form of the results of its fields, with all their faults."""
    faults = tuple(fault for read in reads.values() for fault in read.faults)
    return Read(form(**{name: read.partial for name, read in reads.items()}), faults)
