"""The health checks: `capcom doctor` makes all of them, /readyz only those that are cheap enough for a probe."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from capcom_gql.app.findings import CheckContext, Finding
from capcom_gql.app.machine_checks import clock_check, data_folder, disk_space
from capcom_gql.domain.letters import AddressKind
from capcom_gql.notifiers.registry import NotifierState
from capcom_gql.storage.event_log import ENDPOINT_DISABLED
from capcom_gql.storage.installation import later_migrations
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.backlog import LATE_AFTER, count_late_steps
from capcom_gql.storage.tables import Delivery

_ADDRESS = "check that it runs, and CAPCOM_DATABASE_URL or CAPCOM_DATA_DIR; capcom migrate makes its tables"
_LATER = "start the later version that migrated the database, or restore a backup: there is no way back"
_DATABASE_FIRST = "correct the database first, see above"
_LISTED = "capcom plugins list says why"
NO_MAIL = "no channel of kind email is active: no mail leaves, and letters are HELD until one is installed and set up"
"""What the operator is told where no mail can be sent (Letters)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: the name of its part, the function that makes it, and whether /readyz makes it too."""

    part: str
    ask: Callable[[CheckContext], Awaitable[Finding]]
    is_probed: bool


async def findings(context: CheckContext, *, probing: bool) -> Mapping[str, Finding]:
    """Make the checks, in the order of CHECKS: the findings by part. `probing`: only those for /readyz."""
    return {check.part: await check.ask(context) for check in CHECKS if check.is_probed or not probing}


async def _database(context: CheckContext) -> Finding:
    if context.missing is None:
        return Finding(False, context.fault, _ADDRESS)
    return Finding(True, facts={"engine": "postgres" if context.settings.sqlite_file is None else "sqlite"})


async def _migrations(context: CheckContext) -> Finding:
    if context.missing is None:
        return Finding(False, context.fault, _DATABASE_FIRST)
    if context.missing:
        remedy = "make a copy of the database, then run capcom migrate"
        return Finding(False, remedy=remedy, facts={"missing": context.missing})
    if later := await later_migrations():
        # not a failure: this is the state of an old server while the new ones start
        return Finding(True, remedy=_LATER, facts={"missing": [], "later": later})
    return Finding(True, facts={"missing": []})


async def _broker(context: CheckContext) -> Finding:
    if not context.settings.broker_url:
        return Finding(True, "none: each process works by itself")
    answer = await context.broker.ask()
    # its detail says what to check
    return Finding(answer.answers, answer.detail)


async def _notifiers(context: CheckContext) -> Finding:
    registry = context.registry
    failed = [entry.name for entry in registry.entries if entry.state is NotifierState.FAILED]
    held = await Delivery.filter(state="HELD", reason__not=ENDPOINT_DISABLED).count() if context.has_tables else None
    facts = {"active": [entry.name for entry in registry.active()], "failed": failed, "held": held}
    if failed:
        return Finding(False, remedy=_LISTED, facts=facts)
    by_mail = any(entry.address_kind == AddressKind.EMAIL for entry in registry.active())
    remedy = NO_MAIL if not by_mail else "see why letters are held: capcom export deliveries" if held else ""
    return Finding(True, remedy=remedy, facts=facts)


async def _steps(context: CheckContext) -> Finding:
    """Late steps are reported and do not fail: answers are right without them, since states are computed."""
    if not context.has_tables:
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


async def _channels(context: CheckContext) -> Finding:
    """The `check` of each active channel, such as its credentials. Each may take `CAPCOM_SEND_TIMEOUT`."""
    registry = context.registry
    health_of = {entry.name: await registry.check(entry.name) for entry in registry.active()}
    # a channel without any setting is not wanted here: that is no oversight
    waiting = [
        f"{entry.name}: {entry.reason}"
        for entry in registry.entries
        if entry.state is NotifierState.UNCONFIGURED and entry.name in context.settings.notify
    ]
    details = [f"{name}: {health.detail or ('ok' if health.ok else 'not ok')}" for name, health in health_of.items()]
    detail = "; ".join(details)
    wrong = [name for name, health in health_of.items() if not health.ok]
    if wrong:
        fields = ", ".join(f"CAPCOM_NOTIFY__{name.upper()}__..." for name in wrong)
        return Finding(False, detail, f"correct what is reported, or its settings ({fields})")
    if registry.warnings:
        return Finding(True, detail, registry.warnings[0])
    if waiting:
        return Finding(True, detail, f"complete or disable (CAPCOM_PLUGINS_DISABLED) what is not set up: {waiting[0]}")
    return Finding(True, detail or "none is active")


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
"""All checks, in the order in which they are made and shown."""
