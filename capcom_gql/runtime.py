"""What every command needs to know of this process: the numbers of the rules, the currency, the active channels."""

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

"""Asked with a kind of address and an address: why a channel of the kind refuses it, None where none does."""


async def any_address(kind: str, raw: str) -> str | None:
    """No channel refuses anything."""
    return None


@dataclass(frozen=True, slots=True)
class Runtime:
    """The numbers of the rules, the currency, whom to ask for support, the channels that are active."""

    policy: LifecyclePolicy
    currency: str
    support_email: str
    channels: tuple[Channel, ...]
    account_base_url: str
    public_url: str
    """what the addresses of this server begin with, without a slash at the end"""
    send_timeout: float
    """seconds that one send may last"""
    address_fault: AddressFault = any_address


def runtime_from(settings: Settings, channels: Sequence[Channel], address_fault: AddressFault = any_address) -> Runtime:
    """The setup of a process, from its settings and the channels that its plugins made active."""
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
    )


CLOSES_WITHIN = 1.0

"""Seconds for the channels to close."""


def runtime_of(settings: Settings, registry: Registry) -> Runtime:
    """The setup of a process: its settings, and the channels that are ACTIVE in it."""
    channels = [Channel(entry.name, entry.address_kind) for entry in registry.active()]
    return runtime_from(settings, channels, registry.address_fault)


async def close(registry: Registry) -> None:
    """Close the channels beside the loop; one that hangs is left behind."""
    loop, closed = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        registry.close()
        # the loop may have ended before a channel that hung
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(closed.set)

    threading.Thread(target=run, daemon=True, name="close-notifiers").start()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(closed.wait(), CLOSES_WITHIN)
