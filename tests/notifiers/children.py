"""What tests of child processes share: to tell which process it was, and whether it lives."""

import fcntl
from pathlib import Path

from capcom_gql.notifiers.sending import Outcome, OutcomeKind


def pid_of(outcome: Outcome) -> int:
    """The process that sent it, which the channels of these tests give as the provider's id."""
    assert outcome.kind is OutcomeKind.SENT, outcome
    return int(str(outcome.provider_id))


HOLDS = """
import fcntl
LOCK = open({lock!r}, "w")
fcntl.flock(LOCK, fcntl.LOCK_EX)
"""


def is_free(path: Path) -> bool:
    """Whether nobody who lives holds this lock, which the child processes of these tests take."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
