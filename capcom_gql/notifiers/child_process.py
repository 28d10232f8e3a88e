"""One child process of the plugin host: start, requests, answers and end. Usable from any thread or event loop."""

import asyncio
import itertools
import logging
import os
import selectors
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import IO, Any

from capcom_gql.clock import monotonic
from capcom_gql.notifiers import wire

CHILD = "capcom_gql.notifiers.child_main"
"""The module that the child runs."""
KILL_TIMEOUT = 2.0
"""Seconds that `close` waits for a killed process to end."""
MAX_OUTPUT_LINE = 10_000
"""Bytes of one line that a plugin prints; a longer line is logged in several pieces."""
_READ_SIZE = 65_536

log = logging.getLogger(__name__)


class ProcessFault(Exception):
    """The process ended before it answered, or its answer is an error; the text says what happened."""


@dataclass(frozen=True, slots=True)
class PendingQuestion:
    """A request to the child and its future answer, which raises ProcessFault if there will be none."""

    number: int
    answer: Future[Any]

    async def wait(self, within: float) -> Any:
        """The answer, without ever cancelling its future. Raises TimeoutError after some seconds, or ProcessFault."""
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def wake(_: Future[Any]) -> None:
            # the loop may have ended before
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(done.set)

        self.answer.add_done_callback(wake)
        await asyncio.wait_for(done.wait(), within)
        return self.answer.result()


