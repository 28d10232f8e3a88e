"""The broker that CAPCOM_BROKER_URL names: Redis, RabbitMQ, or none, which is one inside the process."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from dramatiq import Broker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware

NAMESPACE = "capcom"
ANSWERS_WITHIN = 3.0
"""Seconds for the broker to connect, and to answer."""
HEARTBEAT_MS = 15_000
"""A worker unheard of for so long is gone; what it had fetched is fetched again, and found done or free."""

DEAD_FOR_MS = 3_600_000
"""Messages that failed are kept for so long, for whoever looks; their letters go by other messages."""


class BrokerUnavailable(Exception):
    """The broker does not answer; the text says what it said."""


@dataclass(frozen=True, slots=True)
class BrokerConnection:
    """A broker, not connected yet, and the way to ask whether it is there."""

    broker: Broker
    name: str
    _probe: Callable[[], object]

    def must_answer(self) -> None:
        """Ask the broker whether it is there; blocks for a few seconds at most. Raises BrokerUnavailable."""
        try:
            self._probe()
        # whatever its driver raises, the broker is out of reach; its text may hold the address with a password
        except Exception as error:
            raise BrokerUnavailable(f"{self.name} does not answer: {type(error).__name__}") from error


def line_to(url: str, middleware: list[Middleware] | None = None) -> BrokerConnection:
    """The broker of an address. It retries nothing: the rows have one schedule, their own."""
    middleware = middleware or []
    scheme = urlsplit(url).scheme
    # a driver is imported where it is used only: that of RabbitMQ is an extra, and workers start lighter
    if scheme in {"redis", "rediss"}:
        import redis  # noqa: PLC0415
        from dramatiq.brokers.redis import RedisBroker  # noqa: PLC0415

        client = redis.Redis.from_url(
            url, socket_timeout=ANSWERS_WITHIN, socket_connect_timeout=ANSWERS_WITHIN, health_check_interval=10
        )
        at_redis: Broker = RedisBroker(  # type: ignore[no-untyped-call]
            client=client,
            middleware=middleware,
            namespace=NAMESPACE,
            heartbeat_timeout=HEARTBEAT_MS,
            dead_message_ttl=DEAD_FOR_MS,
        )
        return BrokerConnection(at_redis, "redis", client.ping)
    if scheme in {"amqp", "amqps"}:
        from dramatiq.brokers.rabbitmq import RabbitmqBroker  # noqa: PLC0415

        at_rabbit = RabbitmqBroker(url=url, middleware=middleware, confirm_delivery=True)
        return BrokerConnection(at_rabbit, "rabbitmq", lambda: at_rabbit.connection)
    return BrokerConnection(StubBroker(middleware=middleware), "none", lambda: None)
