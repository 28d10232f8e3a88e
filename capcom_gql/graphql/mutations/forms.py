"""Forms that mutations of several areas take, turned into the deeds' own. Their syntax is the deeds' to judge."""

import strawberry

from capcom_gql.forms import OrganisationForm, PersonForm
from capcom_gql.graphql.fields import given
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

    def form(self) -> PersonForm:
        """The person as deeds take them."""
        return PersonForm(
            email=self.email,
            given_name=self.given_name,
            family_name=self.family_name,
            job_title=given(self.job_title),
            phone=given(self.phone),
            locale=given(self.locale),
        )


def persons_of(users: list[PersonInput]) -> tuple[PersonForm, ...]:
    """The persons as deeds take them, in the order of the form."""
    return tuple(user.form() for user in users)


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

    def form(self) -> OrganisationForm:
        """The organisation as deeds take it; a null where there is a default means the default."""
        return OrganisationForm(
            name=self.name,
            siret=given(self.siret),
            kind=given(self.kind),
            address_lines=tuple(self.address_lines),
            postal_code=given(self.postal_code),
            city=given(self.city),
            country="FR" if self.country is None else self.country,
            billing_email=given(self.billing_email),
            chorus_service_code=given(self.chorus_service_code),
            chorus_engagement_required=bool(self.chorus_engagement_required),
        )
