"""Ask the broker whether it answers: in a thread, and only once at a time for all callers."""

import asyncio
from dataclasses import dataclass

from capcom_gql.workers.broker import BrokerUnavailable, broker_connection

TIMEOUT = 4.0
"""Seconds after which a broker counts as not answering."""
ADVICE = "check that it runs and that CAPCOM_BROKER_URL names it; meanwhile letters are sent without it"
"""What the operator is advised if the broker does not answer."""
NO_DRIVER = "the driver of this broker is not installed: pip install 'capcom-gql[rabbitmq]'"
"""What the operator is advised if the broker cannot be used."""


@dataclass(frozen=True, slots=True)
class BrokerAnswer:
    """Whether the broker answers. `detail` names it, or says what to check."""

    answers: bool
    detail: str


class BrokerCheck:
    """Asks the broker of an installation; `url` is `CAPCOM_BROKER_URL`, not empty."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._asking: asyncio.Task[BrokerAnswer] | None = None

    async def ask(self) -> BrokerAnswer:
        """Ask the broker, for at most TIMEOUT seconds. Concurrent calls share one answer."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(asyncio.to_thread(_ask, self._url), name="broker-check")
        done, _ = await asyncio.wait({self._asking}, timeout=TIMEOUT)
        return self._asking.result() if done else BrokerAnswer(False, f"no answer within {TIMEOUT:.0f} s: {ADVICE}")


def _ask(url: str) -> BrokerAnswer:
    """Ask over a new connection each time, since an old one proves little."""
    try:
        connection = broker_connection(url)
    except ImportError:
        return BrokerAnswer(False, NO_DRIVER)
    try:
        connection.check()
    except BrokerUnavailable as error:
        return BrokerAnswer(False, f"{error}: {ADVICE}")
    finally:
        connection.broker.close()
    return BrokerAnswer(True, f"{connection.name} answers")
