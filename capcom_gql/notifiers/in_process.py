"""Plugins whose code runs in this process: the bundled ones, those named by the operator, and all inside a child."""

import asyncio
import contextvars
import inspect
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

from capcom_gql.notifiers.contract import (
    AddressGone,
    AddressInvalid,
    Health,
    Host,
    Message,
    NotConfigured,
    Notifier,
    Permanent,
    Sent,
    Transient,
)
from capcom_gql.notifiers.declarations import Declarations, begin, declaration_of
from capcom_gql.notifiers.discovery import Provider, ask
from capcom_gql.notifiers.redaction import one_line, secrets_of, told, words_of
from capcom_gql.notifiers.sending import Outcome, OutcomeKind, seconds_to_wait

STUCK_LIMIT = 8
"""Sends that have outlasted their deadline and still run, past which a channel is given no more."""
STUCK_WAIT = 30.0
"""Seconds until a channel with so many of them is asked again."""

log = logging.getLogger(__name__)


class InProcessPlugin:
    """A provider whose code is imported into this process when it is asked what it brings."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._classes: tuple[type[Notifier], ...] = ()

    def bring(self) -> Declarations:
        """Import it and ask its hooks."""
        found = ask(self.provider)
        self._classes = found.classes
        offers = tuple(declaration_of(channel) for channel in found.classes)
        return Declarations(offers=offers, template_dirs=found.template_dirs, failure=found.failure)

    def start(self, place: int, given: Mapping[str, str], host: Host) -> "InProcessHost":
        """Start the channel of the offer at that place. Raises SettingsLacking, StartFailed."""
        return InProcessHost(begin(self._classes[place], given, host))

    def leave(self) -> None:
        """What is imported stays."""


class InProcessHost:
    """A notifier that runs in this process, with the count of its sends that never came back."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._secrets = secrets_of(notifier.config)
        self._stuck = 0
        # the contract's own check hangs on nothing, so it needs no thread
        self._checks_addresses = type(notifier).validate_address is not Notifier.validate_address

    @property
    def name(self) -> str:
        """The channel's."""
        return self._notifier.name

    @property
    def formats(self) -> tuple[str, ...]:
        """What the channel makes use of."""
        return self._notifier.formats

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nothing that is told of it may show."""
        return self._secrets

    async def attempt(self, message: Message, within: float | None) -> Outcome:
        """One call of `send`. None: however long it takes."""
        if self._stuck >= STUCK_LIMIT:
            words = f"{self._stuck} earlier sends have not come back yet"
            return self._outcome(OutcomeKind.WAIT, words, retry_after=STUCK_WAIT)
        # An empty context: the plugin's code does not see the transaction, nor the request, of its caller.
        attempt = asyncio.create_task(self._attempt(message), context=contextvars.Context())
        try:
            await asyncio.wait({attempt}, timeout=within)
        except asyncio.CancelledError:
            attempt.cancel()
            raise
        if not attempt.done():
            self._abandon(attempt)
            return replace(self._crash(f"no answer within {within:g} s"), late=True)
        if attempt.cancelled():
            return self._crash("the send cancelled itself")
        if isinstance(error := attempt.exception(), Exception):
            # What it raised or answered cannot even be looked at: an exception with a property that raises.
            return self._crash(told(error))
        return attempt.result()

    async def check(self, within: float | None) -> Health:
        """What the notifier's own `check` says; what it raises is a reason not to be well."""
        try:
            answer, error = await asyncio.wait_for(_in_thread(self._notifier.check), within)
        except TimeoutError:
            return Health(ok=False, detail=f"no answer within {within:g} s")
        if error is not None:
            return Health(ok=False, detail=one_line(told(error), self._secrets))
        if not isinstance(answer, Health):
            return Health(ok=False, detail=f"check answered {type(answer).__name__}, not Health")
        return Health(ok=bool(answer.ok), detail=one_line(str(answer.detail), self._secrets))

    async def address_fault(self, raw: str, within: float | None) -> str | None:
        """Why the notifier's `validate_address` refuses an address; None also when it does not come to say so."""
        try:
            _, error = await asyncio.wait_for(_in_thread(lambda: self._notifier.validate_address(raw)), within)
        except TimeoutError:
            error = TimeoutError()
        if isinstance(error, AddressInvalid):
            return one_line(words_of(error) or told(error), self._secrets)
        if error is not None:
            log.warning("an address could not be judged: %s", one_line(self._named(told(error)), self._secrets))
        return None

    def close(self, within: float) -> None:
        """Close the notifier; what goes wrong is logged and forgotten."""

        def run() -> None:
            try:
                self._notifier.close()
            except BaseException as error:  # noqa: BLE001  the others must still be closed
                log.warning("closing a channel failed: %s", one_line(self._named(told(error)), self._secrets))

        closing = threading.Thread(target=run, daemon=True, name=f"close-{self.name}")
        closing.start()
        closing.join(within)

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
            message = replace(message, address=address)
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
            provider_id = None if result.provider_id is None else one_line(str(result.provider_id), self._secrets)
            return Outcome(kind=OutcomeKind.SENT, provider_id=provider_id)
        return self._crash(f"send answered {type(result).__name__}, not Sent")

    def _failure(self, error: BaseException) -> Outcome:
        words = words_of(error) or type(error).__name__
        if isinstance(error, Transient):
            return self._outcome(OutcomeKind.RETRY, words, retry_after=seconds_to_wait(error.retry_after))
        if isinstance(error, OSError):  # ConnectionError and TimeoutError are kinds of it
            return self._outcome(OutcomeKind.RETRY, told(error))
        if isinstance(error, Permanent):
            gone = isinstance(error, AddressGone | AddressInvalid)
            return replace(self._outcome(OutcomeKind.FAILED, words), gone=gone)
        if isinstance(error, NotConfigured):
            return self._outcome(OutcomeKind.HELD, words)
        return self._crash(told(error))

    def _crash(self, words: str) -> Outcome:
        return replace(self._outcome(OutcomeKind.RETRY, words), crashed=True)

    def _outcome(self, kind: OutcomeKind, words: str, *, retry_after: float | None = None) -> Outcome:
        return Outcome(kind=kind, reason=one_line(self._named(words), self._secrets), retry_after=retry_after)

    def _named(self, words: str) -> str:
        return f"{self.name}: {words}"

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
