"""Forms: their fields, each described once, and how they are read into normal values or faults."""

from capcom_gql.forms.kinds import MAX_EMAIL, MAX_MESSAGE, MAX_NAME, Email, RequiredText, Text, compared
from capcom_gql.forms.organisation import OrganisationForm, read_organisation
from capcom_gql.forms.person import MAX_USERS, PersonForm, read_person, read_users
from capcom_gql.forms.reading import UNCHANGED, Path, Read, TextOrUnchanged, Unchanged

MAX_PRICE_MINOR = 100_000_000
"""Minor units of the currency: the largest price that a form may give."""

__all__ = [
    "MAX_EMAIL",
    "MAX_MESSAGE",
    "MAX_NAME",
    "MAX_PRICE_MINOR",
    "MAX_USERS",
    "UNCHANGED",
    "Email",
    "OrganisationForm",
    "Path",
    "PersonForm",
    "Read",
    "RequiredText",
    "Text",
    "TextOrUnchanged",
    "Unchanged",
    "compared",
    "read_organisation",
    "read_person",
    "read_users",
]
