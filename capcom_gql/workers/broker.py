"""The broker that `CAPCOM_BROKER_URL` names: Redis, RabbitMQ, or, if it is empty, a broker inside the process."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from dramatiq import Broker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware

NAMESPACE = "capcom"
"""The prefix of all keys in Redis."""
TIMEOUT = 3.0
"""Seconds that Redis has to accept a connection, and to answer."""
HEARTBEAT_MS = 15_000
"""Milliseconds without a heartbeat after which a worker counts as dead, and its messages are fetched by others."""
DEAD_MESSAGE_TTL_MS = 3_600_000
"""Milliseconds for which Redis keeps messages that failed, to be examined; their deliveries go by other messages."""


class BrokerUnavailable(Exception):
    """The broker does not answer. The text names its kind and the type of the error, and no address."""


@dataclass(frozen=True, slots=True)
class BrokerConnection:
    """A broker, not connected yet, and how to ask whether it answers. `name` is `redis`, `rabbitmq` or `none`."""

    broker: Broker
    name: str
    _probe: Callable[[], object]

    def check(self) -> None:
        """Connect to the broker; blocks for a few seconds at most. Raises BrokerUnavailable."""
        try:
            self._probe()
        # any exception of its driver, whose text may hold the URL with the password
        except Exception as error:
            raise BrokerUnavailable(f"{self.name} does not answer: {type(error).__name__}") from error


def broker_connection(url: str, middleware: list[Middleware] | None = None) -> BrokerConnection:
    """The broker of a URL (empty: one inside this process), with no middleware but the one given.

    Raises ImportError if the broker's driver is not installed.
    """
    middleware = middleware or []
    scheme = urlsplit(url).scheme
    # imported only where it is used: RabbitMQ's driver is an extra
    if scheme in {"redis", "rediss"}:
        import redis  # noqa: PLC0415
        from dramatiq.brokers.redis import RedisBroker  # noqa: PLC0415

        client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, health_check_interval=10
        )
        at_redis: Broker = RedisBroker(  # type: ignore[no-untyped-call]
            client=client,
            middleware=middleware,
            namespace=NAMESPACE,
            heartbeat_timeout=HEARTBEAT_MS,
            dead_message_ttl=DEAD_MESSAGE_TTL_MS,
        )
        return BrokerConnection(at_redis, "redis", client.ping)
    if scheme in {"amqp", "amqps"}:
        from dramatiq.brokers.rabbitmq import RabbitmqBroker  # noqa: PLC0415

        at_rabbit = RabbitmqBroker(url=url, middleware=middleware, confirm_delivery=True)
        return BrokerConnection(at_rabbit, "rabbitmq", lambda: at_rabbit.connection)
    return BrokerConnection(StubBroker(middleware=middleware), "none", lambda: None)
