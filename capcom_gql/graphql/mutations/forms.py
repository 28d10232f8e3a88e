"""Forms that mutations of several areas take. What they hold is the commands' to check (see `form_of`)."""

import strawberry

from capcom_gql.graphql.scalars import EmailAddress, PhoneNumber

FORM = strawberry.argument(description="The form.")
KEY = (
    "A text of the client's making: sent again with the same input, it replays what was done instead of doing it twice."
)
SUBSCRIPTION_ID = "The subscription's id."


@strawberry.input(
    description="A person, as a form gives them. A known address is that person's, and changes nothing of theirs."
)
class PersonInput:
    email: EmailAddress = strawberry.field(description="The address they sign in and are written to with.")
    given_name: str = strawberry.field(description="The given name.")
    family_name: str = strawberry.field(description="The family name.")
    job_title: str | None = strawberry.field(default=strawberry.UNSET, description="What they do.")
    phone: PhoneNumber | None = strawberry.field(default=strawberry.UNSET, description="Their telephone, E.164.")
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description="The language of their letters, fr or en; by default that of the request."
    )


@strawberry.input(description="An organisation, as a form gives it.")
class OrganisationInput:
    name: str = strawberry.field(description="The official name.")
    siret: str | None = strawberry.field(default=strawberry.UNSET, description="The SIRET, 14 digits.")
    kind: str | None = strawberry.field(default=strawberry.UNSET, description="What it is: town, county, hospital...")
    address_lines: list[str] = strawberry.field(description="The postal address, line by line.")
    postal_code: str | None = strawberry.field(default=strawberry.UNSET, description="The postal code.")
    city: str | None = strawberry.field(default=strawberry.UNSET, description="The city.")
    country: str | None = strawberry.field(default="FR", description="The country, ISO 3166-1: two letters.")
    billing_email: EmailAddress | None = strawberry.field(default=strawberry.UNSET, description="Where invoices go.")
    chorus_service_code: str | None = strawberry.field(
        default=strawberry.UNSET, description="The service code for invoices by Chorus Pro."
    )
    chorus_engagement_required: bool | None = strawberry.field(
        default=False, description="Whether Chorus Pro wants an order number."
    )
