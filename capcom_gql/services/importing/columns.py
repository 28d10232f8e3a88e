"""The columns of a table of subscribers: what each holds, and under which headings it is known.

What a field of an organisation or of a person says is described with it, in `forms`. The names are stable: exports
write them. Headings compare without case, accents and signs.
"""

from capcom_gql.forms.fields import Column
from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.forms.person import PERSON
from capcom_gql.storage.engine.columns import folded

COLUMNS = (
    Column(
        "reference",
        "your own key of the organisation, kept so that a second run knows it again",
        ("référence", "référence client", "n° client", "numéro client", "code client", "organisation_id"),
    ),
    *(column for field in ORGANISATION.values() for column in field.columns),
    Column("plan", "a plan's code, closed ones too", ("formule", "code formule", "code de la formule"), required=True),
    Column(
        "first_day",
        "of the running term, or of the last one: 31/12/2026 or 2026-12-31",
        ("premier jour", "début", "date de début", "date début", "début d'abonnement", "du"),
        required=True,
    ),
    Column(
        "last_day",
        "of that term, to be checked; empty: worked out",
        ("dernier jour", "fin", "date de fin", "date fin", "fin d'abonnement", "échéance", "au"),
    ),
    Column("confirmed", "yes once its payment proof has come", ("confirmé", "payé", "réglé", "justificatif reçu")),
    Column(
        "proof_kind",
        "purchase order, cheque or bank transfer",
        ("justificatif", "type de justificatif", "nature du justificatif", "mode de paiement"),
    ),
    Column(
        "proof_reference",
        "the number of the order, cheque or transfer",
        ("référence du justificatif", "n° de justificatif", "bon de commande", "n° de bon de commande"),
    ),
    Column("proof_received_on", "a day", ("reçu le", "date de réception", "justificatif reçu le")),
    Column("state", "CANCELLED is refused, anything else is worked out from the days", ("état", "statut")),
    Column("renewed_until", "must be empty: a term to come is renewed here, after the import", ("renouvelé jusqu'au",)),
    *(column for field in PERSON.values() for column in field.columns),
    Column("manager", "yes for exactly one user", ("gestionnaire",), of_user=True),
    Column(
        "subscriber_number",
        "one that was given before and is kept; empty: a new one",
        ("numéro d'abonné", "n° d'abonné", "numéro abonné", "n° abonné"),
        of_user=True,
    ),
)
"""Every column that is read, in the order in which exports write them."""

BY_NAME = {column.name: column for column in COLUMNS}

ONLY_WRITTEN = frozenset({"seat_id", "added_on", "proof_due_on"})
"""Columns that the export of seats adds for a reader, which an import passes over without a word."""

_BY_HEADING = {folded(known): column for column in COLUMNS for known in (column.name, *column.headings)}


def column_of(heading: str) -> Column | None:
    """The column that a heading names, None for one that is not read."""
    return _BY_HEADING.get(folded(heading.replace("º", "°")))
