"""One of the operator's staff, made from inside, as `capcom staff add` does."""

from capcom_gql import clock
from capcom_gql.storage.ids import PERSON, new_id
from capcom_gql.storage.tables import Person


async def staff_member(name: str = "staff", locale: str = "fr") -> Person:
    """Sam Staff, at the name's address; in the database that is open."""
    address = f"{name}@capcom.example"
    return await Person.create(
        id=new_id(PERSON),
        email=address,
        email_key=address,
        given_name="Sam",
        family_name="Staff",
        locale=locale,
        is_staff=True,
        created_at=clock.utc_now(),
    )
