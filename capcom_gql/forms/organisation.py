"""An organisation's fields. This list feeds the forms, the table's row, the API, the import and the exports."""

from dataclasses import dataclass, field

from capcom_gql.forms.fields import Column, described, fields_of, read_form
from capcom_gql.forms.kinds import Country, Email, Flag, Lines, PostalCode, RequiredText, Siret, Text
from capcom_gql.forms.reading import Path, Read

MAX_LINE = 300
"""Characters of an organisation's name, and of a line of its postal address."""

MAX_LINES = 6


@dataclass(frozen=True, slots=True)
class OrganisationForm:
    """An organisation as a form gives it and, once read, in its normal form."""

    name: str = field(
        metadata=described(
            RequiredText(MAX_LINE), "The official name.", Column("organisation", "its name", required=True)
        )
    )
    siret: str | None = field(
        default=None,
        metadata=described(
            Siret(),
            "The SIRET, 14 digits; it names exactly one organisation.",
            Column("siret", "14 digits, with or without spaces; or empty"),
        ),
    )
    kind: str | None = field(
        default=None,
        metadata=described(
            Text(100), "What it is: town, county, hospital...", Column("kind", "commune, hospital, ...")
        ),
    )
    address_lines: tuple[str, ...] = field(
        default=(),
        metadata=described(
            Lines(MAX_LINES, MAX_LINE),
            "The postal address, line by line.",
            Column("address", "its lines, each on a line of the cell"),
            Column("address_2", "a further line"),
            Column("address_3", "a further line"),
        ),
    )
    postal_code: str | None = field(
        default=None,
        metadata=described(
            PostalCode(),
            "The postal code.",
            Column("postal_code", "five digits in France; a lost leading 0 is restored"),
        ),
    )
    city: str | None = field(default=None, metadata=described(Text(), "The city.", Column("city", "its town")))
    country: str = field(
        default="FR",
        metadata=described(
            Country(), "The country, ISO 3166-1: two letters.", Column("country", "two letters; empty means FR")
        ),
    )
    billing_email: str | None = field(
        default=None, metadata=described(Email(), "Where invoices go.", Column("billing_email", "where invoices go"))
    )
    chorus_service_code: str | None = field(
        default=None,
        metadata=described(
            Text(100),
            "The service code for invoices by Chorus Pro.",
            Column("chorus_service_code", "of the service that invoices go to"),
        ),
    )
    chorus_engagement_required: bool = field(
        default=False,
        metadata=described(
            Flag(),
            "Whether Chorus Pro wants an order number.",
            Column("chorus_engagement_required", "yes or no: whether invoices need a commitment number"),
        ),
    )


ORGANISATION = fields_of(OrganisationForm)
"""Every field of an organisation by its name, in the order of the form."""


_WITH_FORMAT = {each.api_name for each in ORGANISATION.values() if not isinstance(each.kind, RequiredText | Text)}


def read_organisation(path: Path, form: OrganisationForm) -> Read[OrganisationForm]:
    """Read an organisation's form, which is at `path` in the input.

    Faults of single texts without a format come first, then those of the other fields; both in the order of the form.
    """
    read = read_form(path, form, ORGANISATION)
    return Read(read.partial, tuple(sorted(read.faults, key=lambda fault: fault.path[len(path)] in _WITH_FORMAT)))
