"""The columns of a table of subscribers: what each contains, and which one a heading names.

The columns of organisations' and persons' fields are declared in `forms`. The names of the columns never change, since
exports write them. Headings are compared without case, accents and punctuation.
"""

from capcom_gql.forms.fields import Column
from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.forms.person import PERSON
from capcom_gql.services.importing.vocabulary import headings_of, meaning
from capcom_gql.storage.engine.columns import folded

COLUMNS = (
    Column(
        "reference",
        "your own key of the organisation, kept so that a second run knows it again",
    ),
    *(column for field in ORGANISATION.values() for column in field.columns),
    Column("plan", "a plan's code, closed ones too", required=True),
    Column(
        "first_day",
        "of the running term, or of the last one: 31/12/2026 or 2026-12-31",
        required=True,
    ),
    Column(
        "last_day",
        "of that term, to be checked; empty: worked out",
    ),
    Column("confirmed", "yes once its payment proof has come"),
    Column(
        "proof_kind",
        "purchase order, cheque or bank transfer",
    ),
    Column(
        "proof_reference",
        "the number of the order, cheque or transfer",
    ),
    Column("proof_received_on", "a day"),
    Column("state", "CANCELLED is refused, anything else is worked out from the days"),
    Column("renewed_until", "must be empty: a term to come is renewed here, after the import"),
    *(column for field in PERSON.values() for column in field.columns),
    Column("manager", "yes for exactly one user", of_user=True),
    Column(
        "subscriber_number",
        "one that was given before and is kept; empty: a new one",
        of_user=True,
    ),
)
"""Every column that an import reads, in the order in which exports write them."""

BY_NAME = {column.name: column for column in COLUMNS}
"""The columns by their names."""

ONLY_WRITTEN = frozenset({"seat_id", "added_on", "proof_due_on"})
"""Columns of the export of seats that an import ignores without reporting them."""

_BY_FOLDED_NAME = {folded(column.name): column for column in COLUMNS}


def column_of(heading: str) -> Column | None:
    """The column that a heading names in any language of the service; None for a heading that is not read."""
    written = heading.replace("º", "°")
    return _BY_FOLDED_NAME.get(folded(written)) or BY_NAME.get(meaning("heading", written) or "")


def label_of(column: Column) -> str:
    """The name of a column as messages show it, with a heading: "manager (gestionnaire)"."""
    return " ".join((column.name, *(f"({heading})" for heading in headings_of(column.name)[:1])))
