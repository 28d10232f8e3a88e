"""What a process gives up, so that a plugin cannot read the server's secrets or gain rights; on Linux only."""

import ctypes
import resource
import sys

_SET_DUMPABLE = 4
_SET_NO_NEW_PRIVS = 38
MAX_CHILD_BYTES = 2 * 1024**3
"""The most private memory, in bytes, that the child process of a plugin may ask for."""


def hide_from_children() -> None:
    """Let no process of this account read this one's memory and environment; it leaves no core dump either.

    A plugin's child runs as the same account. The child itself is not hidden: a new program begins readable.
    """
    _prctl(_SET_DUMPABLE, 0)


def confine() -> None:
    """Give up setuid programs, core dumps, and memory beyond MAX_CHILD_BYTES; for the child of a plugin."""
    _prctl(_SET_NO_NEW_PRIVS, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = MAX_CHILD_BYTES if hard == resource.RLIM_INFINITY else min(hard, MAX_CHILD_BYTES)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
