"""Seats: what refuses a change of the list of users (R2, R6, R12), and the subscriber number (R10)."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from capcom_gql.domain.refusals import Code, Fault, invalid

NUMBER_DIGITS = 16
"""Digits of a subscriber number, of which the last two check the others."""
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212]+")


@dataclass(frozen=True, slots=True)
class Seat:
    """One named person's place in a subscription (R2, R12); instants are in UTC, of the product's clock."""

    id: str
    person_id: str
    place: int
    """from 1; unique among the active seats of a subscription, so that the database can enforce the limit (R2)"""
    is_manager: bool
    added_at: datetime
    removed_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether the seat was not removed."""
        return self.removed_at is None


def address_key(email: str) -> str:
    """The form in which e-mail addresses are compared: lower case, the domain in IDNA form (R6).

    What follows a plus sign, and dots, are part of the address. A malformed address is compared as it is written.
    """
    local, at, domain = email.strip().rpartition("@")
    folded = unicodedata.normalize("NFKC", domain).lower().replace("\u3002", ".")
    return f"{local.lower()}{at}{'.'.join(_ascii_label(label) for label in folded.split('.'))}"


def _ascii_label(label: str) -> str:
    """A label of a domain as IDNA 2008 encodes it; Python's codec is of IDNA 2003, which replaces ß by ss."""
    # a longer label is malformed: it is compared as written, and the form's own check refuses it
    if label.isascii() or len(label) > 63:
        return label
    return "xn--" + label.encode("punycode").decode("ascii")


def check_form(emails: Sequence[str], manager_email: str) -> list[Fault]:
    """The faults of the users of a sign-up form (R6); paths are relative to the input.

    DUPLICATE_USER at `users.<index>.email` of each address that equals an earlier one (`address_key`),
    MANAGER_REQUIRED at `managerEmail` where it is none of them.
    """
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
    """The faults of adding users (R6, R12).

    DUPLICATE_USER at `users.<index>.email` of an address that stands earlier in the list or has an active seat;
    INVALID_INPUT at `users` for an empty list.

    `holders` are the address keys of the persons with an active seat in the subscription.
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
    """The fault NOT_LIVE, at `path`, of editing the list of a subscription that is not live, or an empty list (R12)."""
    return [] if is_live else [Fault(Code.NOT_LIVE, path, "not_live")]


def check_capacity(used: int, adding: int, limit: int, *, upcoming: bool = False) -> list[Fault]:
    """The fault SEAT_LIMIT_REACHED, at `users`, of `adding` seats to `used` active ones, or an empty list (R2).

    `upcoming` says that `limit` is that of the upcoming term, which the sentence then names.
    """
    if used + adding <= limit:
        return []
    key = "seats_full_upcoming" if upcoming else "seats_full"
    return [Fault(Code.SEAT_LIMIT_REACHED, ("users",), key, {"limit": limit, "used": used})]


def free_places(taken: Collection[int], count: int) -> list[int]:
    """The `count` lowest free places from 1, for new seats; `taken` are the places of the active seats (R2).

    The database allows one active seat for each place, so of two concurrent additions to a last place one fails.
    """
    free: list[int] = []
    place = 1
    while len(free) < count:
        if place not in taken:
            free.append(place)
        place += 1
    return free


def check_removal(seat: Seat) -> list[Fault]:
    """The fault MANAGER_REQUIRED, at `seatId`, of removing the manager's active seat, or an empty list (R12)."""
    if seat.is_manager and seat.is_active:
        return [Fault(Code.MANAGER_REQUIRED, ("seatId",), "manager_hands_over_first")]
    return []


def check_active(seat: Seat) -> list[Fault]:
    """The fault CONFLICT, at `seatId`, of a command on a seat that was removed, or an empty list (R12)."""
    return [] if seat.is_active else [Fault(Code.CONFLICT, ("seatId",), "seat_not_active")]


def check_replacement(email: str, holders: Collection[str]) -> list[Fault]:
    """The fault DUPLICATE_USER, at `user.email`, of replacing a user by a person who has an active seat (R6, R12).

    `holders` are the address keys of the persons with an active seat in the subscription, the replaced one included.
    """
    if address_key(email) not in holders:
        return []
    return [Fault(Code.DUPLICATE_USER, ("user", "email"), "replacement_seated", {"email": email})]


def make_number(digits: str) -> str:
    """The 16 digits of a subscriber number from 14 random ones; two check digits are added (ISO 7064, MOD 97-10).

    Raises ValueError for anything but 14 digits.
    """
    if not re.fullmatch(r"[0-9]{14}", digits):
        raise ValueError("a subscriber number is made from 14 digits")
    return f"{digits}{98 - int(digits) * 100 % 97:02d}"


def parse_number(text: str) -> str | None:
    """The 16 digits of a subscriber number as people write it, or None where it is malformed (R10).

    Accepted with or without `CP`, spaces, hyphens and dots; the check digits must fit.
    """
    compact = _SEPARATORS.sub("", text).upper().removeprefix("CP")
    if not re.fullmatch(rf"[0-9]{{{NUMBER_DIGITS}}}", compact) or int(compact) % 97 != 1:
        return None
    return compact


def format_number(digits: str) -> str:
    """The 16 digits of a subscriber number as it is shown: CP 4071 8823 9056 1227."""
    return "CP " + " ".join(digits[start : start + 4] for start in range(0, NUMBER_DIGITS, 4))
