"""What mutations take: forms as clients send them, turned into the deeds' own. Their syntax is the deeds' to judge."""

from datetime import date, datetime

import strawberry

from capcom_gql.graphql.enums import EventKind, PaymentProofKind, Scope
from capcom_gql.graphql.fields import given
from capcom_gql.graphql.scalars import EmailAddress, PhoneNumber
from capcom_gql.services import (
    add_seats,
    choose_password,
    create_api_key,
    record_payment_proof,
    redeem_discount,
    release_discount,
    remove_seat,
    request_password,
    revoke_api_key,
    sign_in,
    subscribe,
)
from capcom_gql.services.forms import OrganisationForm, PersonForm

_KEY = (
    "A text of the client's making: sent again with the same input, it replays what was done instead of doing it twice."
)
_SUBSCRIPTION = "The subscription's id."


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


def _persons(users: list[PersonInput]) -> tuple[PersonForm, ...]:
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


@strawberry.input(description="A sign-up, or the reopening of a subscription that is over.")
class SubscribeInput:
    organisation_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A known organisation, to reopen its subscription."
    )
    organisation: OrganisationInput = strawberry.field(
        description="The organisation. It never changes what is recorded of a known one."
    )
    plan_code: str = strawberry.field(description="The code of an open plan.")
    users: list[PersonInput] = strawberry.field(description="The users, the manager among them.")
    manager_email: EmailAddress = strawberry.field(description="Which of the users administers the list.")
    signer: PersonInput | None = strawberry.field(
        default=strawberry.UNSET, description="Who signs up, where nobody is signed in; perhaps one of the users."
    )
    accepted_terms_version: str = strawberry.field(description="The version of the terms of use that is accepted.")
    idempotency_key: str = strawberry.field(description=_KEY)

    def form(self) -> subscribe.SubscribeInput:
        """The sign-up as the deed takes it."""
        signer = given(self.signer)
        return subscribe.SubscribeInput(
            plan_code=self.plan_code,
            users=_persons(self.users),
            manager_email=self.manager_email,
            accepted_terms_version=self.accepted_terms_version,
            idempotency_key=self.idempotency_key,
            organisation=self.organisation.form(),
            organisation_id=given(self.organisation_id),
            signer=None if signer is None else signer.form(),
        )


@strawberry.input(description="Users to add to a live subscription: all of them, or none.")
class AddSeatsInput:
    subscription_id: strawberry.ID = strawberry.field(description=_SUBSCRIPTION)
    users: list[PersonInput] = strawberry.field(description="The users to add.")
    idempotency_key: str = strawberry.field(description=_KEY)

    def form(self) -> add_seats.AddSeatsInput:
        """The addition as the deed takes it."""
        return add_seats.AddSeatsInput(str(self.subscription_id), _persons(self.users), self.idempotency_key)


@strawberry.input(description="A user to remove. The number is dead for good.")
class RemoveSeatInput:
    seat_id: strawberry.ID = strawberry.field(description="The seat's id.")

    def form(self) -> remove_seat.RemoveSeatInput:
        """The removal as the deed takes it."""
        return remove_seat.RemoveSeatInput(str(self.seat_id))


@strawberry.input(description="A payment proof that arrived.")
class RecordPaymentProofInput:
    subscription_id: strawberry.ID = strawberry.field(description=_SUBSCRIPTION)
    term_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Its term; by default the first that awaits its proof."
    )
    kind: PaymentProofKind = strawberry.field(description="What arrived.")
    reference: str = strawberry.field(description="What is written on it: the number of the order, of the cheque.")
    received_on: date = strawberry.field(
        description="The day on which it arrived, in the operator's time zone; not in the future."
    )
    idempotency_key: str = strawberry.field(description=_KEY)

    def form(self) -> record_payment_proof.RecordPaymentProofInput:
        """The proof as the deed takes it."""
        return record_payment_proof.RecordPaymentProofInput(
            subscription_id=str(self.subscription_id),
            kind=self.kind.value,
            reference=self.reference,
            received_on=self.received_on,
            idempotency_key=self.idempotency_key,
            term_id=given(self.term_id),
        )


@strawberry.input(description="A registration, at its full price, by the holder of a number.")
class RedeemDiscountInput:
    subscriber_number: str = strawberry.field(description="The number, with or without CP, spaces, hyphens or dots.")
    event_kind: EventKind = strawberry.field(description="The kind of event.")
    event_reference: str = strawberry.field(description="The event, named alike by every system that redeems.")
    registration_reference: str = strawberry.field(description="The registration, as this system names it.")
    price_minor: int = strawberry.field(description="The full price, in the currency's minor unit (cents for EUR).")
    email: EmailAddress | None = strawberry.field(
        default=strawberry.UNSET, description="When given, it must be the holder's."
    )
    idempotency_key: str = strawberry.field(description=_KEY)

    def form(self) -> redeem_discount.RedeemDiscountInput:
        """The registration as the deed takes it."""
        return redeem_discount.RedeemDiscountInput(
            subscriber_number=self.subscriber_number,
            event_kind=self.event_kind,
            event_reference=self.event_reference,
            registration_reference=self.registration_reference,
            price_minor=self.price_minor,
            idempotency_key=self.idempotency_key,
            email=given(self.email),
        )


@strawberry.input(description="A redemption to give back.")
class ReleaseDiscountInput:
    redemption_id: strawberry.ID = strawberry.field(description="The redemption's id.")

    def form(self) -> release_discount.ReleaseDiscountInput:
        """The release as the deed takes it."""
        return release_discount.ReleaseDiscountInput(str(self.redemption_id))


@strawberry.input(description="A person who signs in.")
class SignInInput:
    email: EmailAddress = strawberry.field(description="Their address.")
    password: str = strawberry.field(description="Their password.")

    def form(self) -> sign_in.SignInInput:
        """The sign-in as the deed takes it."""
        return sign_in.SignInInput(self.email, self.password)


@strawberry.input(description="Who wants a link to choose a password.")
class RequestPasswordInput:
    email: EmailAddress = strawberry.field(description="Their address.")

    def form(self) -> request_password.RequestPasswordInput:
        """The request as the deed takes it."""
        return request_password.RequestPasswordInput(self.email)


@strawberry.input(description="A password, chosen by a one-time link.")
class ChoosePasswordInput:
    token: str = strawberry.field(description="The token in the link.")
    password: str = strawberry.field(description="The password: 15 characters or more, a sentence does very well.")

    def form(self) -> choose_password.ChoosePasswordInput:
        """The choice as the deed takes it."""
        return choose_password.ChoosePasswordInput(self.token, self.password)


@strawberry.input(description="A key to make for a machine.")
class CreateApiKeyInput:
    name: str = strawberry.field(description="What it is for, as people will recognise it.")
    scopes: list[Scope] = strawberry.field(description="What it may do.")
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="From when on it no longer works; none for no end."
    )

    def form(self) -> create_api_key.CreateApiKeyInput:
        """The key as the deed takes it."""
        return create_api_key.CreateApiKeyInput(self.name, tuple(self.scopes), given(self.expires_at))


@strawberry.input(description="A key to revoke.")
class RevokeApiKeyInput:
    api_key_id: strawberry.ID = strawberry.field(description="The key's id.")

    def form(self) -> revoke_api_key.RevokeApiKeyInput:
        """The revocation as the deed takes it."""
        return revoke_api_key.RevokeApiKeyInput(str(self.api_key_id))
