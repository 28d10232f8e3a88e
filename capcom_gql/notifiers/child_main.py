"""The child's side of a plugin from outside: `python -m capcom_gql.notifiers.child_main`, started by the host.

It imports the one plugin that it is told of, and does what the host asks on standard input, several things at once. It
has no settings in its environment; its own channels' come with the question to start them. It ends with its parent.
"""

import asyncio
import fcntl
import io
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any, BinaryIO, NoReturn

from capcom_gql.notifiers import wire
from capcom_gql.notifiers.declarations import SettingsLacking, StartFailed
from capcom_gql.notifiers.in_process import InProcessHost, InProcessPlugin
from capcom_gql.notifiers.redaction import one_line, told

_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Child:
    """Hears questions in its loop and answers them; nothing that a plugin raises gets this far."""

    def __init__(self, outbox: BinaryIO) -> None:
        self._outbox = outbox
        self._plugin: InProcessPlugin | None = None
        self._failure: str | None = "it was not loaded"
        self._channels: dict[str, InProcessHost] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def hear(self, line: bytes) -> None:
        """Do what one line asks, in the order of the lines; what takes its time goes on beside the next."""
        said = wire.heard(line)
        number = said.pop("number", 0)
        do: Callable[..., Any] = getattr(self, f"_{said.pop('do')}")
        if asyncio.iscoroutinefunction(do):
            task = asyncio.get_running_loop().create_task(self._in_time(number, do(**said)))
            self._tasks[number] = task
            task.add_done_callback(lambda _: self._tasks.pop(number, None))
        else:
            self._at_once(number, lambda: do(**said))

    def _load(self, *, provider: wire.Said, environment: Mapping[str, str | None]) -> wire.Said:
        for name, value in environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._plugin = InProcessPlugin(wire.to_provider(provider))
        brought = self._plugin.bring()
        self._failure = brought.failure
        return {**asdict(brought), "template_dirs": [str(each.absolute()) for each in brought.template_dirs]}

    def _start(self, *, place: int, given: dict[str, str], host: wire.Said) -> wire.Said:
        if self._plugin is None or self._failure is not None:
            return {"failed": f"it could not be loaded again: {self._failure}"}
        try:
            channel = self._plugin.start(place, given, wire.to_host(host))
        except SettingsLacking as error:
            return {"lacking": str(error)}
        except StartFailed as error:
            return {"failed": str(error)}
        except IndexError:
            return {"failed": "it brings other channels than when it was loaded first: start the process again"}
        self._channels[channel.name] = channel
        return {"secrets": channel.secrets}

    async def _send(self, *, channel: str, message: wire.Said) -> wire.Said:
        return asdict(await self._channels[channel].attempt(wire.to_message(message), None))

    async def _check(self, *, channel: str) -> wire.Said:
        return asdict(await self._channels[channel].check(None))

    async def _address(self, *, channel: str, raw: str) -> str | None:
        return await self._channels[channel].address_fault(raw, None)

    def _stop(self, *, about: int) -> None:
        if task := self._tasks.get(about):
            task.cancel()

    def _close(self, *, within: float) -> NoReturn:
        for channel in self._channels.values():
            channel.close(within)
        _leave()

    def _at_once(self, number: int, work: Callable[[], object]) -> None:
        try:
            self._say(number, answer=work())
        except Exception as error:  # noqa: BLE001  whoever asked must hear of it, whatever it is
            self._say(number, fault=one_line(told(error)))

    async def _in_time(self, number: int, work: Awaitable[object]) -> None:
        try:
            self._say(number, answer=await work)
        except Exception as error:  # noqa: BLE001  whoever asked must hear of it, whatever it is
            self._say(number, fault=one_line(told(error)))

    def _say(self, number: int, **said: object) -> None:
        self._outbox.write(wire.line({"number": number, **said}))
        self._outbox.flush()


def main() -> None:
    """Serve the host until it closes standard input, or this."""
    _end_with_the_parent(int(sys.argv[1]))
    for number in _IGNORED:
        # The host decides when this ends, also when the whole group is told to. Not SIG_IGN, which the plugin's own
        # children would inherit.
        signal.signal(number, lambda *_: None)
    inbox, outbox = _own_pipes()
    asyncio.run(_serve(inbox, _Child(outbox)))


async def _serve(inbox: BinaryIO, child: _Child) -> None:
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in inbox:
            loop.call_soon_threadsafe(child.hear, line)
        _leave()

    threading.Thread(target=read, daemon=True, name="questions").start()
    await loop.create_future()


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The host's two pipes, out of the plugin's way: what it prints goes to standard error, and it reads nothing."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    return inbox, outbox


def _end_with_the_parent(life: int) -> None:
    """Have the kernel end this process when the parent's end of a pipe closes.

    Reading standard input to its end would do, but a plugin may keep every thread of Python from running.
    """
    os.set_inheritable(life, False)
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    os.set_blocking(life, False)
    # not every system can, and some let the signal pass
    with suppress(OSError):
        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
    with suppress(BlockingIOError):
        os.read(life, 1)
        # only the end of the file can be read: the parent has gone already
        _leave()


def _leave() -> NoReturn:
    """End at once: a thread of the plugin's that hangs would keep a usual end from coming."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
