"""Send one message by one channel within its deadline, and report the outcome."""

import logging
import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from capcom_gql.clock import monotonic
from capcom_gql.notifiers.circuit_breaker import CircuitBreaker, HostTimeouts
from capcom_gql.notifiers.contract import Health, Message

TIMEOUT_SHARE = 0.9
"""The share of its deadline that a channel is given as `Message.timeout`, so that one that stops then is not late."""

MAX_RETRY_AFTER = 2 * 86_400.0
"""The longest `retry_after` that a channel may ask for, in seconds; a longer one is shortened to this."""

log = logging.getLogger(__name__)


class OutcomeKind(StrEnum):
    """What an attempt means for its delivery."""

    SENT = "SENT"
    """It is sent."""
    RETRY = "RETRY"
    """It is attempted again, by the retry schedule."""
    FAILED = "FAILED"
    """It fails for good."""
    HELD = "HELD"
    """It waits until the channel's settings are corrected."""
    WAIT = "WAIT"
    """The channel was not called, so this was no attempt; the next one is due after `retry_after`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of one attempt."""

    kind: OutcomeKind
    provider_id: str | None = None
    """The provider's own id of the message; None unless SENT."""
    reason: str | None = None
    """Why it was not sent, in one line that names the channel and shows no secret; None only for SENT."""
    retry_after: float | None = None
    """The least wait before the next attempt, in seconds: always with WAIT, and with RETRY if the channel gave one."""
    duration_ms: int = 0
    """How long the channel took, in milliseconds."""
    crashed: bool = False
    """Whether a RETRY is the plugin's own fault: a missed deadline, an exit, an unexpected exception or a malformed
    answer. After three of them the delivery is FAILED."""
    late: bool = False
    """Whether the crash was a missed deadline."""
    gone: bool = False
    """Whether a FAILED is due to the address itself: the channel raised AddressGone or AddressInvalid."""


class Runner(Protocol):
    """A notifier in service, in this process or in a child. Raises nothing of the plugin's; usable from any loop."""

    @property
    def name(self) -> str:
        """The channel's name."""

    @property
    def formats(self) -> tuple[str, ...]:
        """The forms of a message that it uses: text, html, json."""

    async def attempt(self, message: Message, within: float) -> Outcome:
        """Call the notifier's `send` once, for at most `within` seconds. Cancelling this cancels an `async` send."""

    async def check(self, within: float) -> Health:
        """The result of the notifier's `check`, within some seconds; not ok if it fails or is late."""

    async def address_fault(self, raw: str, within: float) -> str | None:
        """Why the notifier's `validate_address` refuses an address; None if it accepts it, fails or is late."""

    def close(self, within: float) -> None:
        """Close the notifier, waiting at most `within` seconds."""


class Channel:
    """A channel in service: a notifier with its deadline for each call (`timeout`, in seconds) and circuit breaker."""

    def __init__(self, runner: Runner, timeout: float, timeouts: HostTimeouts | None = None) -> None:
        self._runner = runner
        self._timeout = timeout
        self._breaker = CircuitBreaker(timeouts or HostTimeouts(), timeout)

    @property
    def wants_html(self) -> bool:
        """Whether the channel uses the HTML of letters."""
        return "html" in self._runner.formats

    async def send(self, message: Message) -> Outcome:
        """Make one attempt, within the deadline. Raises nothing of the plugin's.

        A message with control characters in its address or subject FAILS; while the channel is paused the outcome is
        WAIT. Cancelling this cancels an `async` send.
        """
        name = self._runner.name
        if fault := _malformed(message):
            return Outcome(kind=OutcomeKind.FAILED, reason=f"{name}: {fault}")
        admission = self._breaker.admit()
        if admission.wait is not None:
            return Outcome(kind=OutcomeKind.WAIT, reason=f"{name}: {self._breaker.reason}", retry_after=admission.wait)
        started = monotonic()
        outcome: Outcome | None = None
        try:
            outcome = await self._runner.attempt(self._in_its_formats(message), self._timeout)
        finally:
            took_place = outcome is not None and outcome.kind is not OutcomeKind.WAIT
            self._breaker.record(admission, late=outcome.late if outcome is not None and took_place else None)
        if outcome.crashed:
            log.warning("a send by the channel %s crashed", name, extra={"message_id": message.id})
        return replace(outcome, duration_ms=round((monotonic() - started) * 1000))

    async def check(self) -> Health:
        """The result of the notifier's `check`, within the deadline of a send."""
        return await self._runner.check(self._timeout)

    async def address_fault(self, raw: str) -> str | None:
        """Why the channel refuses an address, in one line; None if it accepts it, fails or is late."""
        return await self._runner.address_fault(raw, self._timeout)

    def close(self) -> None:
        """Close the notifier within the deadline of a send. A failure is logged and not raised."""
        self._runner.close(self._timeout)

    def _in_its_formats(self, message: Message) -> Message:
        formats = self._runner.formats
        return replace(
            message,
            html=message.html if "html" in formats else None,
            payload=message.payload if "json" in formats else None,
            timeout=TIMEOUT_SHARE * self._timeout,
        )


def _malformed(message: Message) -> str | None:
    for name, value in (("address", message.address), ("subject", message.subject)):
        if any(character < " " or character == "\x7f" for character in value):
            return f"the {name} holds a line break or another control character"
    return None


def valid_retry_after(retry_after: object) -> float | None:
    """A plugin's `retry_after` in seconds, at most MAX_RETRY_AFTER; None if it is not a finite number of 0 or more."""
    if isinstance(retry_after, bool) or not isinstance(retry_after, int | float):
        return None
    if not 0 <= retry_after < math.inf:
        return None
    return float(min(retry_after, MAX_RETRY_AFTER))
