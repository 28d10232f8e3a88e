"""One child process, from its start to its end: questions go out and answers come back, from any thread or loop."""

import itertools
import logging
import os
import selectors
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import IO, Any

from capcom_gql.clock import monotonic
from capcom_gql.notifiers import wire

CHILD = "capcom_gql.notifiers.child_main"
ENDS_WITHIN = 2.0
"""Seconds for a process that was killed to be gone."""
LONGEST_WORDS = 10_000
"""Octets of one line that a plugin prints, past which it is cut in pieces."""
_PIECE = 65_536

log = logging.getLogger(__name__)


class ProcessFault(Exception):
    """The process ended before it answered, or could not do what was asked; the text says which, in words."""


@dataclass(frozen=True, slots=True)
class PendingQuestion:
    """A question and its answer to come, which raises ProcessFault when there is none."""

    number: int
    answer: Future[Any]


class ChildProcess:
    """Starts at once, in a thread of its own. `hears` is given each line that the plugin prints.

    It ends when it is closed or killed, by itself, or with this process.
    """

    def __init__(self, name: str, environment: Mapping[str, str], hears: Callable[[str], None]) -> None:
        self._name = name
        self._environment = dict(environment)
        self._hears = hears
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._asked: dict[int, Future[Any]] = {}
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
        """Whether it may be asked for something new."""
        return self._is_wanted and not self._is_retired and self._end is None

    @property
    def is_retired(self) -> bool:
        """Whether it was given up, and ends when what else it was asked is answered."""
        return self._is_retired

    @property
    def end(self) -> str | None:
        """How it ended, in words; None while it lives."""
        return self._end

    @property
    def ended_at(self) -> float | None:
        """When it ended, or was told to, by the monotonic clock."""
        return self._ended_at

    def ask(self, do: str, **more: object) -> PendingQuestion:
        """Ask, and go on; the questions are taken up in this order."""
        number, answer = next(self._numbers), Future[Any]()
        line = wire.line({"number": number, "do": do, **more})
        with self._lock:
            if self._end is None:
                self._asked[number] = answer
                self._outbox.put(line)
                return PendingQuestion(number, answer)
        answer.set_exception(ProcessFault(self._end))
        return PendingQuestion(number, answer)

    def forget(self, asked: PendingQuestion) -> None:
        """Nobody waits for this answer any more: what can be stopped is stopped."""
        with self._lock:
            if self._asked.pop(asked.number, None) is not None:
                self._outbox.put(wire.line({"do": "stop", "about": asked.number}))
        self._kill_when_done()

    def give_up(self, asked: PendingQuestion) -> None:
        """This answer is late: nothing new is asked here, and when the others are in, or late too, it is killed."""
        self._is_retired = True
        self.forget(asked)

    def kill(self) -> None:
        """End it now."""
        with self._lock:
            self._is_wanted = False
            self._ended_at = self._ended_at or monotonic()
            if self._popen is not None and self._end is None:
                self._popen.kill()

    def close(self, within: float) -> None:
        """Let it close its channels and end; kill it after so many seconds."""
        self.ask("close", within=within)
        self._over.wait(within)
        self.kill()
        self._over.wait(ENDS_WITHIN)

    def _live(self) -> None:
        end = "its process ended"
        try:
            end = self._serve()
        except OSError as error:
            end = f"its process cannot be started: {error.strerror or error}"
        except wire.Rubbish:
            end = "its process answered rubbish and was ended"
        finally:
            self._is_over(end)

    def _serve(self) -> str:
        life, ours = os.pipe()
        try:
            popen = subprocess.Popen(
                # -P: nothing of the working folder is imported unless this process would
                [sys.executable, "-P", "-m", CHILD, str(life)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                # nor is a file of settings found in it
                cwd=os.sep,
                pass_fds=(life,),
                bufsize=0,
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(life)
        assert popen.stdin is not None and popen.stdout is not None and popen.stderr is not None, "they are pipes"
        threading.Thread(target=self._write, args=(popen.stdin,), daemon=True, name=f"to-{self._name}").start()
        try:
            with self._lock:
                self._popen = popen
                if not self._is_wanted:
                    popen.kill()
            with popen.stdout as answers, popen.stderr as words, _exit_of(popen) as exited:
                self._read(answers.fileno(), words.fileno(), exited)
        finally:
            os.close(ours)
            with self._lock:
                # reaped under the lock: a kill that came later could hit another process with its number
                popen.kill()
                status = popen.wait()
                self._popen = None
        return f"its process ended (signal {-status})" if status < 0 else f"its process ended (status {status})"

    def _read(self, answers: int, words: int, exited: int | None) -> None:
        """Take what comes until the process ends, or its answers do.

        `exited` becomes readable when it has ended: others that it has left behind may hold its pipes open.
        """
        heard, printed = b"", b""
        with selectors.DefaultSelector() as ready:
            for number in (answers, words, exited):
                if number is not None:
                    ready.register(number, selectors.EVENT_READ)
            while True:
                # what it printed last comes before the end of its answers
                found = sorted((key.fd for key, _ in ready.select()), key=lambda number: number == answers)
                if found == [exited]:
                    break
                for number in found:
                    data = b"" if number == exited else os.read(number, _PIECE)
                    if number == words:
                        printed = self._print(printed + data)
                    elif number == answers:
                        *lines, heard = (heard + data).split(b"\n")
                        for line in lines:
                            self._take(line)
                    if not data and number != exited:
                        ready.unregister(number)
                if len(heard) > wire.LONGEST_LINE:
                    raise wire.Rubbish
                if answers not in ready.get_map():
                    break
        if printed:
            self._print(printed + b"\n")

    def _print(self, printed: bytes) -> bytes:
        *lines, rest = printed.split(b"\n")
        if len(rest) > LONGEST_WORDS:
            lines, rest = [*lines, rest], b""
        for line in lines:
            if line.strip():
                self._hears(line.decode(errors="replace"))
        return rest

    def _take(self, line: bytes) -> None:
        said = wire.heard(line)
        number = said.get("number")
        if not isinstance(number, int):
            raise wire.Rubbish
        with self._lock:
            answer = self._asked.pop(number, None)
        # None: what was forgotten, and answered all the same
        if answer is not None:
            if "fault" in said:
                answer.set_exception(ProcessFault(str(said["fault"])))
            else:
                answer.set_result(said.get("answer"))
        self._kill_when_done()

    def _kill_when_done(self) -> None:
        if self._is_retired and not self._asked:
            self.kill()

    def _write(self, pipe: IO[bytes]) -> None:
        try:
            while (line := self._outbox.get()) is not None:
                rest = memoryview(line)
                while rest:
                    rest = rest[os.write(pipe.fileno(), rest) :]
        except OSError as error:
            log.debug("the process of %s reads no more: %s", self._name, error)
        finally:
            pipe.close()

    def _is_over(self, end: str) -> None:
        with self._lock:
            self._end = end
            self._ended_at = self._ended_at or monotonic()
            left, self._asked = list(self._asked.values()), {}
        self._outbox.put(None)
        for answer in left:
            answer.set_exception(ProcessFault(end))
        self._over.set()


@contextmanager
def _exit_of(popen: subprocess.Popen[bytes]) -> Iterator[int | None]:
    """What becomes readable when a process ends, where the system has it."""
    try:
        number = os.pidfd_open(popen.pid)
    except (AttributeError, OSError):
        yield None
        return
    try:
        yield number
    finally:
        os.close(number)
