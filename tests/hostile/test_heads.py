"""The head of a request is bounded in size and in time, on a connection that is new and on one that was used."""

import http.client
import resource
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from capcom_gql.cli.http_protocol import (
    BODY_SECONDS,
    HEAD_SECONDS,
    MAX_CONNECTIONS,
    MAX_CONNECTIONS_OF_SOURCE,
    MAX_HEAD_BYTES,
)
from tests.hostile.requests import get, post
from tests.patience import LONG, promised, until
from tests.processes import environment, server

ALIVE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Where a server listens."""
    folder = tmp_path_factory.mktemp("heads")
    # both ends of all connections, here and in the server, which inherits the limit
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4 * MAX_CONNECTIONS), most))
    with server(environment(f"sqlite:///{folder / 'capcom.sqlite3'}", folder), folder / "log") as url:
        parts = urlsplit(url)
        assert parts.hostname and parts.port
        yield parts.hostname, parts.port


def status(connection: socket.socket) -> int | None:
    """The status of the next answer; None where there is none before the end."""
    answer = http.client.HTTPResponse(connection)
    try:
        answer.begin()
        answer.read()
    except (ConnectionError, http.client.HTTPException):
        return None
    return answer.status


def with_head_of(octets: int) -> bytes:
    """A request whose line and headers have about so many bytes."""
    return get("/healthz", X_Long="x" * (octets - 60))


@pytest.mark.parametrize(("octets", "answer"), [(MAX_HEAD_BYTES - 1000, 200), (MAX_HEAD_BYTES + 1000, 431)])
def test_the_size_of_a_head(address: tuple[str, int], octets: int, answer: int) -> None:
    with socket.create_connection(address, LONG) as connection:
        connection.sendall(with_head_of(octets))
        assert status(connection) == answer


def test_a_head_that_goes_on_is_ended(address: tuple[str, int]) -> None:
    with socket.create_connection(address, LONG) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nX-Long: ")
        with pytest.raises(ConnectionError):
            for _ in range(100):
                connection.sendall(b"x" * MAX_HEAD_BYTES)


def test_a_long_body_behind_a_short_head_is_no_long_head(address: tuple[str, int]) -> None:
    body = b'{"query": "' + b" " * 4 * MAX_HEAD_BYTES + b'{ __typename }"}'
    with socket.create_connection(address, LONG) as connection:
        connection.sendall(post(body))
        assert status(connection) == 200


def test_a_second_request_has_a_head_of_its_own(address: tuple[str, int]) -> None:
    with socket.create_connection(address, LONG) as connection:
        for _ in range(3):
            connection.sendall(ALIVE.replace(b"\r\n\r\n", b"\r\nX: " + b"x" * (MAX_HEAD_BYTES // 2) + b"\r\n\r\n"))
            assert status(connection) == 200
        connection.sendall(with_head_of(MAX_HEAD_BYTES + 1000))
        assert status(connection) == 431


def test_the_time_of_a_head(address: tuple[str, int]) -> None:
    """One that stays silent, one that trickles, and one that trickles after a whole request."""
    with (
        socket.create_connection(address, LONG) as silent,
        socket.create_connection(address, LONG) as slow,
        socket.create_connection(address, LONG) as used,
    ):
        used.sendall(ALIVE)
        assert status(used) == 200
        began = time.monotonic()
        slow.sendall(b"GET / HTTP/1.1\r\n")
        used.sendall(b"GET / HTTP/1.1\r\n")
        while time.monotonic() - began < HEAD_SECONDS - 2:
            slow.sendall(b"X: x\r\n")
            used.sendall(b"X: x\r\n")
            time.sleep(1)
        assert [status(each) for each in (silent, slow, used)] == [408, 408, 408]
        assert HEAD_SECONDS - 1 <= time.monotonic() - began < promised(HEAD_SECONDS + 5)


def test_the_number_of_connections(address: tuple[str, int]) -> None:
    """Those that are too many are refused; once others end there is room again."""
    held: list[socket.socket] = []
    try:
        answers = []
        for number in range(MAX_CONNECTIONS + 1):
            # each source has its own bound
            source = f"127.0.1.{number // 50 + 1}"
            held.append(socket.create_connection(address, LONG, source_address=(source, 0)))
        held[-1].sendall(ALIVE)
        answers.append(status(held[-1]))
        held[0].sendall(ALIVE)
        answers.append(status(held[0]))
        assert answers == [503, 200]
    finally:
        for connection in held:
            connection.close()
    with socket.create_connection(address, LONG) as connection:
        connection.sendall(ALIVE)
        assert status(connection) == 200


def test_the_number_of_connections_of_one_source(address: tuple[str, int]) -> None:
    """The next one is refused, another source is not, and there is room again once one has ended."""
    held: list[socket.socket] = []
    try:
        for _ in range(MAX_CONNECTIONS_OF_SOURCE):
            held.append(socket.create_connection(address, LONG))
        assert answered(address) == 503
        assert answered(address, "127.0.1.9") == 200
        held.pop().close()
        until(lambda: answered(address) == 200)
    finally:
        for connection in held:
            connection.close()


def answered(address: tuple[str, int], source: str = "127.0.0.1") -> int | None:
    """The status for a new connection of that source."""
    with socket.create_connection(address, LONG, source_address=(source, 0)) as connection:
        connection.sendall(ALIVE)
        return status(connection)


def test_the_time_of_a_body(address: tuple[str, int]) -> None:
    """One that trickles is ended by 408; one that arrives is answered."""
    with socket.create_connection(address, LONG) as slow:
        began = time.monotonic()
        slow.sendall(post(b"", Content_Length="1000"))
        while time.monotonic() - began < BODY_SECONDS - 2:
            slow.sendall(b" ")
            time.sleep(1)
        assert status(slow) == 408
        assert BODY_SECONDS - 1 <= time.monotonic() - began < promised(BODY_SECONDS + 5)
    assert answered(address) == 200
