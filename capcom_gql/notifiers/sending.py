"""Call one notifier once, and say what came of it. Nothing a plugin does leaves this file but an Outcome."""

import asyncio
import contextvars
import inspect
import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from capcom_gql.clock import monotonic
from capcom_gql.notifiers.contract import Message, NotConfigured, Notifier, Permanent, Sent, Transient
from capcom_gql.notifiers.faults import one_line, secrets_of, told, words_of

STUCK_LIMIT = 8
"""Sends that have outlasted their deadline and still run, past which a channel is given no more."""
LONGEST_RETRY_AFTER = 2 * 86_400.0
"""Seconds. A provider that asks for more is asked again after this: no letter waits for years."""

log = logging.getLogger(__name__)


class OutcomeKind(StrEnum):
    """What follows for the delivery."""

    SENT = "SENT"
    RETRY = "RETRY"
    FAILED = "FAILED"
    HELD = "HELD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt.

    `crashed` marks the retries that are the plugin's own fault (a hang, an exit, an unforeseen exception, a
    rubbish answer): after three of them the delivery is FAILED. `reason` names the channel and is None
    only for SENT; `retry_after` is in seconds, given only with RETRY and then only if the channel said so.
    """

    kind: OutcomeKind
    provider_id: str | None = None
    reason: str | None = None
    retry_after: float | None = None
    duration_ms: int = 0
    crashed: bool = False


class Channel:
    """A notifier in service, with the count of its sends that never came back."""

    def __init__(self, notifier: Notifier, timeout: float) -> None:
        self._notifier = notifier
        self._timeout = timeout
        self._secrets = secrets_of(notifier.config)
        self._stuck = 0
        # the contract's own check hangs on nothing, so it needs no thread
        self._checks_addresses = type(notifier).validate_address is not Notifier.validate_address

    @property
    def wants_html(self) -> bool:
        """Whether the channel makes use of a letter's HTML."""
        return "html" in self._notifier.formats

    async def send(self, message: Message) -> Outcome:
        """One attempt, over at the latest when the deadline is; cancelling it cancels an `async` send."""
        if self._stuck >= STUCK_LIMIT:
            return self._outcome(OutcomeKind.RETRY, f"{self._stuck} earlier sends have not come back yet")
        if fault := _unfit(message):
            return self._outcome(OutcomeKind.FAILED, fault)
        started = monotonic()
        # An empty context: the plugin's code does not see the transaction, nor the request, of its caller.
        attempt = asyncio.create_task(self._attempt(message), context=contextvars.Context())
        try:
            await asyncio.wait({attempt}, timeout=self._timeout)
        except asyncio.CancelledError:
            attempt.cancel()
            raise
        if not attempt.done():
            self._abandon(attempt)
            outcome = self._crash(f"no answer within {self._timeout:g} s")
        elif attempt.cancelled():
            outcome = self._crash("the send cancelled itself")
        elif isinstance(error := attempt.exception(), Exception):
            # What it raised or answered cannot even be looked at: an exception with a property that raises.
            outcome = self._crash(told(error))
        else:
            outcome = attempt.result()
        if outcome.crashed:
            log.warning("a send by %s crashed", self._notifier.name, extra={"message_id": message.id})
        return replace(outcome, duration_ms=round((monotonic() - started) * 1000))

    def close(self) -> None:
        """Close the notifier, within the time of a send; what goes wrong is logged and forgotten."""

        def run() -> None:
            try:
                self._notifier.close()
            except BaseException as error:  # noqa: BLE001  the others must still be closed
                log.warning("closing a channel failed: %s", one_line(self._named(told(error)), self._secrets))

        closing = threading.Thread(target=run, daemon=True, name=f"close-{self._notifier.name}")
        closing.start()
        closing.join(self._timeout)

    async def _attempt(self, message: Message) -> Outcome:
        notifier = self._notifier
        try:
            if self._checks_addresses:
                address, error = await _in_thread(lambda: notifier.validate_address(message.address))
                if error is not None:
                    return self._failure(error)
            else:
                address = notifier.validate_address(message.address)
            if not isinstance(address, str):
                return self._crash(f"validate_address answered {type(address).__name__}, not text")
            message = replace(self._as_wanted(message), address=address)
            result: object
            if inspect.iscoroutinefunction(notifier.send):
                result = await notifier.send(message)
            else:
                result, error = await _in_thread(lambda: notifier.send(message))
                if error is not None:
                    return self._failure(error)
                if inspect.isawaitable(result):
                    result = await result
        except (KeyboardInterrupt, asyncio.CancelledError):
            raise
        except BaseException as error:  # noqa: BLE001  SystemExit too: a plugin must not end the worker
            return self._failure(error)
        if isinstance(result, Sent):
            provider_id = None if result.provider_id is None else one_line(str(result.provider_id))
            return Outcome(kind=OutcomeKind.SENT, provider_id=provider_id)
        return self._crash(f"send answered {type(result).__name__}, not Sent")

    def _as_wanted(self, message: Message) -> Message:
        formats = self._notifier.formats
        return replace(
            message,
            html=message.html if "html" in formats else None,
            payload=message.payload if "json" in formats else None,
            timeout=self._timeout,
        )

    def _failure(self, error: BaseException) -> Outcome:
        words = words_of(error) or type(error).__name__
        if isinstance(error, Transient):
            return self._outcome(OutcomeKind.RETRY, words, retry_after=_seconds(error.retry_after))
        if isinstance(error, OSError):  # ConnectionError and TimeoutError are kinds of it
            return self._outcome(OutcomeKind.RETRY, told(error))
        if isinstance(error, Permanent):
            return self._outcome(OutcomeKind.FAILED, words)
        if isinstance(error, NotConfigured):
            return self._outcome(OutcomeKind.HELD, words)
        return self._crash(told(error))

    def _crash(self, words: str) -> Outcome:
        return self._outcome(OutcomeKind.RETRY, words, crashed=True)

    def _outcome(
        self, kind: OutcomeKind, words: str, *, retry_after: float | None = None, crashed: bool = False
    ) -> Outcome:
        reason = one_line(self._named(words), self._secrets)
        return Outcome(kind=kind, reason=reason, retry_after=retry_after, crashed=crashed)

    def _named(self, words: str) -> str:
        return f"{self._notifier.name}: {words}"

    def _abandon(self, attempt: asyncio.Task[Outcome]) -> None:
        self._stuck += 1

        def came_back(_: asyncio.Task[Outcome]) -> None:
            self._stuck -= 1

        attempt.add_done_callback(came_back)
        if inspect.iscoroutinefunction(self._notifier.send):
            attempt.cancel()


