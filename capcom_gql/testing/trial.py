"""One check's bench: instances of the channel in worlds of their own, and what comes of a message."""

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
from capcom_gql.testing.certificates import Certificates, Tls
from capcom_gql.testing.declared import Declared
from capcom_gql.testing.http_world import HttpWorld
from capcom_gql.testing.received import Received
from capcom_gql.testing.saying import fail
from capcom_gql.testing.smtp_world import SmtpWorld

SEND_SECONDS = 10.0
"""What a message of a check allows, unless the check is about time."""
CHECK_SECONDS = 15.0
"""What `check` may take. The host gives it the time of a send."""
GRACE_SECONDS = 2.0
"""Over a message's timeout: a busy machine is not the channel's fault."""

World: TypeAlias = HttpWorld | SmtpWorld | None
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Tried:
    """What `send` itself did, unjudged: its answer or what it raised, after how many seconds; `over` is false where
    neither came."""

    answer: object = None
    error: BaseException | None = None
    over: bool = True
    seconds: float = 0.0


class Instance:
    """One notifier, in its world, with a data folder of its own."""

    def __init__(self, trial: "Trial", notifier: Notifier, world: World) -> None:
        self._trial = trial
        self.notifier = notifier
        self.world = world

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of the secret settings that the test class gave."""
        config = self.notifier.config
        defaults = {text for field in type(config).model_fields.values() for text in _secrets_in(field.default)}
        return tuple(text for text in secrets_of(config) if text and text not in defaults)

    def message(self, **changes: Any) -> Message:
        """A message for it, with nothing in it but ASCII, unless `changes` say otherwise."""
        return self._trial.message(self.world, **changes)

    def send(self, message: Message, seconds: float = SEND_SECONDS) -> Outcome:
        """One attempt as the host makes it and judges it."""
        return self._trial.run(Channel(InProcessHost(self.notifier), seconds).send(message))

    def send_all(self, messages: list[Message]) -> list[Outcome]:
        """Several attempts at once."""
        channel = Channel(InProcessHost(self.notifier), SEND_SECONDS)

        async def together() -> list[Outcome]:
            return list(await asyncio.gather(*(channel.send(message) for message in messages)))

        return self._trial.run(together())

    def call(self, message: Message) -> Tried:
        """One attempt without the host: what the channel's own code answers or raises."""

        async def attempt() -> Tried:
            began = clock.monotonic()
            task = asyncio.create_task(_called(self.notifier, message))
            await asyncio.wait({task}, timeout=message.timeout + GRACE_SECONDS)
            seconds = clock.monotonic() - began
            if task.done():
                return replace(task.result(), seconds=seconds)
            task.cancel()
            return Tried(over=False, seconds=seconds)

        return self._trial.run(attempt())

    def received(self) -> list[Received]:
        """The messages that arrived in its world, in order."""
        return list(self._trial.declared.received(self.world, self.notifier.host.data_dir))

    def asked(self) -> object:
        """What its `check` answers or raises, whatever it is; a TimeoutError where it hangs."""

        async def ask() -> object:
            return await asyncio.wait_for(in_daemon(self.notifier.check), CHECK_SECONDS)

        try:
            return self._trial.run(ask())
        except BaseException as error:  # noqa: BLE001  whatever a channel raises is looked at
            return error

    def checked(self) -> Health:
        """What its `check` says; the test fails where it says nothing of the kind."""
        health = self.asked()
        if isinstance(health, BaseException):
            fail(f"check() raises {type(health).__name__} ({health}): answer Health(ok=False, detail=...)")
        if not isinstance(health, Health) or not isinstance(health.detail, str):
            fail(f"check() answers {health!r}, not Health with a sentence")
        return health

    def close(self) -> None:
        """Close the notifier as the host does: from a thread, while the event loop runs."""
        self.notifier.close()


class Trial:
    """Gives instances and worlds, and closes them all in the end. Use it with `with`.

    Sends run on one event loop in a thread of its own, as in a worker.
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
            # What a second closing does is the affair of one check, not of all.
            _quietly(instance.close)
        for world in self._worlds:
            world.__exit__()
        if self._certificates is not None:
            self._certificates.close()
        self.run(_ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine on the trial's loop and wait for its end."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def new_world(self, tls: Tls | None = None) -> World:
        """A world of the declared kind, started and prepared; None where none is declared."""
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
        """A notifier of the channel, with the declared settings for a new world."""
        world = self.new_world(tls)
        channel = self.declared.channel
        try:
            config = validate_settings(channel.Config, self.settings(world))
        except ValidationError as error:
            fail(f"the channel refuses the settings that the test class gives: {error}")
        notifier = channel(config, self.host())
        instance = Instance(self, notifier, world)
        self._instances.append(instance)
        return instance

    def settings(self, world: World) -> dict[str, str]:
        """The declared settings for a world."""
        return dict(self.declared.settings(world))

    def host(self) -> Host:
        """What the installation tells an instance; each has a folder of its own, which it makes if it needs it."""
        number = len(self._instances)
        folder = self.folder / f"instance-{number}" / self.declared.channel.name
        return Host(data_dir=folder, support_email="support@capcom.example")

    def message(self, world: World, **changes: Any) -> Message:
        """A message to the declared address, with what the channel's formats ask for."""
        formats = self.declared.channel.formats
        identifier = f"dlv_{secrets.token_hex(13)}"
        text = "Hello Ana, your number is CP 4071 8823 9056 1227."
        given: dict[str, Any] = {
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
            given["html"] = f'<!doctype html><html lang="en"><body><p>{text}</p></body></html>'
        if "json" in formats:
            given["payload"] = payload(identifier, text)
            given["keys"] = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",)
        return Message(**given | changes)


def payload(identifier: str, text: str) -> dict[str, object]:
    """What happened, in the form that endpoints get it."""
    data = {
        "schema_version": 1,
        "id": identifier,
        "organisation_id": None,
        "subject_id": None,
        "details": {"text": text},
    }
    return {"type": "seat.added", "timestamp": "2027-03-01T09:30:00Z", "data": data}


async def in_daemon(call: Callable[[], object]) -> object:
    """Run a plain function in a thread that keeps no process from ending, should it hang."""
    answer: Future[object] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001  handed to whoever waits
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True, name="trial-call").start()
    return await asyncio.wrap_future(answer)


async def _called(notifier: Notifier, message: Message) -> Tried:
    try:
        message = replace(message, address=notifier.validate_address(message.address))
        if inspect.iscoroutinefunction(notifier.send):
            return Tried(await notifier.send(message))
        answer = await in_daemon(lambda: notifier.send(message))
        return Tried(await answer if inspect.isawaitable(answer) else answer)
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001  whatever a channel raises is what the check is about
        return Tried(error=error)


async def _ended() -> None:
    """Cancel what still runs on the loop, and let it hear of it."""
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


def _quietly(call: Callable[[], None]) -> None:
    try:
        call()
    except BaseException as error:  # noqa: BLE001  the worlds must be stopped whatever a channel does
        del error
