"""The columns of a table of subscribers: what each holds, and under which headings it is known.

The names are stable: exports write them. Headings compare without case, accents and signs.
"""

from dataclasses import dataclass

from capcom_gql.storage.engine.columns import folded


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `headings` are others under which it is known; `of_user` ones differ from line to line, the rest
    says the same on every line of an organisation, or is empty there.
    """

    name: str
    meaning: str
    headings: tuple[str, ...] = ()
    required: bool = False
    of_user: bool = False

    @property
    def offered(self) -> str:
        """How a file that lacks it is told: "manager (gestionnaire)"."""
        return f"{self.name} ({self.headings[0]})"


COLUMNS = (
    Column(
        "reference",
        "your own key of the organisation, kept so that a second run knows it again",
        ("référence", "référence client", "n° client", "numéro client", "code client", "organisation_id"),
    ),
    Column(
        "organisation",
        "its name",
        ("organisme", "nom de l'organisme", "nom organisme", "raison sociale", "collectivité", "structure"),
        required=True,
    ),
    Column("siret", "14 digits, with or without spaces; or empty", ("n° siret", "numéro siret")),
    Column("kind", "commune, hospital, ...", ("type", "type d'organisme", "catégorie")),
    Column("address", "its lines, each on a line of the cell", ("adresse", "adresse 1", "address 1", "address_1")),
    Column("address_2", "a further line", ("adresse 2", "complément d'adresse", "complément adresse")),
    Column("address_3", "a further line", ("adresse 3",)),
    Column("postal_code", "five digits in France; a lost leading 0 is restored", ("code postal", "CP")),
    Column("city", "its town", ("ville", "commune", "localité")),
    Column("country", "two letters; empty means FR", ("pays", "code pays")),
    Column(
        "billing_email",
        "where invoices go",
        ("e-mail de facturation", "email facturation", "courriel de facturation", "mail facturation"),
    ),
    Column(
        "chorus_service_code",
        "of the service that invoices go to",
        ("code service chorus", "code service", "service chorus"),
    ),
    Column(
        "chorus_engagement_required",
        "yes or no: whether invoices need a commitment number",
        ("engagement obligatoire", "n° d'engagement obligatoire", "engagement chorus"),
    ),
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
    Column(
        "email",
        "the user's address",
        ("e-mail", "mail", "courriel", "adresse e-mail", "adresse électronique", "adresse mail"),
        required=True,
        of_user=True,
    ),
    Column("given_name", "the user's", ("prénom",), required=True, of_user=True),
    Column("family_name", "the user's", ("nom", "nom de famille"), required=True, of_user=True),
    Column("job_title", "the user's", ("fonction", "poste"), of_user=True),
    Column("phone", "international, or national of the organisation's country", ("téléphone", "tél"), of_user=True),
    Column("locale", "fr or en; empty means fr", ("langue",), of_user=True),
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
ADDRESS = ("address", "address_2", "address_3")

ONLY_WRITTEN = frozenset({"seat_id", "added_on", "proof_due_on"})
"""Columns that the export of seats adds for a reader, which an import passes over without a word."""

_BY_HEADING = {folded(known): column for column in COLUMNS for known in (column.name, *column.headings)}


def column_of(heading: str) -> Column | None:
    """The column that a heading names, None for one that is not read."""
    return _BY_HEADING.get(folded(heading.replace("º", "°")))