class ChildProcess:
    """A running child process, started at once by a thread of its own.

    `environment` is all that the child gets of the environment; `on_output` is called, in that thread, with each line
    that the plugin prints. The process ends when it is closed or killed, by itself, or when this process ends.
    """

    def __init__(self, name: str, environment: Mapping[str, str], on_output: Callable[[str], None]) -> None:
        self._name = name
        self._environment = dict(environment)
        self._on_output = on_output
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._pending: dict[int, Future[Any]] = {}
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._popen: subprocess.Popen[bytes] | None = None
        self._is_wanted = True
        self._is_retired = False
        self._end: str | None = None
        self._ended_at: float | None = None
        self._over = threading.Event()
        threading.Thread(target=self._live, daemon=True, name=f"plugin-{name}").start()

    @property
    def takes_work(self) -> bool:
        """Whether it accepts new requests: it was not killed or abandoned, and has not ended."""
        return self._is_wanted and not self._is_retired and self._end is None

    @property
    def is_retired(self) -> bool:
        """Whether it was abandoned: it accepts nothing new and is killed once its other requests are answered."""
        return self._is_retired

    @property
    def end(self) -> str | None:
        """Why it ended, as a sentence for the log; None while it lives."""
        return self._end

    @property
    def ended_at(self) -> float | None:
        """When it ended or was killed, in seconds of the monotonic clock; None before that."""
        return self._ended_at

    def ask(self, do: str, **more: object) -> PendingQuestion:
        """Send a request without waiting for its answer. The child takes requests in the order of these calls."""
        number, answer = next(self._numbers), Future[Any]()
        line = wire.to_line({"number": number, "do": do, **more})
        with self._lock:
            if self._end is None:
                self._pending[number] = answer
                self._outbox.put(line)
                return PendingQuestion(number, answer)
        answer.set_exception(ProcessFault(self._end))
        return PendingQuestion(number, answer)

    def cancel(self, question: PendingQuestion) -> None:
        """Stop waiting for an answer, and ask the child to cancel that work (only an `async` send can be cancelled)."""
        with self._lock:
            if self._pending.pop(question.number, None) is not None:
                self._outbox.put(wire.to_line({"do": "stop", "target": question.number}))
        self._kill_when_done()

    def abandon(self, question: PendingQuestion) -> None:
        """Retire the process because this answer is late: it accepts nothing new, and is killed once no other request
        waits for an answer."""
        self._is_retired = True
        self.cancel(question)

    def kill(self) -> None:
        """Kill the process at once; requests without an answer raise ProcessFault. Idempotent."""
        with self._lock:
            self._is_wanted = False
            self._ended_at = self._ended_at or monotonic()
            if self._popen is not None and self._end is None:
                self._popen.kill()

    def close(self, within: float) -> None:
        """Let the process close its channels and end; kill it after `within` seconds. Blocks until it has ended."""
        self.ask("close", within=within)
        self._over.wait(within)
        self.kill()
        self._over.wait(KILL_TIMEOUT)

    def _live(self) -> None:
        end = "its process ended"
        try:
            end = self._serve()
        except OSError as error:
            end = f"its process cannot be started: {error.strerror or error}"
        except wire.MalformedData:
            end = "its process gave a malformed answer and was ended"
        finally:
            self._is_over(end)

    def _serve(self) -> str:
        lifeline, ours = os.pipe()
        try:
            popen = subprocess.Popen(
                # -P: nothing is imported from the working folder unless this process would import it too
                [sys.executable, "-P", "-m", CHILD, str(lifeline)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                # so that the plugin finds no .env file in the working folder
                cwd=os.sep,
                pass_fds=(lifeline,),
                bufsize=0,
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(lifeline)
        assert popen.stdin is not None and popen.stdout is not None and popen.stderr is not None, "they are pipes"
        threading.Thread(target=self._write, args=(popen.stdin,), daemon=True, name=f"to-{self._name}").start()
        try:
            with self._lock:
                self._popen = popen
                if not self._is_wanted:
                    popen.kill()
            with popen.stdout as answers, popen.stderr as output, _exit_of(popen) as exited:
                self._read(answers.fileno(), output.fileno(), exited)
        finally:
            os.close(ours)
            with self._lock:
                # reaped under the lock: a later kill could hit another process with the same pid
                popen.kill()
                status = popen.wait()
                self._popen = None
        return f"its process ended (signal {-status})" if status < 0 else f"its process ended (status {status})"

    def _read(self, answers: int, output: int, exited: int | None) -> None:
        """Read answers and output until the process ends or closes its answers.

        `exited` becomes readable when it has ended: processes that it leaves behind may hold its pipes open.
        """
        received, printed = b"", b""
        with selectors.DefaultSelector() as ready:
            for number in (answers, output, exited):
                if number is not None:
                    ready.register(number, selectors.EVENT_READ)
            while True:
                # its last output is read before the end of its answers
                found = sorted((key.fd for key, _ in ready.select()), key=lambda number: number == answers)
                if found == [exited]:
                    break
                for number in found:
                    data = b"" if number == exited else os.read(number, _READ_SIZE)
                    if number == output:
                        printed = self._print(printed + data)
                    elif number == answers:
                        *lines, received = (received + data).split(b"\n")
                        for line in lines:
                            self._take(line)
                    if not data and number != exited:
                        ready.unregister(number)
                if len(received) > wire.MAX_LINE:
                    raise wire.MalformedData
                if answers not in ready.get_map():
                    break
        if printed:
            self._print(printed + b"\n")

    def _print(self, printed: bytes) -> bytes:
        *lines, rest = printed.split(b"\n")
        if len(rest) > MAX_OUTPUT_LINE:
            lines, rest = [*lines, rest], b""
        for line in lines:
            if line.strip():
                self._on_output(line.decode(errors="replace"))
        return rest

    def _take(self, line: bytes) -> None:
        reply = wire.parse_line(line)
        number = reply.get("number")
        if not isinstance(number, int):
            raise wire.MalformedData
        with self._lock:
            answer = self._pending.pop(number, None)
        # None: the request was cancelled, and its answer came all the same
        if answer is not None:
            if "fault" in reply:
                answer.set_exception(ProcessFault(str(reply["fault"])))
            else:
                answer.set_result(reply.get("answer"))
        self._kill_when_done()

    def _kill_when_done(self) -> None:
        if self._is_retired and not self._pending:
            self.kill()

    def _write(self, pipe: IO[bytes]) -> None:
        try:
            while (line := self._outbox.get()) is not None:
                rest = memoryview(line)
                while rest:
                    rest = rest[os.write(pipe.fileno(), rest) :]
        except OSError as error:
            log.debug("the process of plugin %s no longer reads its requests: %s", self._name, error)
        finally:
            pipe.close()

    def _is_over(self, end: str) -> None:
        with self._lock:
            self._end = end
            self._ended_at = self._ended_at or monotonic()
            left, self._pending = list(self._pending.values()), {}
        self._outbox.put(None)
        for answer in left:
            answer.set_exception(ProcessFault(end))
        self._over.set()


@contextmanager
def _exit_of(popen: subprocess.Popen[bytes]) -> Iterator[int | None]:
    """A file descriptor that becomes readable when the process ends; None on systems without pidfd."""
    try:
        number = os.pidfd_open(popen.pid)
    except (AttributeError, OSError):
        yield None
        return
    try:
        yield number
    finally:
        os.close(number)
