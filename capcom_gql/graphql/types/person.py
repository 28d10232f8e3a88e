"""People with an account."""

from typing import Self

import strawberry

from capcom_gql.forms.person import PERSON
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Ownership
from capcom_gql.graphql.scalars import EmailAddress, PhoneNumber
from capcom_gql.storage import tables

_ABOUT = {name: field.meaning for name, field in PERSON.items()}


@strawberry.type(description="An address for a channel beyond mail and phone.")
class Address:
    kind: str = strawberry.field(description="The kind of address, as the channel names it.")
    value: str = strawberry.field(description="The address itself.")


@strawberry.type(description="A person with an account; the same one in every organisation.")
class Person(Node):
    email: EmailAddress = strawberry.field(description=_ABOUT["email"])
    given_name: str = strawberry.field(description=_ABOUT["given_name"])
    family_name: str = strawberry.field(description=_ABOUT["family_name"])
    job_title: str | None = strawberry.field(description=_ABOUT["job_title"], default=None)
    phone: PhoneNumber | None = strawberry.field(description=_ABOUT["phone"], default=None)
    locale: str = strawberry.field(description=_ABOUT["locale"])
    addresses: list[Address] = strawberry.field(
        description="Addresses for channels beyond mail and phone; empty for those who may not read them.",
        default_factory=list,
    )
    ownership: strawberry.Private[Ownership]

    @classmethod
    def of(cls, row: tables.Person, ownership: Ownership) -> Self:
        """A person, as reached through a seat, or by themselves."""
        return cls(
            id=strawberry.ID(row.id),
            **{name: getattr(row, name) for name in PERSON},
            addresses=[Address(kind=each["kind"], value=each["value"]) for each in row.addresses],
            ownership=ownership,
        )
