"""Plugins whose code runs in this process: bundled, named by `CAPCOM_PLUGINS_IN_PROCESS`, or the one of a child."""

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
from capcom_gql.notifiers.declarations import Declarations, declaration_of, start_channel
from capcom_gql.notifiers.discovery import Provider, import_plugin
from capcom_gql.notifiers.redaction import describe_error, message_of, redact, secrets_of
from capcom_gql.notifiers.sending import Outcome, OutcomeKind, valid_retry_after

STUCK_LIMIT = 8
"""How many sends of a channel may still run after their deadline; with so many it is not called any more."""
STUCK_WAIT = 30.0
"""Seconds after which such a channel is asked again."""

log = logging.getLogger(__name__)


class InProcessPlugin:
    """A plugin whose code is imported into this process by `declare`. See `declarations.Plugin`."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._classes: tuple[type[Notifier], ...] = ()

    def declare(self) -> Declarations:
        """Import the plugin, call its hooks and validate its channels."""
        found = import_plugin(self.provider)
        self._classes = found.classes
        channels = tuple(declaration_of(channel) for channel in found.classes)
        return Declarations(channels=channels, template_dirs=found.template_dirs, failure=found.failure)

    def start(self, index: int, values: Mapping[str, str], host: Host) -> "InProcessHost":
        """Start the channel at `index` of the declarations. Raises SettingsRefused, StartFailed."""
        return InProcessHost(start_channel(self._classes[index], values, host))

    def discard(self) -> None:
        """Do nothing: Python cannot unload what is imported."""


class InProcessHost:
    """A notifier in service in this process. It counts the sends that still run after their deadline."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._secrets = secrets_of(notifier.config)
        self._stuck = 0
        # the contract's own check cannot hang, so it needs no thread
        self._checks_addresses = type(notifier).validate_address is not Notifier.validate_address

    @property
    def name(self) -> str:
        """The channel's name."""
        return self._notifier.name

    @property
    def formats(self) -> tuple[str, ...]:
        """Which of `text`, `html` and `json` the channel uses."""
        return self._notifier.formats

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of its secret settings, which no reason, log or health detail may show."""
        return self._secrets

    async def attempt(self, message: Message, within: float | None) -> Outcome:
        """Call `validate_address` and `send` once, for at most `within` seconds; None: without a limit.

        A synchronous send that is late goes on in its thread; an `async` one is cancelled. Raises nothing of the
        plugin's. Cancelling this call cancels an `async` send.
        """
        if self._stuck >= STUCK_LIMIT:
            words = f"{self._stuck} earlier sends have not ended yet"
            return self._outcome(OutcomeKind.WAIT, words, retry_after=STUCK_WAIT)
        # an empty context: the plugin's code must not see the caller's transaction or request
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
            # what it raised or returned cannot be examined: for instance, an exception with a property that raises
            return self._crash(describe_error(error))
        return attempt.result()

    async def check(self, within: float | None) -> Health:
        """The result of the notifier's `check` within some seconds (None: no limit); not ok if it raises or is late."""
        try:
            answer, error = await asyncio.wait_for(_in_thread(self._notifier.check), within)
        except TimeoutError:
            return Health(ok=False, detail=f"no answer within {within:g} s")
        if error is not None:
            return Health(ok=False, detail=redact(describe_error(error), self._secrets))
        if not isinstance(answer, Health):
            return Health(ok=False, detail=f"check answered {type(answer).__name__}, not Health")
        return Health(ok=bool(answer.ok), detail=redact(str(answer.detail), self._secrets))

    async def address_fault(self, raw: str, within: float | None) -> str | None:
        """Why the notifier's `validate_address` refuses an address; None if it accepts it, fails or is late."""
        try:
            _, error = await asyncio.wait_for(_in_thread(lambda: self._notifier.validate_address(raw)), within)
        except TimeoutError:
            error = TimeoutError()
        if isinstance(error, AddressInvalid):
            return redact(message_of(error) or describe_error(error), self._secrets)
        if error is not None:
            log.warning("an address was not checked: %s", redact(self._named(describe_error(error)), self._secrets))
        return None

    def close(self, within: float) -> None:
        """Close the notifier, waiting at most `within` seconds. A failure is logged and not raised."""

        def run() -> None:
            try:
                self._notifier.close()
            except BaseException as error:  # noqa: BLE001  the other channels must still be closed
                log.warning("closing a channel failed: %s", redact(self._named(describe_error(error)), self._secrets))

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
            provider_id = None if result.provider_id is None else redact(str(result.provider_id), self._secrets)
            return Outcome(kind=OutcomeKind.SENT, provider_id=provider_id)
        return self._crash(f"send answered {type(result).__name__}, not Sent")

    def _failure(self, error: BaseException) -> Outcome:
        words = message_of(error) or type(error).__name__
        if isinstance(error, Transient):
            return self._outcome(OutcomeKind.RETRY, words, retry_after=valid_retry_after(error.retry_after))
        if isinstance(error, OSError):  # ConnectionError and TimeoutError are kinds of it
            return self._outcome(OutcomeKind.RETRY, describe_error(error))
        if isinstance(error, Permanent):
            gone = isinstance(error, AddressGone | AddressInvalid)
            return replace(self._outcome(OutcomeKind.FAILED, words), gone=gone)
        if isinstance(error, NotConfigured):
            return self._outcome(OutcomeKind.HELD, words)
        return self._crash(describe_error(error))

    def _crash(self, words: str) -> Outcome:
        return replace(self._outcome(OutcomeKind.RETRY, words), crashed=True)

    def _outcome(self, kind: OutcomeKind, words: str, *, retry_after: float | None = None) -> Outcome:
        return Outcome(kind=kind, reason=redact(self._named(words), self._secrets), retry_after=retry_after)

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
    """Run a synchronous function in a daemon thread: its result, and the exception that it raised, if any.

    Not in the loop's thread pool: sends that hang would fill it, and Python waits for its threads at exit.
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
        except BaseException as error:  # noqa: BLE001  returned to the caller
            result = (None, error)
        try:
            loop.call_soon_threadsafe(settle, result)
        except RuntimeError:
            # the loop ended while the call hung: nothing waits for the result any more
            log.debug("a send ended after its event loop")

    threading.Thread(target=run, daemon=True, name="notifier-send").start()
    return await answer
