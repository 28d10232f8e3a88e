"""Ask for no more surveys by mail, or for them again, by the link of such a letter, without a sign-in (R18).

It is the one letter that can be refused. What is refused is the letter: the survey itself stays open to whoever
signs in.
"""

from datetime import datetime
from enum import StrEnum

from capcom_gql.access.tokens import hash_token
from capcom_gql.domain.privacy import is_erased
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Person, UnsubscribeLink


class SurveyMail(StrEnum):
    """How the person of a link stands to surveys by mail."""

    NOBODYS = "NOBODYS"
    """the link is not one of ours, or its person was erased"""
    WELCOME = "WELCOME"
    REFUSED = "REFUSED"


async def surveys_by(token: str) -> SurveyMail:
    """How the person of a link stands to surveys; changes nothing."""
    link = await UnsubscribeLink.get_or_none(token_hash=hash_token(token)).select_related("person")
    if link is None:
        return SurveyMail.NOBODYS
    return SurveyMail.WELCOME if link.person.surveys_refused_at is None else SurveyMail.REFUSED


async def unsubscribe(token: str) -> SurveyMail:
    """Send the person of a link no more surveys; again is as once, and the first time is kept.

    Letters that wait to be sent are not. Returns REFUSED, or NOBODYS.
    """

    async def work() -> SurveyMail:
        person = await _person_of(token)
        if person is None:
            return SurveyMail.NOBODYS
        if person.surveys_refused_at is None:
            await _set(person, await product_now())
        return SurveyMail.REFUSED

    return await in_one_transaction(work)


async def resubscribe(token: str) -> SurveyMail:
    """Send the person of a link surveys again, from the next one on. Returns WELCOME, or NOBODYS."""

    async def work() -> SurveyMail:
        person = await _person_of(token)
        if person is None:
            return SurveyMail.NOBODYS
        await _set(person, None)
        return SurveyMail.WELCOME

    return await in_one_transaction(work)


async def _person_of(token: str) -> Person | None:
    """The person of a link, locked; None for one that is not ours."""
    link = await UnsubscribeLink.get_or_none(token_hash=hash_token(token))
    person = None if link is None else await Person.filter(id=link.person_id).select_for_update().get()
    # whoever was erased while their row was waited for has no links any more
    return None if person is None or is_erased(person.id, person.email) else person


async def _set(person: Person, refused_at: datetime | None) -> None:
    person.surveys_refused_at = refused_at
    await person.save(update_fields=["surveys_refused_at"])
