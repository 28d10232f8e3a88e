"""The rest of a channel that does not answer: nothing for a while, then one try, and longer each time that it fails."""

import threading
from dataclasses import dataclass

from capcom_gql.clock import monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTimeouts:
    """Seconds by the real clock, and a count."""

    loads_within: float = 10.0
    """For a child process to import its plugin and say what it brings; and for each of its channels to start."""
    misses: int = 3
    """Deadlines missed in a row after which a channel rests."""
    rest: float = 30.0
    """The first rest of a channel; each try that fails after one makes the next twice as long."""
    longest_rest: float = 600.0
    longest_restart: float = 60.0
    """The longest wait before a child process that keeps ending is started again: 0, 1, 2, 4 ... seconds until then."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a send may go: `wait` is None, or the seconds after which to ask again."""

    wait: float | None = None
    is_try: bool = False
    """The one send that goes after a rest, and decides whether there is another."""


class CircuitBreaker:
    """The count of deadlines that a channel has missed in a row, and what follows from it. Safe from any thread.

    Every `enter` that admits is followed by one `leave`.
    """

    def __init__(self, timeouts: HostTimeouts, timeout: float) -> None:
        self._timeouts = timeouts
        self._timeout = timeout
        self._lock = threading.Lock()
        self._missed = 0
        self._rest = 0.0
        self._ends_at = 0.0
        self._trying = False

    @property
    def told(self) -> str:
        """Why a send is refused, in words."""
        return f"it did not answer {self._missed} times in a row and is given nothing for {self._rest:g} s"

    def enter(self) -> Admission:
        """Ask for a send."""
        with self._lock:
            if self._missed < self._timeouts.misses:
                return Admission()
            left = self._ends_at - monotonic()
            if left > 0:
                return Admission(wait=left)
            if self._trying:
                return Admission(wait=self._timeout)
            self._trying = True
            return Admission(is_try=True)

    def leave(self, admission: Admission, *, late: bool | None) -> None:
        """Tell what came of a send: whether it missed its deadline, or None when it never took place."""
        with self._lock:
            if admission.is_try:
                self._trying = False
            if late is None:
                return
            if not late:
                # also one that began before the rest: the channel answers again
                self._missed, self._rest = 0, 0.0
                return
            self._missed += 1
            if admission.is_try and self._rest:
                self._sleep(min(self._rest * 2, self._timeouts.longest_rest))
            elif self._missed == self._timeouts.misses:
                self._sleep(self._timeouts.rest)

    def _sleep(self, rest: float) -> None:
        self._rest = rest
        self._ends_at = monotonic() + rest
