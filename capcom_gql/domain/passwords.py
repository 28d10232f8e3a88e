"""Which passwords are accepted (R5): a minimum length and a list of common ones; no composition rules."""

from capcom_gql.domain.refusals import Code, Fault

MIN_LENGTH = 15
"""The fewest characters of a password, inclusive (R5)."""
MAX_LENGTH = 1000
"""The most characters of a password, inclusive (R5)."""

# Only guesses of at least MIN_LENGTH matter; compared without case, spaces and punctuation.
_BLOCKED = frozenset(
    {
        "passwordpassword",
        "password12345678",
        "motdepassemotdepasse",
        "motdepasse123456",
        "123456789012345",
        "1234567890123456",
        "12345678901234567890",
        "123456789123456789",
        "azertyuiopqsdfghjklm",
        "azertyuiopqsdfg",
        "qwertyuiopasdfgh",
        "qwertyuiopasdfghjkl",
        "abcdefghijklmnopqrstuvwxyz",
        "abcdefghijklmno",
        "correcthorsebatterystaple",
        "administrateur123",
        "iloveyouiloveyou",
        "jetaimejetaime123",
        "communicationpublique",
        "capcomcapcomcapcom",
    }
)


def check_password(password: str, *, email: str | None = None) -> list[Fault]:
    """The fault of a chosen password, WEAK_PASSWORD at `password`, or an empty list (R5).

    Refused: too short, too long, a common one, a repeated pattern, fewer than four different characters, and the
    person's address (`email`).
    """
    lowered = password.lower()
    compact = "".join(character for character in lowered if character.isalnum())
    # punctuation counts only in a password that consists mostly of it
    compared = compact if 2 * len(compact) >= len(lowered) else lowered
    if len(password) < MIN_LENGTH:
        return [_weak("password_short", minimum=MIN_LENGTH)]
    if len(password) > MAX_LENGTH:
        return [_weak("password_long", maximum=MAX_LENGTH)]
    if compared in _BLOCKED or len(set(compared)) < 4 or _repeats(compared) or lowered == (email or "").lower():
        return [_weak("password_common")]
    return []


def _repeats(text: str) -> bool:
    """Whether a text is a pattern of one to five characters written over and over."""
    return any((text[:size] * len(text))[: len(text)] == text for size in range(1, 6))


def _weak(key: str, **data: int) -> Fault:
    return Fault(Code.WEAK_PASSWORD, ("password",), key, data)
