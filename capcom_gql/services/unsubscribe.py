"""Ask for no more surveys by mail, or for them again, by the link of such a letter, without a sign-in (R18).

It is the one letter that can be refused. What is refused is the letter: the survey itself stays open to whoever
signs in.
"""

from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from capcom_gql import clock
from capcom_gql.domain.erasures import is_erased
from capcom_gql.services.suppressed import Suppressed
from capcom_gql.services.tokens import hashed, new_link_token
from capcom_gql.storage.access import UnsubscribeLink
from capcom_gql.storage.database import in_one_transaction
from capcom_gql.storage.models import Person
from capcom_gql.storage.product_clock import product_now


class Surveys(StrEnum):
    """How the person of a link stands to surveys by mail."""

    NOBODYS = "NOBODYS"
    """the link is not one of ours, or its person was erased"""
    WELCOME = "WELCOME"
    REFUSED = "REFUSED"


async def mint_unsubscribe_link(public_url: str, person: Person) -> str:
    """The address at which a person may refuse further surveys, with a new token, good for as long as they are known.

    Raises Suppressed for a person who has refused them, or was erased meanwhile.
    """
    token = new_link_token()

    async def work() -> None:
        # under the lock that erasing and refusing take: neither is overlooked by a letter that is on its way
        known = await Person.filter(id=person.id).select_for_update().get()
        if is_erased(known.id, known.email):
            raise Suppressed("the person was erased before the letter was sent")
        if known.surveys_refused_at is not None:
            raise Suppressed("the person asked for no surveys by mail")
        await UnsubscribeLink.create(token_hash=hashed(token), person=known, created_at=clock.utc_now())

    await in_one_transaction(work)
    return f"{public_url}/unsubscribe?{urlencode({'token': token})}"


async def surveys_by(token: str) -> Surveys:
    """How the person of a link stands to surveys; changes nothing."""
    link = await UnsubscribeLink.get_or_none(token_hash=hashed(token)).select_related("person")
    if link is None:
        return Surveys.NOBODYS
    return Surveys.WELCOME if link.person.surveys_refused_at is None else Surveys.REFUSED


async def unsubscribe(token: str) -> Surveys:
    """Send the person of a link no more surveys; again is as once, and the first time is kept.

    Letters that wait to be sent are not. Returns REFUSED, or NOBODYS.
    """

    async def work() -> Surveys:
        person = await _person_of(token)
        if person is None:
            return Surveys.NOBODYS
        if person.surveys_refused_at is None:
            await _set(person, await product_now())
        return Surveys.REFUSED

    return await in_one_transaction(work)


async def resubscribe(token: str) -> Surveys:
    """Send the person of a link surveys again, from the next one on. Returns WELCOME, or NOBODYS."""

    async def work() -> Surveys:
        person = await _person_of(token)
        if person is None:
            return Surveys.NOBODYS
        await _set(person, None)
        return Surveys.WELCOME

    return await in_one_transaction(work)


async def _person_of(token: str) -> Person | None:
    """The person of a link, locked; None for one that is not ours."""
    link = await UnsubscribeLink.get_or_none(token_hash=hashed(token))
    person = None if link is None else await Person.filter(id=link.person_id).select_for_update().get()
    # whoever was erased while their row was waited for has no links any more
    return None if person is None or is_erased(person.id, person.email) else person


async def _set(person: Person, refused_at: datetime | None) -> None:
    person.surveys_refused_at = refused_at
    await person.save(update_fields=["surveys_refused_at"])
