"""How long the host waits for plugins. In one place, so that a test of the waits need not wait as long."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
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
