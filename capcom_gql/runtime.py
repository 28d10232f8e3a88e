"""What every command needs of the installation: the policy's numbers, the currency, URLs and the active channels."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from capcom_gql.domain.letters import Channel
from capcom_gql.domain.terms import LifecyclePolicy
from capcom_gql.notifiers.registry import Registry
from capcom_gql.settings import Settings

AddressFault: TypeAlias = Callable[[str, str], Awaitable[str | None]]
"""A function of a kind of address and an address: why an active channel of this kind refuses it; None if none does."""


async def any_address(kind: str, raw: str) -> str | None:
    """The AddressFault by which no address is refused."""
    return None


@dataclass(frozen=True, slots=True)
class Runtime:
    """What commands know of the installation and of this process."""

    policy: LifecyclePolicy
    """The numbers of the rules and the operator's time zone."""
    currency: str
    """The one currency of all prices, an ISO 4217 code; amounts are in its minor units."""
    support_email: str
    """The address to which people are sent for help, and to which notices to staff go."""
    channels: tuple[Channel, ...]
    """The channels that are ACTIVE in this process."""
    account_base_url: str
    """What the URLs in letters begin with, without a slash at the end."""
    public_url: str
    """What the URLs of this server begin with, without a slash at the end."""
    send_timeout: float
    """Seconds that one send may last."""
    address_fault: AddressFault = any_address
    """Whether the active channels accept an address."""
    sign_ups_per_hour: int = 10
    """How many sign-ups of one source are accepted in an hour (R5)."""


def runtime_from(settings: Settings, channels: Sequence[Channel], address_fault: AddressFault = any_address) -> Runtime:
    """The runtime of a process, from its settings and its active channels."""
    return Runtime(
        policy=LifecyclePolicy(
            zone=settings.zone,
            term_months=settings.term_months,
            proof_days=settings.proof_days,
            proof_reminder_days=settings.proof_reminder_days,
            notice_months=settings.notice_months,
            reminder_days=settings.reminder_days,
            seats_min=settings.seats_min,
            seats_max=settings.seats_max,
            survey_days=settings.survey_days,
        ),
        currency=settings.currency,
        support_email=settings.support_email,
        channels=tuple(channels),
        account_base_url=settings.account_base_url,
        public_url=settings.public_url,
        send_timeout=settings.send_timeout,
        address_fault=address_fault,
        sign_ups_per_hour=settings.sign_ups_per_hour,
    )


CLOSES_WITHIN = 1.0
"""Seconds that `close_channels` waits."""


def runtime_of(settings: Settings, registry: Registry) -> Runtime:
    """The runtime of a process, from its settings and the ACTIVE channels of its registry."""
    channels = [Channel(entry.name, entry.address_kind) for entry in registry.active()]
    return runtime_from(settings, channels, registry.address_fault)


async def close_channels(registry: Registry) -> None:
    """Close all channels in a thread, and wait for CLOSES_WITHIN seconds at most: one that hangs is not waited for."""
    loop, closed = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        registry.close()
        # the loop may have ended before a channel that hung
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(closed.set)

    threading.Thread(target=run, daemon=True, name="close-notifiers").start()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(closed.wait(), CLOSES_WITHIN)
