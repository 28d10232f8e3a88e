"""Refuse further surveys by mail, or accept them again, by the link in such a mail, without signing in (R18).

Only the mail is refused: the survey itself stays open to its holder, signed in.
"""

from datetime import datetime
from enum import StrEnum

from capcom_gql.access.tokens import hash_token
from capcom_gql.domain.privacy import is_erased
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Person, UnsubscribeLink


class SurveyMail(StrEnum):
    """Whether the person of a link gets surveys by mail."""

    UNKNOWN_LINK = "UNKNOWN_LINK"
    """the token is unknown, or its person was erased"""
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


async def survey_mail_of(token: str) -> SurveyMail:
    """Whether the person of a link gets surveys by mail; a read that changes nothing."""
    link = await UnsubscribeLink.get_or_none(token_hash=hash_token(token)).select_related("person")
    if link is None:
        return SurveyMail.UNKNOWN_LINK
    return SurveyMail.ACCEPTED if link.person.surveys_refused_at is None else SurveyMail.REFUSED


async def unsubscribe(token: str) -> SurveyMail:
    """Send the person of a link no further surveys, nor those that wait to be sent. Idempotent.

    Returns REFUSED or UNKNOWN_LINK. The instant of the first refusal is kept.
    """

    async def work() -> SurveyMail:
        person = await _person_of(token)
        if person is None:
            return SurveyMail.UNKNOWN_LINK
        if person.surveys_refused_at is None:
            await _set(person, await product_now())
        return SurveyMail.REFUSED

    return await in_one_transaction(work)


async def resubscribe(token: str) -> SurveyMail:
    """Send the person of a link surveys again, from the next one on. Returns ACCEPTED or UNKNOWN_LINK. Idempotent."""

    async def work() -> SurveyMail:
        person = await _person_of(token)
        if person is None:
            return SurveyMail.UNKNOWN_LINK
        await _set(person, None)
        return SurveyMail.ACCEPTED

    return await in_one_transaction(work)


async def _person_of(token: str) -> Person | None:
    """The person of a link, locked; None for an unknown link or an erased person."""
    link = await UnsubscribeLink.get_or_none(token_hash=hash_token(token))
    person = None if link is None else await Person.filter(id=link.person_id).select_for_update().get()
    # the person may have been erased while this transaction waited for the lock
    return None if person is None or is_erased(person.id, person.email) else person


async def _set(person: Person, refused_at: datetime | None) -> None:
    person.surveys_refused_at = refused_at
    await person.save(update_fields=["surveys_refused_at"])
