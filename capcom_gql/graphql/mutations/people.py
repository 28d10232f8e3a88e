"""One's own profile and address; and erasing a person, by staff."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM
from capcom_gql.graphql.mutations.payload import Payload
from capcom_gql.graphql.scalars import EmailAddress, PhoneNumber
from capcom_gql.graphql.types.person import Person
from capcom_gql.graphql.types.subjects import find_subject
from capcom_gql.languages.locales import CODES
from capcom_gql.services import change_email, confirm_email, update_profile
from capcom_gql.services.privacy import erase_person

_STAYS = "Left out, it stays as it is"
_CLEARED = f"{_STAYS}; null clears it."


@strawberry.input(description="An address for a channel beyond mail and phone.")
class AddressInput:
    kind: str = strawberry.field(
        description="The kind of address, as the channel names it: a short lower-case name, not email, phone or url."
    )
    value: str = strawberry.field(description="The address itself.")


@strawberry.input(description="What is to change in one's own profile; what is left out stays as it is.")
class UpdateProfileInput:
    given_name: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"The given name. {_STAYS}; it cannot be null."
    )
    family_name: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"The family name. {_STAYS}; it cannot be null."
    )
    job_title: str | None = strawberry.field(default=strawberry.UNSET, description=f"What one does. {_CLEARED}")
    phone: PhoneNumber | None = strawberry.field(
        default=strawberry.UNSET, description=f"The telephone for text messages, E.164. {_CLEARED}"
    )
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"The language of one's letters, {CODES}. {_STAYS}; it cannot be null."
    )
    addresses: list[AddressInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"All addresses for channels beyond mail and phone, one of a kind. {_STAYS}; null clears them all.",
    )


@strawberry.type(description="The answer of updateProfile.")
class UpdateProfilePayload(Payload):
    person: Person | None = strawberry.field(default=None, description="The caller, as they are now; null if refused.")


@strawberry.input(description="A new address for an account.")
class ChangeEmailInput:
    person_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose address staff give, at once; by default it is the caller who asks for a new one.",
    )
    email: EmailAddress = strawberry.field(description="The new address.")


@strawberry.type(description="The answer of changeEmail.")
class ChangeEmailPayload(Payload):
    person: Person | None = strawberry.field(
        default=None,
        description="The person, with the address of before until the link sent to the new one is used; "
        "null where refused.",
    )


@strawberry.input(description="A new address, confirmed by the one-time link that was sent to it.")
class ConfirmEmailInput:
    token: str = strawberry.field(description="The token in the link.")


@strawberry.type(description="The answer of confirmEmail.")
class ConfirmEmailPayload(Payload):
    person: Person | None = strawberry.field(
        default=None, description="The person with the new address, for a caller who may see them; null otherwise."
    )


@strawberry.input(description="A person to erase, for good.")
class ErasePersonInput:
    person_id: strawberry.ID = strawberry.field(description="The person's id.")
    reason: str = strawberry.field(description="Why, in words that do not name the person: they are kept.")


@strawberry.type(description="The answer of erasePerson.")
class ErasePersonPayload(Payload):
    erased: bool | None = strawberry.field(default=None, description="True once done; null where refused.")


@strawberry.type
class People:
    """The mutations of people's own data."""

    @resolved("Change one's own profile: names, job title, phone, language, further addresses.")
    async def update_profile(
        self, info: Info, input: Annotated[UpdateProfileInput, FORM]
    ) -> UpdateProfilePayload | None:
        context = info.context
        person_id = await update_profile.update_profile(context.actor, form_of(input, update_profile.UpdateProfileForm))
        return UpdateProfilePayload(person=await _visible(context, person_id))

    @resolved(
        "Ask for a new address: it gets a link, and is yours once that is used; the old one is told. The answer never "
        "tells whether the address is another's. Staff change anyone's at once, by their id."
    )
    async def change_email(self, info: Info, input: Annotated[ChangeEmailInput, FORM]) -> ChangeEmailPayload | None:
        context = info.context
        person_id = await change_email.change_email(
            context.runtime, context.actor, form_of(input, change_email.ChangeEmailForm), context.rate_limits
        )
        return ChangeEmailPayload(person=await _visible(context, person_id))

    @resolved("Confirm a new address by the link that was sent to it; unused links of the person end.")
    async def confirm_email(self, info: Info, input: Annotated[ConfirmEmailInput, FORM]) -> ConfirmEmailPayload | None:
        context = info.context
        person_id = await confirm_email.confirm_email(
            context.runtime, context.actor, form_of(input, confirm_email.ConfirmEmailForm)
        )
        return ConfirmEmailPayload(person=await _visible(context, person_id))

    @resolved(
        "Erase a person: their seats end, their names, addresses and words are blanked everywhere. Cannot be undone."
    )
    async def erase_person(self, info: Info, input: Annotated[ErasePersonInput, FORM]) -> ErasePersonPayload | None:
        context = info.context
        await erase_person.erase_person(context.runtime, context.actor, form_of(input, erase_person.ErasePersonForm))
        return ErasePersonPayload(erased=True)


async def _visible(context: Context, person_id: str) -> Person | None:
    """The person, where the caller may see them."""
    found = await find_subject(context, person_id)
    assert isinstance(found, Person | None), "the id is a person's"
    return found
