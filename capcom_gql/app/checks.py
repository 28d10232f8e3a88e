"""The one list of checks: /readyz asks those that a probe may ask every few seconds, `capcom doctor` asks them all."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from capcom_gql.app.findings import Finding, Ground
from capcom_gql.app.machine_checks import clock_check, data_folder, disk_space
from capcom_gql.domain.letters import AddressKind
from capcom_gql.notifiers.registry import NotifierState
from capcom_gql.storage.event_log import ENDPOINT_DISABLED
from capcom_gql.storage.installation import later_migrations
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.backlog import LATE_AFTER, count_late_steps
from capcom_gql.storage.tables import Delivery

_ADDRESS = "check that it runs, and CAPCOM_DATABASE_URL or CAPCOM_DATA_DIR; capcom migrate makes its tables"
_LATER = "start the later version that brought the database there, or restore a backup: there is no way back"
_FIRST_THE_DATABASE = "first the database, see there"
_LISTED = "capcom plugins list says why"
_NO_MAIL = "install a channel of kind email: no mail leaves, and letters are HELD until one is active"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: the part it is about, how it is asked, and whether a probe asks it too."""

    part: str
    ask: Callable[[Ground], Awaitable[Finding]]
    is_probed: bool


async def findings(ground: Ground, *, probing: bool) -> Mapping[str, Finding]:
    """What the checks find, by part, in the order of the list; `probing` leaves out those that are not for a probe."""
    return {check.part: await check.ask(ground) for check in CHECKS if check.is_probed or not probing}


async def _database(ground: Ground) -> Finding:
    if ground.missing is None:
        return Finding(False, ground.fault, _ADDRESS)
    return Finding(True, facts={"engine": "postgres" if ground.settings.sqlite_file is None else "sqlite"})


async def _migrations(ground: Ground) -> Finding:
    if ground.missing is None:
        return Finding(False, ground.fault, _FIRST_THE_DATABASE)
    if ground.missing:
        remedy = "make a copy of the database, then run capcom migrate"
        return Finding(False, remedy=remedy, facts={"missing": ground.missing})
    if later := await later_migrations():
        # no failure: so it is for an old server while the new ones start
        return Finding(True, remedy=_LATER, facts={"missing": [], "later": later})
    return Finding(True, facts={"missing": []})


async def _broker(ground: Ground) -> Finding:
    if not ground.settings.broker_url:
        return Finding(True, "none: each process works by itself")
    told = await ground.broker.ask()
    # what to check is in the detail already
    return Finding(told.answers, told.detail)


async def _notifiers(ground: Ground) -> Finding:
    registry = ground.registry
    failed = [entry.name for entry in registry.entries if entry.state is NotifierState.FAILED]
    held = await Delivery.filter(state="HELD", reason__not=ENDPOINT_DISABLED).count() if ground.has_tables else None
    facts = {"active": [entry.name for entry in registry.active()], "failed": failed, "held": held}
    if failed:
        return Finding(False, remedy=_LISTED, facts=facts)
    by_mail = any(entry.address_kind == AddressKind.EMAIL for entry in registry.active())
    remedy = _NO_MAIL if not by_mail else "see why letters are held: capcom export deliveries" if held else ""
    return Finding(True, remedy=remedy, facts=facts)


async def _steps(ground: Ground) -> Finding:
    """Steps that wait stop no answer, since answers are worked out: told, and no reason not to be ready."""
    if not ground.has_tables:
        return Finding(True, "not known")
    behind = await count_late_steps(await product_now())
    facts = {"due": behind.due, "late": behind.late, "failing": behind.failing}
    if behind.failing:
        failing = "the steps of some subscriptions cannot be recorded: the workers' logs say why"
        return Finding(True, failing, "read the workers' logs", facts)
    if behind.late:
        minutes = round(LATE_AFTER.total_seconds() / 60)
        late = f"steps are due for more than {minutes} minutes: check that a worker runs"
        return Finding(True, late, "start capcom serve or capcom worker", facts)
    return Finding(True, facts=facts)


async def _channels(ground: Ground) -> Finding:
    """What each active channel says of itself: credentials, the other end. May take as long as a send, each."""
    registry = ground.registry
    told = {entry.name: await registry.check(entry.name) for entry in registry.active()}
    # one of which nothing is set is not wanted here, and no oversight
    waiting = [
        f"{entry.name}: {entry.reason}"
        for entry in registry.entries
        if entry.state is NotifierState.UNCONFIGURED and entry.name in ground.settings.notify
    ]
    words = "; ".join(f"{name}: {health.detail or ('ok' if health.ok else 'not ok')}" for name, health in told.items())
    wrong = [name for name, health in told.items() if not health.ok]
    if wrong:
        fields = ", ".join(f"CAPCOM_NOTIFY__{name.upper()}__..." for name in wrong)
        return Finding(False, words, f"mend what it says, or its settings ({fields})")
    if registry.warnings:
        return Finding(True, words, registry.warnings[0])
    if waiting:
        return Finding(True, words, f"complete or disable (CAPCOM_PLUGINS_DISABLED) what is not set up: {waiting[0]}")
    return Finding(True, words or "none is active")


CHECKS: Sequence[Check] = (
    Check("database", _database, is_probed=True),
    Check("broker", _broker, is_probed=True),
    Check("migrations", _migrations, is_probed=True),
    Check("notifiers", _notifiers, is_probed=True),
    Check("steps", _steps, is_probed=True),
    Check("clock", clock_check, is_probed=False),
    Check("data_dir", data_folder, is_probed=False),
    Check("disk", disk_space, is_probed=False),
    # the last, since it may take long
    Check("channels", _channels, is_probed=False),
)
