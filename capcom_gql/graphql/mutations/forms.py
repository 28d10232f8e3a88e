"""Forms that mutations of several areas take. What they hold is the commands' to check (see `form_of`)."""

import strawberry

from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.forms.person import PERSON
from capcom_gql.graphql.scalars import EmailAddress, PhoneNumber
from capcom_gql.languages.locales import CODES

FORM = strawberry.argument(description="The form.")
KEY = (
    "A text of the client's making: sent again with the same input, it replays what was done instead of doing it twice."
)
SUBSCRIPTION_ID = "The subscription's id."

_ORGANISATION = {name: field.meaning for name, field in ORGANISATION.items()}
_PERSON = {name: field.meaning for name, field in PERSON.items()}


@strawberry.input(
    description="A person, as a form gives them. A known address is that person's, and changes nothing of theirs."
)
class PersonInput:
    email: EmailAddress = strawberry.field(description=_PERSON["email"])
    given_name: str = strawberry.field(description=_PERSON["given_name"])
    family_name: str = strawberry.field(description=_PERSON["family_name"])
    job_title: str | None = strawberry.field(default=strawberry.UNSET, description=_PERSON["job_title"])
    phone: PhoneNumber | None = strawberry.field(default=strawberry.UNSET, description=_PERSON["phone"])
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"The language of their letters, {CODES}; by default that of the request."
    )


@strawberry.input(description="An organisation, as a form gives it.")
class OrganisationInput:
    name: str = strawberry.field(description=_ORGANISATION["name"])
    siret: str | None = strawberry.field(default=strawberry.UNSET, description=_ORGANISATION["siret"])
    kind: str | None = strawberry.field(default=strawberry.UNSET, description=_ORGANISATION["kind"])
    address_lines: list[str] = strawberry.field(description=_ORGANISATION["address_lines"])
    postal_code: str | None = strawberry.field(default=strawberry.UNSET, description=_ORGANISATION["postal_code"])
    city: str | None = strawberry.field(default=strawberry.UNSET, description=_ORGANISATION["city"])
    country: str | None = strawberry.field(default="FR", description=_ORGANISATION["country"])
    billing_email: EmailAddress | None = strawberry.field(
        default=strawberry.UNSET, description=_ORGANISATION["billing_email"]
    )
    chorus_service_code: str | None = strawberry.field(
        default=strawberry.UNSET, description=_ORGANISATION["chorus_service_code"]
    )
    chorus_engagement_required: bool | None = strawberry.field(
        default=False, description=_ORGANISATION["chorus_engagement_required"]
    )
