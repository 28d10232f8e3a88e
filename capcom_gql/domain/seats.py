"""The list of users: capacity, manager, changes; and the subscriber number with its check digits."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from capcom_gql.domain.refusals import Code, Fault, invalid

NUMBER_DIGITS = 16
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212]+")


@dataclass(frozen=True, slots=True)
class Seat:
    """One named person's place in a subscription (R2, R12)."""

    id: str
    person_id: str
    place: int
    is_manager: bool
    added_at: datetime
    removed_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Not removed."""
        return self.removed_at is None


def address_key(email: str) -> str:
    """The form in which addresses compare: lower case, domain in IDNA form, no plus or dot folding (R6)."""
    local, at, domain = email.strip().rpartition("@")
    folded = unicodedata.normalize("NFKC", domain).lower().replace("\u3002", ".")
    return f"{local.lower()}{at}{'.'.join(_ascii_label(label) for label in folded.split('.'))}"


def _ascii_label(label: str) -> str:
    """A label of a domain as IDNA 2008 spells it; the standard codec, of IDNA 2003, takes ß for ss."""
    # no domain has a longer label: it compares as written, and the form's own check refuses it
    if label.isascii() or len(label) > 63:
        return label
    return "xn--" + label.encode("punycode").decode("ascii")


def check_form(emails: Sequence[str], manager_email: str) -> list[Fault]:
    """The faults of a form's list: a person twice, no manager among them (R6). Paths are relative to the input."""
    keys = [address_key(email) for email in emails]
    faults = [
        Fault(Code.DUPLICATE_USER, ("users", str(index), "email"), "twice_in_form", {"email": emails[index]})
        for index, key in enumerate(keys)
        if key in keys[:index]
    ]
    if address_key(manager_email) not in keys:
        faults.append(Fault(Code.MANAGER_REQUIRED, ("managerEmail",), "manager_not_listed"))
    return faults


def check_additions(emails: Sequence[str], holders: Collection[str]) -> list[Fault]:
    """The faults of an addition: a person twice in it, or with an active seat here already (R6, R12).

    `holders` are the address keys of the active seats.
    """
    faults = []
    keys = [address_key(email) for email in emails]
    for index, key in enumerate(keys):
        path = ("users", str(index), "email")
        if key in keys[:index]:
            faults.append(Fault(Code.DUPLICATE_USER, path, "twice_in_form", {"email": emails[index]}))
        elif key in holders:
            faults.append(Fault(Code.DUPLICATE_USER, path, "already_seated", {"email": emails[index]}))
    if not emails:
        faults.append(invalid(("users",), "no_users"))
    return faults


def check_live(is_live: bool, path: tuple[str, ...]) -> list[Fault]:
    """The list is edited while the subscription is live, no longer (R12)."""
    return [] if is_live else [Fault(Code.NOT_LIVE, path, "not_live")]


def check_capacity(used: int, adding: int, limit: int, *, upcoming: bool = False) -> list[Fault]:
    """The fault of a list that would exceed the seats (R2). `upcoming` says that the upcoming term's limit counts."""
    if used + adding <= limit:
        return []
    key = "seats_full_upcoming" if upcoming else "seats_full"
    return [Fault(Code.SEAT_LIMIT_REACHED, ("users",), key, {"limit": limit, "used": used})]


def free_places(taken: Collection[int], count: int) -> list[int]:
    """The lowest free places, for new seats: two seats on one place is what the database forbids (R2)."""
    free: list[int] = []
    place = 1
    while len(free) < count:
        if place not in taken:
            free.append(place)
        place += 1
    return free


def check_removal(seat: Seat) -> list[Fault]:
    """Why a seat cannot be removed: the manager hands over first (R12)."""
    if seat.is_manager and seat.is_active:
        return [Fault(Code.MANAGER_REQUIRED, ("seatId",), "manager_hands_over_first")]
    return []


def check_active(seat: Seat) -> list[Fault]:
    """A removed seat is dead for good: it is not replaced, and nobody manages from it (R12)."""
    return [] if seat.is_active else [Fault(Code.CONFLICT, ("seatId",), "seat_not_active")]


def check_replacement(email: str, holders: Collection[str]) -> list[Fault]:
    """Why a person cannot take over a seat: they have an active one here already, perhaps this very one (R6, R12).

    `holders` are the address keys of the active seats.
    """
    if address_key(email) not in holders:
        return []
    return [Fault(Code.DUPLICATE_USER, ("user", "email"), "replacement_seated", {"email": email})]


def number_from(digits: str) -> str:
    """A subscriber number, 16 digits, from 14 random ones: the last two check them (ISO 7064 mod 97-10)."""
    if not re.fullmatch(r"[0-9]{14}", digits):
        raise ValueError("a subscriber number is made from 14 digits")
    return f"{digits}{98 - int(digits) * 100 % 97:02d}"


def parse_number(text: str) -> str | None:
    """The 16 digits of a number as people write it (with or without CP, spaces, hyphens, dots), or None (R10)."""
    compact = _SEPARATORS.sub("", text).upper().removeprefix("CP")
    if not re.fullmatch(rf"[0-9]{{{NUMBER_DIGITS}}}", compact) or int(compact) % 97 != 1:
        return None
    return compact


def format_number(digits: str) -> str:
    """A number as it is shown: CP 4071 8823 9056 1227."""
    return "CP " + " ".join(digits[start : start + 4] for start in range(0, NUMBER_DIGITS, 4))