async def _in_thread(call: Callable[[], object]) -> tuple[object, BaseException | None]:
    """Run a plain function beside the loop; its answer, and what it raised if it did.

    Not in the loop's own pool: sends that hang would fill it, and its threads are waited for at exit. A
    thread that hangs here keeps no process from ending.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[tuple[object, BaseException | None]] = loop.create_future()

    def settle(result: tuple[object, BaseException | None]) -> None:
        if not answer.done():
            answer.set_result(result)

    def run() -> None:
        result: tuple[object, BaseException | None]
        try:
            result = (call(), None)
        except BaseException as error:  # noqa: BLE001  handed to the loop, which judges it
            result = (None, error)
        try:
            loop.call_soon_threadsafe(settle, result)
        except RuntimeError:
            # The loop ended while the call hung: nobody waits for it any more.
            log.debug("a send came back after its loop had ended")

    threading.Thread(target=run, daemon=True, name="notifier-send").start()
    return await answer


def _unfit(message: Message) -> str | None:
    for name, value in (("address", message.address), ("subject", message.subject)):
        if any(character < " " or character == "\x7f" for character in value):
            return f"the {name} holds a line break or another control character"
    return None


def _seconds(retry_after: object) -> float | None:
    if isinstance(retry_after, bool) or not isinstance(retry_after, int | float):
        return None
    if not math.isfinite(retry_after) or retry_after < 0:
        return None
    return min(float(retry_after), LONGEST_RETRY_AFTER)
