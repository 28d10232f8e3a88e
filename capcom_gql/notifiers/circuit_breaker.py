"""Circuit breaker: a channel that keeps missing its deadline is paused, then tried once, with ever longer pauses."""

import threading
from dataclasses import dataclass

from capcom_gql.clock import monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTimeouts:
    """The host's time limits for plugins, in seconds of the monotonic clock, but for one count."""

    load_timeout: float = 10.0
    """How long a child process may take to import its plugin and declare its channels; and each channel to start."""
    missed_deadlines: int = 3
    """How many deadlines in a row a channel may miss before it is paused: a count."""
    pause: float = 30.0
    """The first pause of a channel. Each failed trial send after a pause doubles the next one."""
    longest_pause: float = 600.0
    """Where the doubling of pauses ends."""
    longest_restart_wait: float = 60.0
    """The longest wait before a child process that keeps ending is started again. The waits are 0, 1, 2, 4, ...
    seconds up to this."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a send is admitted."""

    wait: float | None = None
    """None: admitted. Else the seconds after which to ask again."""
    is_probe: bool = False
    """Whether it is the one trial send after a pause, which decides whether the channel is paused again."""


class CircuitBreaker:
    """Counts the deadlines that one channel has missed in a row, and pauses it. Safe from any thread.

    Call `record` once after each send that `admit` admitted. `timeout` is the channel's deadline for a send, in
    seconds.
    """

    def __init__(self, timeouts: HostTimeouts, timeout: float) -> None:
        self._timeouts = timeouts
        self._timeout = timeout
        self._lock = threading.Lock()
        self._missed = 0
        self._pause = 0.0
        self._ends_at = 0.0
        self._trying = False

    @property
    def reason(self) -> str:
        """Why sends are not admitted now, for the delivery's reason."""
        return f"it missed its deadline {self._missed} times in a row and is paused for {self._pause:g} s"

    def admit(self) -> Admission:
        """Ask whether a send may go now."""
        with self._lock:
            if self._missed < self._timeouts.missed_deadlines:
                return Admission()
            left = self._ends_at - monotonic()
            if left > 0:
                return Admission(wait=left)
            if self._trying:
                return Admission(wait=self._timeout)
            self._trying = True
            return Admission(is_probe=True)

    def record(self, admission: Admission, *, late: bool | None) -> None:
        """Record an admitted send: whether it missed its deadline, or None if the channel was not called after all."""
        with self._lock:
            if admission.is_probe:
                self._trying = False
            if late is None:
                return
            if not late:
                # also for a send that began before the pause: the channel answers again
                self._missed, self._pause = 0, 0.0
                return
            self._missed += 1
            if admission.is_probe and self._pause:
                self._pause_for(min(self._pause * 2, self._timeouts.longest_pause))
            elif self._missed == self._timeouts.missed_deadlines:
                self._pause_for(self._timeouts.pause)

    def _pause_for(self, seconds: float) -> None:
        self._pause = seconds
        self._ends_at = monotonic() + seconds
