"""Plugins whose code runs in a child process, which is replaced when it ends or does not answer in time."""

import asyncio
import logging
import os
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from typing import Any

from capcom_gql.clock import monotonic
from capcom_gql.notifiers import wire
from capcom_gql.notifiers.child_process import ChildProcess, PendingQuestion, ProcessFault
from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.contract import Health, Host, Message
from capcom_gql.notifiers.declarations import Declaration, Declarations, SettingsRefused, StartFailed
from capcom_gql.notifiers.discovery import Provider
from capcom_gql.notifiers.redaction import redact
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.notifiers.wording import hidden_values

MALFORMED = "its process gave a malformed answer"
"""The reason where a child's answer is not of the protocol (see `wire`)."""

log = logging.getLogger(__name__)


class _RestartDelayed(Exception):
    """The process keeps ending, and is not started again before `seconds` have passed; the text says so."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class _Start:
    """With what a channel is started in every new process."""

    index: int
    declaration: Declaration
    values: Mapping[str, str]
    host: Host


@dataclass(frozen=True, slots=True)
class _Run:
    """A process with the answers to its requests to load the plugin and to start each channel."""

    process: ChildProcess
    loading: PendingQuestion
    starts: dict[str, PendingQuestion]


class SubprocessPlugin:
    """A plugin whose code runs in a child process, and is never imported here. See `declarations.Plugin`.

    The child process is started at once, without waiting for it. Usable from any thread.
    """

    def __init__(self, provider: Provider, environment: Mapping[str, str], timeouts: HostTimeouts) -> None:
        self.provider = provider
        self._environment = environment
        self._timeouts = timeouts
        self._began = monotonic()
        self._lock = threading.Lock()
        self._declarations: tuple[Declaration, ...] = ()
        self._starts: dict[str, _Start] = {}
        self._secrets: set[str] = set()
        self._ends = 0
        self._counted: ChildProcess | None = None
        self._not_before = 0.0
        self._in_service: set[str] = set()
        self._is_closed = False
        self._past: list[ChildProcess] = []
        """Abandoned processes that may still be answering earlier requests."""
        self._run = self._new_run()

    def declare(self) -> Declarations:
        """What the plugin declares. Blocks until its process answers, for at most `HostTimeouts.load_timeout`."""
        process = self._run.process
        left = self._began + self._timeouts.load_timeout - monotonic()
        try:
            declared = wire.declarations_from_wire(self._run.loading.answer.result(max(left, 0)))
        except TimeoutError:
            process.kill()
            return Declarations(failure=f"its import did not end within {self._timeouts.load_timeout:g} s")
        except ProcessFault as fault:
            return Declarations(failure=redact(str(fault)))
        except wire.MalformedData:
            process.kill()
            return Declarations(failure=MALFORMED)
        self._declarations = declared.channels
        return declared

    def start(self, index: int, values: Mapping[str, str], host: Host) -> "SubprocessHost":
        """Start the channel at `index` of the declarations in the child process. Blocks for at most `load_timeout`.

        Raises SettingsRefused, StartFailed.
        """
        start = _Start(index, self._declarations[index], values, host)
        self._secrets.update(hidden_values(start.declaration.config_schema, values))
        within = self._timeouts.load_timeout
        try:
            self._check_started(self._ask_to_start(self._run.process, start).answer.result(within))
        except TimeoutError:
            self._run.process.kill()
            raise StartFailed(f"it did not start within {within:g} s") from None
        except ProcessFault as fault:
            raise StartFailed(self.redact(str(fault))) from None
        self._starts[start.declaration.name] = start
        self._in_service.add(start.declaration.name)
        started: Future[Any] = Future()
        started.set_result({})
        self._run.starts[start.declaration.name] = PendingQuestion(0, started)
        return SubprocessHost(self, start.declaration)

    def discard(self) -> None:
        """Kill the child process: no channel of the plugin is in service."""
        self._is_closed = True
        self._run.process.kill()

    async def ask(self, channel: str, do: str, within: float, **more: object) -> Any:
        """Send a request about a channel to the child process, starting a new one if the last has ended.

        Raises TimeoutError if there is no answer after `within` seconds, ProcessFault if the process ends or answers
        with an error, SettingsRefused or StartFailed if the channel does not start in a new process, and
        _RestartDelayed while no new process may be started.
        """
        run = self._process_for_work()
        start_timeout = self._timeouts.load_timeout
        try:
            self._check_started(await run.starts[channel].wait(start_timeout))
        except TimeoutError:
            run.process.kill()
            raise ProcessFault(f"its process did not start within {start_timeout:g} s") from None
        except StartFailed:
            # the cause may be gone when the next process starts
            run.process.kill()
            raise
        question = run.process.ask(do, channel=channel, **more)
        try:
            return await question.wait(within)
        except TimeoutError:
            run.process.abandon(question)
            raise
        except asyncio.CancelledError:
            run.process.cancel(question)
            raise

    def record_success(self) -> None:
        """Reset the count of ends after an answer that was no crash: if the process ends, a new one starts at once."""
        self._ends = 0

    def redact(self, text: str) -> str:
        """A text from the plugin or its process, in one line without the secrets of its channels."""
        return redact(text, self._secrets)

    def close(self, channel: str, within: float) -> None:
        """Take a channel out of service; after the last one, close the process within some seconds. Blocks."""
        with self._lock:
            self._in_service.discard(channel)
            if self._in_service:
                return
            self._is_closed = True
            past, self._past = self._past, []
        for process in past:
            process.kill()
        self._run.process.close(within)

    def _process_for_work(self) -> _Run:
        with self._lock:
            process = self._run.process
            if process.takes_work:
                return self._run
            if self._is_closed:
                raise ProcessFault("the channels are closed")
            if not process.is_retired and process is not self._counted:
                self._counted = process
                log.warning("plugin %s: %s", self.provider.name, process.end or "its process was ended")
                self._ends += 1
                wait = 0.0 if self._ends == 1 else min(2.0 ** (self._ends - 2), self._timeouts.longest_restart_wait)
                self._not_before = (process.ended_at or monotonic()) + wait
            left = self._not_before - monotonic()
            if left > 0 and not process.is_retired:
                reason = f"its process has ended {self._ends} times in a row and is started again after a wait"
                raise _RestartDelayed(reason, left)
            self._past = [each for each in (*self._past, process) if each.is_retired and each.end is None]
            self._run = self._new_run()
            return self._run

    def _new_run(self) -> _Run:
        process = ChildProcess(self.provider.name, self._environment, self._log_output)
        restored = {"PYTHONPATH": os.environ.get("PYTHONPATH")}
        loading = process.ask("load", provider=asdict(self.provider), environment=restored)
        starts = {name: self._ask_to_start(process, start) for name, start in self._starts.items()}
        return _Run(process, loading, starts)

    def _ask_to_start(self, process: ChildProcess, start: _Start) -> PendingQuestion:
        return process.ask("start", index=start.index, values=dict(start.values), host=wire.host_to_wire(start.host))

    def _check_started(self, answer: object) -> None:
        if not isinstance(answer, dict) or not isinstance(answer.get("secrets", []), list):
            raise StartFailed(MALFORMED)
        if refused := answer.get("refused"):
            raise SettingsRefused(self.redact(str(refused)))
        if failed := answer.get("failed"):
            raise StartFailed(self.redact(str(failed)))
        self._secrets.update(map(str, answer.get("secrets", ())))

    def _log_output(self, line: str) -> None:
        log.info("plugin %s printed: %s", self.provider.name, self.redact(line))


class SubprocessHost:
    """A channel that runs in a plugin's child process. See `sending.Runner`."""

    def __init__(self, plugin: SubprocessPlugin, declaration: Declaration) -> None:
        self._plugin = plugin
        self._declaration = declaration

    @property
    def name(self) -> str:
        """The channel's name."""
        return self._declaration.name

    @property
    def formats(self) -> tuple[str, ...]:
        """Which of `text`, `html` and `json` the channel uses."""
        return self._declaration.formats

    async def attempt(self, message: Message, within: float) -> Outcome:
        """Call the notifier's `send` once, for at most `within` seconds, and the time to start a process if needed."""
        try:
            data = wire.message_to_wire(message)
            outcome = wire.outcome_from_wire(await self._plugin.ask(self.name, "send", within, message=data))
        except _RestartDelayed as delayed:
            return self._outcome(OutcomeKind.WAIT, str(delayed), retry_after=delayed.seconds)
        except TimeoutError:
            return self._outcome(OutcomeKind.RETRY, f"no answer within {within:g} s", crashed=True, late=True)
        except SettingsRefused as refused:
            return self._outcome(OutcomeKind.HELD, str(refused))
        except (ProcessFault, StartFailed) as fault:
            return self._outcome(OutcomeKind.RETRY, str(fault), crashed=True)
        except wire.MalformedData:
            return self._outcome(OutcomeKind.RETRY, MALFORMED, crashed=True)
        except (TypeError, ValueError) as error:
            return self._outcome(OutcomeKind.FAILED, f"the message cannot be passed to its process: {error}")
        if not outcome.crashed:
            self._plugin.record_success()
        reason, provider_id = ((text and self._plugin.redact(text)) for text in (outcome.reason, outcome.provider_id))
        return replace(outcome, reason=reason, provider_id=provider_id)

    async def check(self, within: float) -> Health:
        """The result of the notifier's `check`, within some seconds; not ok if it fails or is late."""
        try:
            health = wire.health_from_wire(await self._plugin.ask(self.name, "check", within))
        except TimeoutError:
            return Health(ok=False, detail=f"no answer within {within:g} s")
        except (_RestartDelayed, SettingsRefused, ProcessFault, StartFailed) as fault:
            return Health(ok=False, detail=self._plugin.redact(str(fault)))
        except wire.MalformedData:
            return Health(ok=False, detail=MALFORMED)
        return Health(ok=health.ok, detail=self._plugin.redact(health.detail))

    async def address_fault(self, raw: str, within: float) -> str | None:
        """Why the notifier's `validate_address` refuses an address; None if it accepts it, fails or is late."""
        try:
            fault = await self._plugin.ask(self.name, "address", within, raw=raw)
        except (_RestartDelayed, TimeoutError, SettingsRefused, ProcessFault, StartFailed) as error:
            log.warning("an address was not checked: %s: %s", self.name, self._plugin.redact(str(error)))
            return None
        return None if fault is None else self._plugin.redact(str(fault))

    def close(self, within: float) -> None:
        """Take the channel out of service; the process is closed with the plugin's last channel."""
        self._plugin.close(self.name, within)

    def _outcome(
        self,
        kind: OutcomeKind,
        words: str,
        *,
        retry_after: float | None = None,
        crashed: bool = False,
        late: bool = False,
    ) -> Outcome:
        reason = self._plugin.redact(f"{self.name}: {words}")
        return Outcome(kind=kind, reason=reason, retry_after=retry_after, crashed=crashed, late=late)
