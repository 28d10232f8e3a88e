"""People with an account."""

from typing import Self

import strawberry

from capcom_gql.graphql.node import Node
from capcom_gql.graphql.ownership import Ownership
from capcom_gql.graphql.scalars import EmailAddress, PhoneNumber
from capcom_gql.storage import tables


@strawberry.type(description="An address for a channel beyond mail and phone.")
class Address:
    kind: str = strawberry.field(description="The kind of address, as the channel names it.")
    value: str = strawberry.field(description="The address itself.")


@strawberry.type(description="A person with an account; the same one in every organisation.")
class Person(Node):
    email: EmailAddress = strawberry.field(description="The address that they sign in and are written to with.")
    given_name: str = strawberry.field(description="The given name.")
    family_name: str = strawberry.field(description="The family name.")
    job_title: str | None = strawberry.field(description="What they do in their organisation.", default=None)
    phone: PhoneNumber | None = strawberry.field(description="Their telephone, for text messages.", default=None)
    locale: str = strawberry.field(description="The language of their letters: fr or en.")
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
            email=EmailAddress(row.email),
            given_name=row.given_name,
            family_name=row.family_name,
            job_title=row.job_title,
            phone=None if row.phone is None else PhoneNumber(row.phone),
            locale=row.locale,
            addresses=[Address(kind=each["kind"], value=each["value"]) for each in row.addresses],
            ownership=ownership,
        )
