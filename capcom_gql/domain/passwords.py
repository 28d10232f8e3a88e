"""What a password must be (R5): long, and not one that everybody tries. No composition rules."""

from capcom_gql.domain.refusals import Code, Fault

MIN_LENGTH = 15
MAX_LENGTH = 1000

# Long enough to pass the length, and first in every list of guesses; compared without case, spaces and punctuation.
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
    """The fault of a chosen password: too short, too long, too common, one repeated pattern, or the address itself."""
    lowered = password.lower()
    compact = "".join(character for character in lowered if character.isalnum())
    # where letters and digits do not carry the password, its punctuation counts
    told = compact if 2 * len(compact) >= len(lowered) else lowered
    if len(password) < MIN_LENGTH:
        return [_weak("password_short", minimum=MIN_LENGTH)]
    if len(password) > MAX_LENGTH:
        return [_weak("password_long", maximum=MAX_LENGTH)]
    if told in _BLOCKED or len(set(told)) < 4 or _repeats(told) or lowered == (email or "").lower():
        return [_weak("password_common")]
    return []


def _repeats(text: str) -> bool:
    """A pattern of up to five characters written over and over."""
    return any((text[:size] * len(text))[: len(text)] == text for size in range(1, 6))


def _weak(key: str, **data: int) -> Fault:
    return Fault(Code.WEAK_PASSWORD, ("password",), key, data)
