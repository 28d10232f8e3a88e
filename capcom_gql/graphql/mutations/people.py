"""The mutations of one's own profile and e-mail address (R24), and of erasing a person, by staff (R23)."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, Payload
from capcom_gql.graphql.scalars import EmailAddress, PhoneNumber
from capcom_gql.graphql.types.person import Person
from capcom_gql.graphql.types.subjects import find_subject
from capcom_gql.languages.locales import CODES
from capcom_gql.services import change_email, confirm_email, update_profile
from capcom_gql.services.privacy import erase_person

_STAYS = "Left out, it stays unchanged"
_CLEARED = f"{_STAYS}; null clears it."


@strawberry.input(description="A further address, for channels of another kind than e-mail and phone.")
class AddressInput:
    kind: str = strawberry.field(
        description="The kind of address, as in `Notifier.addressKind`: lower case, at most 40 characters; not email, "
        "phone or url."
    )
    value: str = strawberry.field(description="The address itself, at most 320 characters.")


@strawberry.input(description="The fields of one's own profile to change; those left out stay unchanged.")
class UpdateProfileInput:
    given_name: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"The given name. {_STAYS}; it cannot be null."
    )
    family_name: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"The family name. {_STAYS}; it cannot be null."
    )
    job_title: str | None = strawberry.field(default=strawberry.UNSET, description=f"The job title. {_CLEARED}")
    phone: PhoneNumber | None = strawberry.field(
        default=strawberry.UNSET, description=f"The phone number for text messages, E.164. {_CLEARED}"
    )
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"The language of one's letters, {CODES}. {_STAYS}; it cannot be null."
    )
    addresses: list[AddressInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"All further addresses, one of a kind, 20 at most. {_STAYS}; null clears them all.",
    )


@strawberry.type(description="The payload of updateProfile.")
class UpdateProfilePayload(Payload):
    person: Person | None = strawberry.field(
        default=None, description="The caller, as they are now; null where refused."
    )


@strawberry.input(description="A new e-mail address for an account.")
class ChangeEmailInput:
    person_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="For staff: the id of the person whose address is changed at once. By default the caller requests "
        "a new address of their own.",
    )
    email: EmailAddress = strawberry.field(description="The new address.")


@strawberry.type(description="The payload of changeEmail.")
class ChangeEmailPayload(Payload):
    person: Person | None = strawberry.field(
        default=None,
        description="The person, with the former address until the link that is mailed to the new one is used; null "
        "where refused.",
    )


@strawberry.input(description="The confirmation of a new e-mail address by the link that was mailed to it.")
class ConfirmEmailInput:
    token: str = strawberry.field(description="The `token` parameter of the link.")


@strawberry.type(description="The payload of confirmEmail.")
class ConfirmEmailPayload(Payload):
    person: Person | None = strawberry.field(
        default=None,
        description="The person with the new address; null where refused, and for a caller who may not see them.",
    )


@strawberry.input(description="A person to erase; this cannot be undone.")
class ErasePersonInput:
    person_id: strawberry.ID = strawberry.field(description="The id of the person.")
    reason: str = strawberry.field(
        description="Why, at most 4,000 characters; it is kept, so it must not name the person."
    )


@strawberry.type(description="The payload of erasePerson.")
class ErasePersonPayload(Payload):
    erased: bool | None = strawberry.field(default=None, description="True where done; null where refused.")


@strawberry.type
class People:
    """The mutations of persons' data."""

    @resolved("Change one's own profile: names, job title, phone, language, further addresses.")
    async def update_profile(
        self, info: Info, input: Annotated[UpdateProfileInput, FORM]
    ) -> UpdateProfilePayload | None:
        context = info.context
        person_id = await update_profile.update_profile(context.actor, form_of(input, update_profile.UpdateProfileForm))
        return UpdateProfilePayload(person=await _visible(context, person_id))

    @resolved(
        "Request a new e-mail address: a link is mailed to it, which works once and for 24 hours, and a notice to the "
        "former one. The answer does not reveal whether somebody has the address. At most five requests a day. Staff "
        "change anyone's address at once, with `personId`."
    )
    async def change_email(self, info: Info, input: Annotated[ChangeEmailInput, FORM]) -> ChangeEmailPayload | None:
        context = info.context
        person_id = await change_email.change_email(
            context.runtime, context.actor, form_of(input, change_email.ChangeEmailForm)
        )
        return ChangeEmailPayload(person=await _visible(context, person_id))

    @resolved(
        "Confirm a new e-mail address with the link that was mailed to it; the person's unused links to choose a "
        "password no longer work. For everybody but API keys."
    )
    async def confirm_email(self, info: Info, input: Annotated[ConfirmEmailInput, FORM]) -> ConfirmEmailPayload | None:
        context = info.context
        person_id = await confirm_email.confirm_email(
            context.runtime, context.actor, form_of(input, confirm_email.ConfirmEmailForm)
        )
        return ConfirmEmailPayload(person=await _visible(context, person_id))

    @resolved(
        "Erase a person: their seats are removed, and their names, addresses and texts blanked everywhere. It cannot "
        "be undone. For staff and API keys with ADMIN."
    )
    async def erase_person(self, info: Info, input: Annotated[ErasePersonInput, FORM]) -> ErasePersonPayload | None:
        context = info.context
        await erase_person.erase_person(context.runtime, context.actor, form_of(input, erase_person.ErasePersonForm))
        return ErasePersonPayload(erased=True)


async def _visible(context: Context, person_id: str) -> Person | None:
    """The person with an id; None where the caller may not see them."""
    found = await find_subject(context, person_id)
    assert isinstance(found, Person | None), "the id is a person's"
    return found
