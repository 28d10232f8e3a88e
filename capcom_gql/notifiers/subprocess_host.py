"""Plugins from outside: their code runs in a child process, which is replaced when it ends or does not answer."""

import asyncio
import logging
import os
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from capcom_gql.clock import monotonic
from capcom_gql.notifiers import wire
from capcom_gql.notifiers.child_process import ChildProcess, PendingQuestion, ProcessFault
from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.contract import Health, Host, Message
from capcom_gql.notifiers.declarations import Declaration, Declarations, SettingsLacking, StartFailed
from capcom_gql.notifiers.discovery import Provider
from capcom_gql.notifiers.redaction import one_line
from capcom_gql.notifiers.sending import Outcome, OutcomeKind
from capcom_gql.notifiers.wording import hidden_values

RUBBISH = "its process answered rubbish"

log = logging.getLogger(__name__)


class _Resting(Exception):
    """The process keeps ending, and is started again after `seconds`; the text says so."""

    def __init__(self, words: str, seconds: float) -> None:
        super().__init__(words)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class _Start:
    """How a channel is started, each time that a process is."""

    place: int
    offer: Declaration
    given: Mapping[str, str]
    host: Host


@dataclass(frozen=True, slots=True)
class _Life:
    """A process, and the answers to how the start of each channel went in it."""

    process: ChildProcess
    loading: PendingQuestion
    starts: dict[str, PendingQuestion]


class SubprocessPlugin:
    """A provider whose code this process never imports. Its child process starts at once, beside others."""

    def __init__(self, provider: Provider, environment: Mapping[str, str], timeouts: HostTimeouts) -> None:
        self.provider = provider
        self._environment = environment
        self._timeouts = timeouts
        self._began = monotonic()
        self._lock = threading.Lock()
        self._offers: tuple[Declaration, ...] = ()
        self._starts: dict[str, _Start] = {}
        self._secrets: set[str] = set()
        self._ends = 0
        self._counted: ChildProcess | None = None
        self._not_before = 0.0
        self._in_service: set[str] = set()
        self._is_closed = False
        self._past: list[ChildProcess] = []
        """Those given up that may still have something in hand."""
        self._life = self._new_life()

    def bring(self) -> Declarations:
        """What the plugin brings, told by its process within the time for that."""
        process = self._life.process
        left = self._began + self._timeouts.loads_within - monotonic()
        try:
            brought = wire.to_brought(self._life.loading.answer.result(max(left, 0)))
        except TimeoutError:
            process.kill()
            return Declarations(failure=f"its import did not end within {self._timeouts.loads_within:g} s")
        except ProcessFault as fault:
            return Declarations(failure=one_line(str(fault)))
        except wire.Rubbish:
            process.kill()
            return Declarations(failure=RUBBISH)
        self._offers = brought.offers
        return brought

    def start(self, place: int, given: Mapping[str, str], host: Host) -> "SubprocessHost":
        """Start the channel of the offer at that place. Raises SettingsLacking, StartFailed."""
        start = _Start(place, self._offers[place], given, host)
        self._secrets.update(hidden_values(start.offer.config_schema, given))
        within = self._timeouts.loads_within
        try:
            self._must_have_started(self._ask_to_start(self._life.process, start).answer.result(within))
        except TimeoutError:
            self._life.process.kill()
            raise StartFailed(f"it did not start within {within:g} s") from None
        except ProcessFault as fault:
            raise StartFailed(self.told(str(fault))) from None
        self._starts[start.offer.name] = start
        self._in_service.add(start.offer.name)
        started: Future[Any] = Future()
        started.set_result({})
        self._life.starts[start.offer.name] = PendingQuestion(0, started)
        return SubprocessHost(self, start.offer)

    def leave(self) -> None:
        """End its process."""
        self._is_closed = True
        self._life.process.kill()

    async def ask(self, channel: str, do: str, within: float, **more: object) -> Any:
        """Ask the process of now something about a channel, once that is started.

        Raises TimeoutError when it does not answer in time, ProcessFault when it ends, SettingsLacking and StartFailed
        when the channel does not start in a fresh one, _Resting when there is none yet.
        """
        life = self._life_for_work()
        timeouts = self._timeouts.loads_within
        try:
            self._must_have_started(await _answered(life.starts[channel].answer, timeouts))
        except TimeoutError:
            life.process.kill()
            raise ProcessFault(f"its process did not start within {timeouts:g} s") from None
        except StartFailed:
            # what is wrong may be mended when the next one starts
            life.process.kill()
            raise
        asked = life.process.ask(do, channel=channel, **more)
        try:
            return await _answered(asked.answer, within)
        except TimeoutError:
            life.process.give_up(asked)
            raise
        except asyncio.CancelledError:
            life.process.forget(asked)
            raise

    def answers(self) -> None:
        """The plugin does its work: should its process end, another is started at once."""
        self._ends = 0

    def told(self, words: str) -> str:
        """Words of the plugin or its process, without its secrets."""
        return one_line(words, self._secrets)

    def close(self, channel: str, within: float) -> None:
        """A channel is not needed any more; with the last one the process closes them all and ends."""
        with self._lock:
            self._in_service.discard(channel)
            if self._in_service:
                return
            self._is_closed = True
            past, self._past = self._past, []
        for process in past:
            process.kill()
        self._life.process.close(within)

    def _life_for_work(self) -> _Life:
        with self._lock:
            process = self._life.process
            if process.takes_work:
                return self._life
            if self._is_closed:
                raise ProcessFault("the notifiers are closed")
            if not process.is_retired and process is not self._counted:
                self._counted = process
                log.warning("plugin %s: %s", self.provider.name, process.end or "its process was ended")
                self._ends += 1
                wait = 0.0 if self._ends == 1 else min(2.0 ** (self._ends - 2), self._timeouts.longest_restart)
                self._not_before = (process.ended_at or monotonic()) + wait
            left = self._not_before - monotonic()
            if left > 0 and not process.is_retired:
                words = f"its process has ended {self._ends} times in a row, and is started again after a while"
                raise _Resting(words, left)
            self._past = [each for each in (*self._past, process) if each.is_retired and each.end is None]
            self._life = self._new_life()
            return self._life

    def _new_life(self) -> _Life:
        process = ChildProcess(self.provider.name, self._environment, self._heard)
        restored = {"PYTHONPATH": os.environ.get("PYTHONPATH")}
        loading = process.ask("load", provider=asdict(self.provider), environment=restored)
        starts = {name: self._ask_to_start(process, start) for name, start in self._starts.items()}
        return _Life(process, loading, starts)

    def _ask_to_start(self, process: ChildProcess, start: _Start) -> PendingQuestion:
        return process.ask("start", place=start.place, given=dict(start.given), host=wire.of_host(start.host))

    def _must_have_started(self, answer: object) -> None:
        if not isinstance(answer, dict) or not isinstance(answer.get("secrets", []), list):
            raise StartFailed(RUBBISH)
        if lacking := answer.get("lacking"):
            raise SettingsLacking(self.told(str(lacking)))
        if failed := answer.get("failed"):
            raise StartFailed(self.told(str(failed)))
        self._secrets.update(map(str, answer.get("secrets", ())))

    def _heard(self, line: str) -> None:
        log.info("plugin %s printed: %s", self.provider.name, self.told(line))


