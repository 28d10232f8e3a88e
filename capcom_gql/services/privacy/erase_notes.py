"""The free texts of deeds that tell of a person: their own, and what others wrote that names them (R21, R23)."""

import re

from capcom_gql.storage.engine.columns import folded
from capcom_gql.storage.engine.database import rows
from capcom_gql.storage.tables import Note, Person

DIGITS_THAT_TELL = 8
"""Of a number of telephone: more are not the same in every way of writing it."""

_OWN = "DELETE FROM note WHERE event_id IN (SELECT id FROM event WHERE actor_id = $1)"
# about them, or about an organisation of which they were ever a user
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
    """Delete the notes that a person wrote, and those that name them. In the erasure's transaction, before anything is
    blanked.
    """
    await rows(_OWN, [person.id])
    if telling := await notes_naming(person):
        await Note.filter(event_id__in=list(telling)).delete()


async def notes_naming(person: Person) -> dict[str, str]:
    """The notes beside what was done about a person or theirs that say their name, their number of telephone or an
    address that they have or had, by their events' ids.
    """
    named = await naming(person)
    found = {row["event_id"]: row["text"] for row in await rows(_NEAR, [person.id])}
    return {event_id: text for event_id, text in found.items() if named.search(folded(text))}


async def naming(person: Person, *, in_full: bool = False) -> re.Pattern[str]:
    """Whatever says who they are, as words of their own in a folded text: "Petit" is not in "petitement".

    `in_full` asks for both names together, as letters give them: others may have one of them.
    """
    reached = await rows("SELECT DISTINCT recipient FROM delivery WHERE person_id = $1", [person.id])
    addresses = [str(each["value"]) for each in person.addresses] + [row["recipient"] for row in reached]
    names = [person.given_name, person.family_name]
    said = [folded(word) for word in ([" ".join(names)] if in_full else names) + [person.email, *addresses]]
    words = [re.escape(word) for word in said if word]
    return re.compile("|".join([rf"(?<!\w)({'|'.join(words)})(?!\w)", *_number(person.phone)]))


def _number(phone: str | None) -> list[str]:
    """A number of telephone by its last digits: what comes before is written with its country's code or without."""
    digits = re.sub(r"\D", "", phone or "")[-DIGITS_THAT_TELL:]
    return [rf"{' ?'.join(digits)}(?!\d)"] if digits else []
