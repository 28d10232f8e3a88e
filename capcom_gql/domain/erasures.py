"""Erasing a person: what stands where their address stood, and why one cannot be erased (yet) (R23)."""

from capcom_gql.domain.refusals import Code, Fault

_PATH = ("personId",)


def erased_address(person_id: str) -> str:
    """The address of a person who was erased: no form takes one like it, so nobody else can have it."""
    return f"erased-{person_id}@invalid"


def is_erased(person_id: str, email: str) -> bool:
    """Whether the address of a person is the one that erasing leaves."""
    return email == erased_address(person_id)


def check_not_erased(person_id: str, email: str) -> list[Fault]:
    """Nothing is done to a person who was erased."""
    return [Fault(Code.CONFLICT, _PATH, "erased_already")] if is_erased(person_id, email) else []


def check_erasure(person_id: str, email: str, *, manages_live: bool) -> list[Fault]:
    """Why a person cannot be erased: they were already, or manage a live subscription and hand over first."""
    if over := check_not_erased(person_id, email):
        return over
    return [Fault(Code.MANAGER_REQUIRED, _PATH, "manages_live")] if manages_live else []
