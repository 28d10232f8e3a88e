"""What a check works with: instances of the channel in worlds of their own, and the outcomes of their sends."""

import asyncio
import inspect
import secrets
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeAlias, TypeVar

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError

from capcom_gql import clock
from capcom_gql.notifiers.config import validate_settings
from capcom_gql.notifiers.contract import Health, Host, Message, Notifier
from capcom_gql.notifiers.in_process import InProcessHost
from capcom_gql.notifiers.redaction import secrets_of
from capcom_gql.notifiers.sending import Channel, Outcome
from capcom_gql.testing.assertions import fail
from capcom_gql.testing.certificates import Certificates, Tls
from capcom_gql.testing.declared import Declared, Received
from capcom_gql.testing.http_world import HttpWorld
from capcom_gql.testing.smtp_world import SmtpWorld

SEND_SECONDS = 10.0
"""The timeout of a message in seconds, unless the check is about time."""
CHECK_SECONDS = 15.0
"""Seconds that `check` may take."""
GRACE_SECONDS = 2.0
"""Seconds beyond a message's timeout after which a call counts as hanging, since the machine may be busy."""

World: TypeAlias = HttpWorld | SmtpWorld | None
"""The server to which an instance speaks; None if the channel speaks to neither kind."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What one call of `send` did, without the host's interpretation."""

    answer: object = None
    """What it returned."""
    error: BaseException | None = None
    """What it raised."""
    over: bool = True
    """Whether it ended in time; if not, it neither returned nor raised."""
    seconds: float = 0.0
    """How long it took."""


class Instance:
    """One instance of the channel, with its world and a data folder of its own."""

    def __init__(self, trial: "Trial", notifier: Notifier, world: World) -> None:
        self._trial = trial
        self.notifier = notifier
        self.world = world

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of the secret settings that the test class gives, without defaults."""
        config = self.notifier.config
        defaults = {text for field in type(config).model_fields.values() for text in _secrets_in(field.default)}
        return tuple(text for text in secrets_of(config) if text and text not in defaults)

    def message(self, **changes: Any) -> Message:
        """A new message for it, in plain ASCII, with `changes` to its fields."""
        return self._trial.message(self.world, **changes)

    def send(self, message: Message, seconds: float = SEND_SECONDS) -> Outcome:
        """Send a message as the host does, with a deadline in seconds. Returns the host's outcome."""
        return self._trial.run(Channel(InProcessHost(self.notifier), seconds).send(message))

    def send_all(self, messages: list[Message]) -> list[Outcome]:
        """Send several messages at the same time, as the host does. Returns the outcomes in the same order."""
        channel = Channel(InProcessHost(self.notifier), SEND_SECONDS)

        async def together() -> list[Outcome]:
            return list(await asyncio.gather(*(channel.send(message) for message in messages)))

        return self._trial.run(together())

    def call(self, message: Message) -> AttemptResult:
        """Send a message without the host: what the channel's own code returns or raises."""

        async def attempt() -> AttemptResult:
            began = clock.monotonic()
            task = asyncio.create_task(_call(self.notifier, message))
            await asyncio.wait({task}, timeout=message.timeout + GRACE_SECONDS)
            seconds = clock.monotonic() - began
            if task.done():
                return replace(task.result(), seconds=seconds)
            task.cancel()
            return AttemptResult(over=False, seconds=seconds)

        return self._trial.run(attempt())

    def received(self) -> list[Received]:
        """The messages that arrived in its world, in order. See `Declared.received`."""
        return list(self._trial.declared.received(self.world, self.notifier.host.data_dir))

    def asked(self) -> object:
        """What its `check` returns or raises; a TimeoutError if it takes longer than CHECK_SECONDS."""

        async def ask() -> object:
            return await asyncio.wait_for(run_in_daemon(self.notifier.check), CHECK_SECONDS)

        try:
            return self._trial.run(ask())
        except BaseException as error:  # noqa: BLE001  any exception is returned
            return error

    def checked(self) -> Health:
        """The Health that its `check` returns. The test fails if it raises or returns anything else."""
        health = self.asked()
        if isinstance(health, BaseException):
            fail(f"check() raises {type(health).__name__} ({health}): return Health(ok=False, detail=...)")
        if not isinstance(health, Health) or not isinstance(health.detail, str):
            fail(f"check() returns {health!r}, not Health with a sentence")
        return health

    def close(self) -> None:
        """Close the instance as the host does: from a thread, while the event loop runs."""
        self.notifier.close()


