"""Whether the broker answers, asked in a thread: once at a time, however many ask."""

import asyncio
from dataclasses import dataclass

from capcom_gql.workers.broker import BrokerUnavailable, broker_connection

WITHIN = 4.0
"""Seconds, after which a broker that has said nothing is one that does not answer."""
CHECK = "check that it runs and that CAPCOM_BROKER_URL names it; letters go without it meanwhile"
NO_DRIVER = "the driver of this broker is not installed: pip install 'capcom-gql[rabbitmq]'"


@dataclass(frozen=True, slots=True)
class BrokerAnswer:
    """What came of asking: which broker, and what to check where it does not answer."""

    answers: bool
    detail: str


class BrokerCheck:
    """The broker of an installation that has one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._asking: asyncio.Task[BrokerAnswer] | None = None

    async def ask(self) -> BrokerAnswer:
        """Ask it, within a few seconds."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(asyncio.to_thread(_ask, self._url), name="broker-check")
        done, _ = await asyncio.wait({self._asking}, timeout=WITHIN)
        return self._asking.result() if done else BrokerAnswer(False, f"no answer within {WITHIN:.0f} s: {CHECK}")


def _ask(url: str) -> BrokerAnswer:
    """By a new connection each time, since an old one proves little."""
    try:
        connection = broker_connection(url)
    except ImportError:
        return BrokerAnswer(False, NO_DRIVER)
    try:
        connection.check()
    except BrokerUnavailable as error:
        return BrokerAnswer(False, f"{error}: {CHECK}")
    finally:
        connection.broker.close()
    return BrokerAnswer(True, f"{connection.name} answers")
