"""Send one message by one channel, within its deadline, and say what came of it: all that a plugin can bring about."""

import logging
import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from capcom_gql.clock import monotonic
from capcom_gql.notifiers.circuit_breaker import CircuitBreaker, HostTimeouts
from capcom_gql.notifiers.contract import Health, Message

TOLD_OF = 0.9
"""The part of its deadline that a channel is told of: one that stops then is not yet late."""

LONGEST_RETRY_AFTER = 2 * 86_400.0
"""Seconds. A provider that asks for more is asked again after this: no letter waits for years."""

log = logging.getLogger(__name__)


class OutcomeKind(StrEnum):
    """What follows for the delivery."""

    SENT = "SENT"
    RETRY = "RETRY"
    FAILED = "FAILED"
    HELD = "HELD"
    WAIT = "WAIT"
    """The channel was not called: no attempt, to be made after `retry_after`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt.

    `crashed` marks the retries that are the plugin's own fault (a hang, an exit, an unforeseen exception, a
    rubbish answer): after three of them the delivery is FAILED; `late` those of them that missed the deadline.
    `gone` marks the failures that are the address's own, for good (AddressGone, AddressInvalid). `reason` names the
    channel and is None only for SENT; `retry_after` is in seconds, given with WAIT, and with RETRY if the channel
    said so.
    """

    kind: OutcomeKind
    provider_id: str | None = None
    reason: str | None = None
    retry_after: float | None = None
    duration_ms: int = 0
    crashed: bool = False
    late: bool = False
    gone: bool = False


class Runner(Protocol):
    """A notifier in service, wherever its code runs. Raises nothing of the plugin's; may be called from any loop."""

    @property
    def name(self) -> str: ...

    @property
    def formats(self) -> tuple[str, ...]: ...

    async def attempt(self, message: Message, within: float) -> Outcome:
        """One call of `send`, over at the latest after so many seconds; cancelling it cancels an `async` send."""

    async def check(self, within: float) -> Health:
        """What the notifier's own `check` says."""

    async def address_fault(self, raw: str, within: float) -> str | None:
        """Why the notifier's `validate_address` refuses an address; None where it does not, or cannot say."""

    def close(self, within: float) -> None:
        """Close the notifier, or leave it behind after so many seconds."""


class Channel:
    """A notifier in service, with its deadline, and its rest when it keeps missing it."""

    def __init__(self, runner: Runner, timeout: float, timeouts: HostTimeouts | None = None) -> None:
        self._runner = runner
        self._timeout = timeout
        self._breaker = CircuitBreaker(timeouts or HostTimeouts(), timeout)

    @property
    def wants_html(self) -> bool:
        """Whether the channel makes use of a letter's HTML."""
        return "html" in self._runner.formats

    async def send(self, message: Message) -> Outcome:
        """One attempt, over at the latest when the deadline is; cancelling it cancels an `async` send."""
        name = self._runner.name
        if fault := _unfit(message):
            return Outcome(kind=OutcomeKind.FAILED, reason=f"{name}: {fault}")
        admission = self._breaker.enter()
        if admission.wait is not None:
            return Outcome(kind=OutcomeKind.WAIT, reason=f"{name}: {self._breaker.told}", retry_after=admission.wait)
        started = monotonic()
        outcome: Outcome | None = None
        try:
            outcome = await self._runner.attempt(self._as_wanted(message), self._timeout)
        finally:
            took_place = outcome is not None and outcome.kind is not OutcomeKind.WAIT
            self._breaker.leave(admission, late=outcome.late if outcome is not None and took_place else None)
        if outcome.crashed:
            log.warning("a send by %s crashed", name, extra={"message_id": message.id})
        return replace(outcome, duration_ms=round((monotonic() - started) * 1000))

    async def check(self) -> Health:
        """Whether the channel could send now, asked of itself, within the time of a send."""
        return await self._runner.check(self._timeout)

    async def address_fault(self, raw: str) -> str | None:
        """Why the channel refuses an address, in one line; None where it does not, or does not come to say so."""
        return await self._runner.address_fault(raw, self._timeout)

    def close(self) -> None:
        """Close the notifier, within the time of a send; what goes wrong is logged and forgotten."""
        self._runner.close(self._timeout)

    def _as_wanted(self, message: Message) -> Message:
        formats = self._runner.formats
        return replace(
            message,
            html=message.html if "html" in formats else None,
            payload=message.payload if "json" in formats else None,
            timeout=TOLD_OF * self._timeout,
        )


def _unfit(message: Message) -> str | None:
    for name, value in (("address", message.address), ("subject", message.subject)):
        if any(character < " " or character == "\x7f" for character in value):
            return f"the {name} holds a line break or another control character"
    return None


def seconds_to_wait(retry_after: object) -> float | None:
    """What a plugin gave as `retry_after`, in seconds; None where that is nothing one could wait for."""
    if isinstance(retry_after, bool) or not isinstance(retry_after, int | float):
        return None
    if not 0 <= retry_after < math.inf:
        return None
    return float(min(retry_after, LONGEST_RETRY_AFTER))