class Trial:
    """Makes instances and worlds for one test, and closes them at its end. Use it with `with`.

    Sends run on one event loop in a thread of its own, as in a worker. `folder` is for the data of the test.
    """

    def __init__(self, declared: Declared, folder: Path) -> None:
        self.declared = declared
        self.folder = folder
        self._certificates: Certificates | None = None
        self._worlds: list[HttpWorld | SmtpWorld] = []
        self._instances: list[Instance] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="trial")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for instance in self._instances:
            # whether an instance can be closed twice is tested by one check only
            _ignore_errors(instance.close)
        for world in self._worlds:
            world.__exit__()
        if self._certificates is not None:
            self._certificates.close()
        self.run(_cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine on the trial's event loop, and wait for its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def new_world(self, tls: Tls | None = None) -> World:
        """A new world of the declared kind, started and prepared; None if none is declared."""
        kind = self.declared.world
        if kind is None:
            return None
        tls = tls or (Tls.TRUSTED if self.declared.over_tls else Tls.NONE)
        if tls is not Tls.NONE and self._certificates is None:
            self._certificates = Certificates()
        world = kind(tls, self._certificates if tls is not Tls.NONE else None)
        world.start()
        self._worlds.append(world)
        self.declared.prepare(world)
        return world

    def instance(self, tls: Tls | None = None) -> Instance:
        """A new instance of the channel, with the declared settings for a new world."""
        world = self.new_world(tls)
        channel = self.declared.channel
        try:
            config = validate_settings(channel.Config, self.settings(world))
        except ValidationError as error:
            fail(f"the channel refuses the settings of the test class: {error}")
        notifier = channel(config, self.host())
        instance = Instance(self, notifier, world)
        self._instances.append(instance)
        return instance

    def settings(self, world: World) -> dict[str, str]:
        """The declared settings for a world, as text by field name."""
        return dict(self.declared.settings(world))

    def host(self) -> Host:
        """The `Host` of the next instance, with a data folder of its own that does not exist yet."""
        number = len(self._instances)
        folder = self.folder / f"instance-{number}" / self.declared.channel.name
        return Host(data_dir=folder, support_email="support@capcom.example")

    def message(self, world: World, **changes: Any) -> Message:
        """A new message to the declared address in the channel's formats, with `changes` to its fields."""
        formats = self.declared.channel.formats
        identifier = f"dlv_{secrets.token_hex(13)}"
        text = "Hello Ana, your number is CP 4071 8823 9056 1227."
        fields: dict[str, Any] = {
            "id": identifier,
            "topic": "welcome",
            "address": self.declared.address_in(world),
            "locale": "en",
            "subject": "Your seat",
            "text": text,
            "sent_at": clock.utc_now(),
            "timeout": SEND_SECONDS,
        }
        if "html" in formats:
            fields["html"] = f'<!doctype html><html lang="en"><body><p>{text}</p></body></html>'
        if "json" in formats:
            fields["payload"] = payload(identifier, text)
            fields["keys"] = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",)
        return Message(**fields | changes)


def payload(identifier: str, text: str) -> dict[str, object]:
    """A payload in the form in which webhook endpoints get events, with this id and text."""
    data = {
        "schema_version": 1,
        "id": identifier,
        "organisation_id": None,
        "subject_id": None,
        "details": {"text": text},
    }
    return {"type": "seat.added", "timestamp": "2027-03-01T09:30:00Z", "data": data}


async def run_in_daemon(call: Callable[[], object]) -> object:
    """Run a synchronous function in a daemon thread, so that the process can end even if the function hangs."""
    answer: Future[object] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001  passed to the caller
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True, name="trial-call").start()
    return await asyncio.wrap_future(answer)


async def _call(notifier: Notifier, message: Message) -> AttemptResult:
    try:
        message = replace(message, address=notifier.validate_address(message.address))
        if inspect.iscoroutinefunction(notifier.send):
            return AttemptResult(await notifier.send(message))
        answer = await run_in_daemon(lambda: notifier.send(message))
        return AttemptResult(await answer if inspect.isawaitable(answer) else answer)
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001  any exception is part of the result
        return AttemptResult(error=error)


async def _cancel_all() -> None:
    """Cancel everything that still runs on the loop, and wait for its end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


def _secrets_in(default: object) -> tuple[str, ...]:
    if isinstance(default, SecretStr | SecretBytes):
        value = default.get_secret_value()
        return (value if isinstance(value, str) else value.decode(errors="replace"),)
    return secrets_of(default) if isinstance(default, BaseModel) else ()


def _ignore_errors(call: Callable[[], None]) -> None:
    try:
        call()
    except BaseException as error:  # noqa: BLE001  the worlds must be stopped in any case
        del error
