"""Input types that mutations of several areas share; the commands check what they contain."""

import strawberry

from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.forms.person import PERSON
from capcom_gql.graphql.scalars import EmailAddress, PhoneNumber
from capcom_gql.languages.locales import CODES

FORM = strawberry.argument(description="The form.")
"""The one argument of every mutation."""
KEY = (
    "A text that the client chooses, at most 200 characters. The same key with the same input, sent again within 24 "
    "hours, repeats the answer and does nothing."
)
"""The description of every idempotency key."""
SUBSCRIPTION_ID = "The id of the subscription."
"""The description of every subscriptionId."""

_ORGANISATION = {name: field.meaning for name, field in ORGANISATION.items()}
_PERSON = {name: field.meaning for name, field in PERSON.items()}


@strawberry.input(
    description="A person in a form. Where somebody has an account with the address, they are meant, and their profile "
    "stays unchanged."
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


@strawberry.input(description="The data of an organisation.")
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
