"""The program of a plugin's child process: `python -m capcom_gql.notifiers.child_main`, started by `ChildProcess`.

It imports one plugin and answers requests, one JSON object a line (see `wire`), from standard input to standard output,
several at a time. Its environment holds no settings; those of its channels come with the request to start them. It ends
when its parent ends.
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
from capcom_gql.notifiers.confinement import confine
from capcom_gql.notifiers.declarations import SettingsRefused, StartFailed
from capcom_gql.notifiers.in_process import InProcessHost, InProcessPlugin
from capcom_gql.notifiers.redaction import describe_error, redact

_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Child:
    """Handles the host's requests in the event loop. No exception of the plugin's leaves it."""

    def __init__(self, outbox: BinaryIO) -> None:
        self._outbox = outbox
        self._plugin: InProcessPlugin | None = None
        self._failure: str | None = "it was not loaded"
        self._channels: dict[str, InProcessHost] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def handle(self, line: bytes) -> None:
        """Do what one line asks: synchronous requests at once, in order; asynchronous ones in tasks of their own."""
        request = wire.parse_line(line)
        number = request.pop("number", 0)
        do: Callable[..., Any] = getattr(self, f"_{request.pop('do')}")
        if asyncio.iscoroutinefunction(do):
            task = asyncio.get_running_loop().create_task(self._run_task(number, do(**request)))
            self._tasks[number] = task
            task.add_done_callback(lambda _: self._tasks.pop(number, None))
        else:
            self._run_now(number, lambda: do(**request))

    def _load(self, *, provider: wire.JsonObject, environment: Mapping[str, str | None]) -> wire.JsonObject:
        for name, value in environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._plugin = InProcessPlugin(wire.provider_from_wire(provider))
        declared = self._plugin.declare()
        self._failure = declared.failure
        return {**asdict(declared), "template_dirs": [str(each.absolute()) for each in declared.template_dirs]}

    def _start(self, *, index: int, values: dict[str, str], host: wire.JsonObject) -> wire.JsonObject:
        if self._plugin is None or self._failure is not None:
            return {"failed": f"it could not be loaded again: {self._failure}"}
        try:
            channel = self._plugin.start(index, values, wire.host_from_wire(host))
        except SettingsRefused as error:
            return {"refused": str(error)}
        except StartFailed as error:
            return {"failed": str(error)}
        except IndexError:
            return {"failed": "it declares other channels than when it was first loaded: restart the server"}
        self._channels[channel.name] = channel
        return {"secrets": channel.secrets}

    async def _send(self, *, channel: str, message: wire.JsonObject) -> wire.JsonObject:
        return asdict(await self._channels[channel].attempt(wire.message_from_wire(message), None))

    async def _check(self, *, channel: str) -> wire.JsonObject:
        return asdict(await self._channels[channel].check(None))

    async def _address(self, *, channel: str, raw: str) -> str | None:
        return await self._channels[channel].address_fault(raw, None)

    def _stop(self, *, target: int) -> None:
        if task := self._tasks.get(target):
            task.cancel()

    def _close(self, *, within: float) -> NoReturn:
        for channel in self._channels.values():
            channel.close(within)
        _exit()

    def _run_now(self, number: int, work: Callable[[], object]) -> None:
        try:
            self._reply(number, answer=work())
        except Exception as error:  # noqa: BLE001  the host must get an answer, whatever it is
            self._reply(number, fault=redact(describe_error(error)))

    async def _run_task(self, number: int, work: Awaitable[object]) -> None:
        try:
            self._reply(number, answer=await work)
        except Exception as error:  # noqa: BLE001  the host must get an answer, whatever it is
            self._reply(number, fault=redact(describe_error(error)))

    def _reply(self, number: int, **reply: object) -> None:
        self._outbox.write(wire.to_line({"number": number, **reply}))
        self._outbox.flush()


def main() -> None:
    """Serve the host until it closes standard input, ends, or asks this process to close.

    The only argument of the command is the number of an inherited pipe whose other end the host keeps open.
    """
    confine()
    _end_with_the_parent(int(sys.argv[1]))
    for number in _IGNORED:
        # The host decides when this process ends, also when the signal goes to the whole group. Not SIG_IGN, which the
        # plugin's own children would inherit.
        signal.signal(number, lambda *_: None)
    inbox, outbox = _own_pipes()
    asyncio.run(_serve(inbox, _Child(outbox)))


async def _serve(inbox: BinaryIO, child: _Child) -> None:
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in inbox:
            loop.call_soon_threadsafe(child.handle, line)
        _exit()

    threading.Thread(target=read, daemon=True, name="questions").start()
    await loop.create_future()


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The host's two pipes, moved away from the plugin: what it prints goes to standard error, and it reads nothing."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    return inbox, outbox


def _end_with_the_parent(lifeline: int) -> None:
    """Have the kernel end this process when the parent's end of a pipe closes.

    Reading standard input to its end is not enough: a plugin may keep every thread of Python from running.
    """
    os.set_inheritable(lifeline, False)
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    os.set_blocking(lifeline, False)
    # not every system supports this, and on some the signal never comes
    with suppress(OSError):
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    with suppress(BlockingIOError):
        os.read(lifeline, 1)
        # nothing is ever written: a read that does not block is the end of the file, and the parent is gone
        _exit()


def _exit() -> NoReturn:
    """End at once: a normal exit would wait for a thread of the plugin's that hangs."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
