"""The types of persons and of their further addresses (R5)."""

from typing import Self

import strawberry

from capcom_gql.forms.person import PERSON
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Ownership
from capcom_gql.graphql.scalars import EmailAddress, PhoneNumber
from capcom_gql.languages.locales import CODES
from capcom_gql.storage import tables

_ABOUT = {name: field.meaning for name, field in PERSON.items()}


@strawberry.type(description="A further address of a person, for channels of another kind than e-mail and phone.")
class Address:
    kind: str = strawberry.field(description="The kind of address, as in `Notifier.addressKind`.")
    value: str = strawberry.field(description="The address itself.")


@strawberry.input(
    description="A person in a form. Where somebody has an account with the address, they are meant, and their profile "
    "stays unchanged."
)
class PersonInput:
    email: EmailAddress = strawberry.field(description=_ABOUT["email"])
    given_name: str = strawberry.field(description=_ABOUT["given_name"])
    family_name: str = strawberry.field(description=_ABOUT["family_name"])
    job_title: str | None = strawberry.field(default=strawberry.UNSET, description=_ABOUT["job_title"])
    phone: PhoneNumber | None = strawberry.field(default=strawberry.UNSET, description=_ABOUT["phone"])
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"The language of their letters, {CODES}; by default that of the request."
    )


@strawberry.type(
    description="A person with an account; the same object in every organisation. Job title, phone and further "
    "addresses are for the person and staff only: an organisation lists people without asking them."
)
class Person(Node):
    email: EmailAddress = strawberry.field(description=_ABOUT["email"])
    given_name: str = strawberry.field(description=_ABOUT["given_name"])
    family_name: str = strawberry.field(description=_ABOUT["family_name"])
    job_title: str | None = strawberry.field(description=_ABOUT["job_title"], default=None)
    phone: PhoneNumber | None = strawberry.field(description=_ABOUT["phone"], default=None)
    locale: str = strawberry.field(description=_ABOUT["locale"])
    addresses: list[Address] = strawberry.field(
        description="Further addresses, for channels of other kinds; empty for a caller who may not read them.",
        default_factory=list,
    )
    ownership: strawberry.Private[Ownership]

    @classmethod
    def of(cls, row: tables.Person, ownership: Ownership) -> Self:
        """The person of a row; `ownership` says whose they are to the caller: their own, or of which organisations."""
        return cls(
            id=strawberry.ID(row.id),
            **{name: getattr(row, name) for name in PERSON},
            addresses=[Address(kind=each["kind"], value=each["value"]) for each in row.addresses],
            ownership=ownership,
        )
