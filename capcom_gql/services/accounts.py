"""A person's account under its lock, which signing in, choosing a password and erasing take too; and its address."""

from capcom_gql import clock
from capcom_gql.domain.erasures import is_erased
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.refusals import Refusal, forbidden
from capcom_gql.domain.rights import Actor
from capcom_gql.domain.seats import address_key
from capcom_gql.storage.access import EmailChange, OneTimeLink
from capcom_gql.storage.models import Person
from capcom_gql.storage.post import Delivery

UNSENT = ("PENDING", "RETRYING", "HELD")
"""The states of a letter that may still go out."""


async def own_account(actor: Actor) -> Person:
    """The caller's own account, locked. In a transaction. Raises Refusal for one erased since the request came in."""
    person = await Person.filter(id=actor.person_id).select_for_update().get()
    if is_erased(person.id, person.email):
        raise Refusal(forbidden())
    return person


async def is_taken(person: Person, email: str) -> bool:
    """Whether an address is another person's (R24)."""
    return await Person.filter(email_key=address_key(email)).exclude(id=person.id).exists()


async def give_address(person: Person, email: str) -> None:
    """Give a locked account its new address. What leads in from the old one is over: unused links, other changes
    asked for; letters still to be sent go to the new one.
    """
    old = person.email
    person.email, person.email_key = email, address_key(email)
    await person.save(update_fields=["email", "email_key"])
    await OneTimeLink.filter(person_id=person.id, used_at__isnull=True).update(used_at=clock.utc_now())
    await EmailChange.filter(person_id=person.id, used_at__isnull=True).delete()
    waiting = Delivery.filter(person_id=person.id, recipient=old, state__in=UNSENT)
    # word of the change itself is for the old address
    await waiting.exclude(topic=Topic.EMAIL_CHANGE.value).update(recipient=email)
