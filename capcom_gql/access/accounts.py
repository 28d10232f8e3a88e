"""Persons' accounts: found by their address or created, and locked while they change (R5, R24)."""

from collections.abc import Sequence
from datetime import datetime

from capcom_gql import clock
from capcom_gql.domain.letters import UNSENT, Topic
from capcom_gql.domain.privacy import is_erased
from capcom_gql.domain.refusals import Refusal, forbidden
from capcom_gql.domain.rights import Actor
from capcom_gql.domain.seats import address_key
from capcom_gql.forms import PersonForm
from capcom_gql.forms.person import PERSON
from capcom_gql.storage import ids
from capcom_gql.storage.tables import Delivery, EmailChange, OneTimeLink, Person


async def find_or_create(form: PersonForm, now: datetime) -> Person:
    """The person with the address of a form, created where nobody has it. In a transaction; the row is locked.

    `form` is in its normal form (`forms.read_person`); it never changes an existing profile (R5). `now` is of the
    product's clock. Raises IntegrityError where another transaction has just created the person: `in_one_transaction`
    then runs the work again.
    """
    (person,) = await find_or_create_all([form], now)
    return person


async def find_or_create_all(people: Sequence[PersonForm], now: datetime) -> list[Person]:
    """The persons of a list, in its order, found, created and locked as `find_or_create` does for one.

    Of two forms with one address the first counts. Raises IntegrityError as `find_or_create` does. They are looked up
    and created in the order of their addresses, so that two lists with the same new persons wait for each other instead
    of deadlocking.
    """
    keys = [address_key(form.email) for form in people]
    # locked, so that nobody is given a seat or a letter while being erased
    known = Person.filter(email_key__in=sorted(set(keys))).order_by("email_key").select_for_update()
    found = {person.email_key: person for person in await known}
    # of two forms with one address the first counts
    forms = dict(reversed(list(zip(keys, people, strict=True))))
    missing = {key: _new_person(key, form, now) for key, form in forms.items() if key not in found}
    if missing:
        await Person.bulk_create([missing[key] for key in sorted(missing)])
        found |= {person.email_key: person for person in await Person.filter(email_key__in=sorted(missing))}
    return [found[key] for key in keys]


def _new_person(key: str, form: PersonForm, now: datetime) -> Person:
    return Person(
        id=ids.new_id(ids.PERSON),
        email_key=key,
        created_at=now,
        **{name: getattr(form, name) for name in PERSON},
    )


async def lock_own_account(actor: Actor) -> Person:
    """The caller's own account, its row locked. In a transaction.

    Raises Refusal (FORBIDDEN) where it was erased after the request came in.
    """
    person = await Person.filter(id=actor.person_id).select_for_update().get()
    if is_erased(person.id, person.email):
        raise Refusal(forbidden())
    return person


async def is_address_taken(person: Person, email: str) -> bool:
    """Whether a person other than `person` has an e-mail address (R24)."""
    return await Person.filter(email_key=address_key(email)).exclude(id=person.id).exists()


async def change_address(person: Person, email: str) -> None:
    """Change the e-mail address of a locked account (R24).

    In a transaction. Unused links to choose a password and requested changes of address no longer work. Letters to the
    old address that are still to be sent go to the new one, except those about a change of address. Raises
    IntegrityError where another person has the address.
    """
    old = person.email
    person.email, person.email_key = email, address_key(email)
    await person.save(update_fields=["email", "email_key"])
    await OneTimeLink.filter(person_id=person.id, used_at__isnull=True).update(used_at=clock.utc_now())
    await EmailChange.filter(person_id=person.id, used_at__isnull=True).delete()
    waiting = Delivery.filter(person_id=person.id, recipient=old, state__in=UNSENT)
    # the notice of the change itself is meant for the old address
    await waiting.exclude(topic=Topic.EMAIL_CHANGE.value).update(recipient=email)