class SubprocessHost:
    """A channel of a plugin from outside."""

    def __init__(self, plugin: SubprocessPlugin, offer: Declaration) -> None:
        self._plugin = plugin
        self._offer = offer

    @property
    def name(self) -> str:
        """The channel's."""
        return self._offer.name

    @property
    def formats(self) -> tuple[str, ...]:
        """What the channel makes use of."""
        return self._offer.formats

    async def attempt(self, message: Message, within: float) -> Outcome:
        """One call of `send`, after the start of its process where there is none."""
        try:
            said = wire.of_message(message)
            outcome = wire.to_outcome(await self._plugin.ask(self.name, "send", within, message=said))
        except _Resting as resting:
            return self._outcome(OutcomeKind.WAIT, str(resting), retry_after=resting.seconds)
        except TimeoutError:
            return self._outcome(OutcomeKind.RETRY, f"no answer within {within:g} s", crashed=True, late=True)
        except SettingsLacking as lacking:
            return self._outcome(OutcomeKind.HELD, str(lacking))
        except (ProcessFault, StartFailed) as fault:
            return self._outcome(OutcomeKind.RETRY, str(fault), crashed=True)
        except wire.Rubbish:
            return self._outcome(OutcomeKind.RETRY, RUBBISH, crashed=True)
        except (TypeError, ValueError) as error:
            return self._outcome(OutcomeKind.FAILED, f"this message cannot be told to its process: {error}")
        if not outcome.crashed:
            self._plugin.answers()
        reason, provider_id = ((text and self._plugin.told(text)) for text in (outcome.reason, outcome.provider_id))
        return replace(outcome, reason=reason, provider_id=provider_id)

    async def check(self, within: float) -> Health:
        """What the notifier's own `check` says; no answer is a reason not to be well."""
        try:
            health = wire.to_health(await self._plugin.ask(self.name, "check", within))
        except TimeoutError:
            return Health(ok=False, detail=f"no answer within {within:g} s")
        except (_Resting, SettingsLacking, ProcessFault, StartFailed) as fault:
            return Health(ok=False, detail=self._plugin.told(str(fault)))
        except wire.Rubbish:
            return Health(ok=False, detail=RUBBISH)
        return Health(ok=health.ok, detail=self._plugin.told(health.detail))

    async def address_fault(self, raw: str, within: float) -> str | None:
        """Why the notifier's `validate_address` refuses an address; None also when it does not come to say so."""
        try:
            fault = await self._plugin.ask(self.name, "address", within, raw=raw)
        except (_Resting, TimeoutError, SettingsLacking, ProcessFault, StartFailed) as error:
            log.warning("an address could not be judged by %s: %s", self.name, self._plugin.told(str(error)))
            return None
        return None if fault is None else self._plugin.told(str(fault))

    def close(self, within: float) -> None:
        """Close the notifier; its process ends with the last one of the plugin."""
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
        reason = self._plugin.told(f"{self.name}: {words}")
        return Outcome(kind=kind, reason=reason, retry_after=retry_after, crashed=crashed, late=late)


async def _answered(answer: Future[Any], within: float) -> Any:
    """Wait for an answer that a thread will give, with no hold on it. Raises TimeoutError, or what the answer does."""
    loop, given = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: Future[Any]) -> None:
        # the loop may have ended before
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(given.set)

    answer.add_done_callback(tell)
    await asyncio.wait_for(given.wait(), within)
    return answer.result()
