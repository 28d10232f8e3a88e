"""The notes of events that a person wrote or that name the person, for erasure and export (R21, R23)."""

import re

from capcom_gql.storage.engine.columns import folded
from capcom_gql.storage.engine.database import rows
from capcom_gql.storage.tables import Note, Person

SIGNIFICANT_DIGITS = 8
"""The last digits of a phone number by which it is found, with or without its country code."""

_OWN = "DELETE FROM note WHERE event_id IN (SELECT id FROM event WHERE actor_id = $1)"
# about the person, or about an organisation in which they ever had a seat
_NEAR = """
    SELECT note.event_id, note.text FROM note JOIN event ON event.id = note.event_id
    WHERE event.subject_id = $1
        OR event.subject_id IN (SELECT id FROM seat WHERE person_id = $1)
        OR event.organisation_id IN (
            SELECT organisation_id FROM subscription
            WHERE id IN (SELECT subscription_id FROM seat WHERE person_id = $1)
        )
"""


async def erase_notes(person: Person) -> None:
    """Delete the notes that a person wrote, and those that name them.

    In the transaction of the erasure, before anything else is blanked.
    """
    await rows(_OWN, [person.id])
    if naming := await find_notes_naming(person):
        await Note.filter(event_id__in=list(naming)).delete()


async def find_notes_naming(person: Person) -> dict[str, str]:
    """The notes that contain a person's name, phone number, or an address that they have or had, by event id.

    Searched are the notes of events about the person, their seats, and the organisations in which they had a seat.
    """
    pattern = await naming_pattern(person)
    found = {row["event_id"]: row["text"] for row in await rows(_NEAR, [person.id])}
    return {event_id: text for event_id, text in found.items() if pattern.search(folded(text))}


async def naming_pattern(person: Person, *, in_full: bool = False) -> re.Pattern[str]:
    """A pattern that finds a person's names, addresses and phone number in folded text (`columns.folded`).

    They are found as whole words: "Petit" is not in "petitement". `in_full` looks for given and family name together,
    as letters write them, since other people may have one of them.
    """
    reached = await rows("SELECT DISTINCT recipient FROM delivery WHERE person_id = $1", [person.id])
    addresses = [str(each["value"]) for each in person.addresses] + [row["recipient"] for row in reached]
    names = [person.given_name, person.family_name]
    texts = [folded(text) for text in ([" ".join(names)] if in_full else names) + [person.email, *addresses]]
    words = [re.escape(text) for text in texts if text]
    return re.compile("|".join([rf"(?<!\w)({'|'.join(words)})(?!\w)", *_phone_pattern(person.phone)]))


def _phone_pattern(phone: str | None) -> list[str]:
    digits = re.sub(r"\D", "", phone or "")[-SIGNIFICANT_DIGITS:]
    return [rf"{' ?'.join(digits)}(?!\d)"] if digits else []
