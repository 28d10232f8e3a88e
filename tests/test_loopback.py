"""The guard of the network holds: nothing leaves this machine, what stays in it passes."""

import asyncio
import socket
from pathlib import Path

import pytest

from tests.loopback import LoopbackGuard, OutsideConnection

# TEST-NET-1 and its IPv6 like: addresses of documentation, which nobody has
OUTSIDE = [(socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")]


@pytest.mark.parametrize(("family", "host"), OUTSIDE)
def test_a_connection_to_another_machine_is_refused(
    family: socket.AddressFamily, host: str, loopback_guard: LoopbackGuard
) -> None:
    with socket.socket(family) as outside, pytest.raises(OutsideConnection):
        outside.connect((host, 80))
    assert loopback_guard.refused == [host]
    loopback_guard.refused.clear()


async def test_a_connection_of_the_event_loop_is_refused(loopback_guard: LoopbackGuard) -> None:
    with pytest.raises(OutsideConnection):
        await asyncio.open_connection("192.0.2.1", 80)
    loopback_guard.refused.clear()


def test_a_datagram_to_another_machine_is_refused(loopback_guard: LoopbackGuard) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside, pytest.raises(OutsideConnection):
        outside.sendto(b"?", ("192.0.2.1", 53))
    loopback_guard.refused.clear()


def test_loopback_and_unix_sockets_pass(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as inside:
        socket.create_connection(inside.getsockname()).close()
    with socket.socket(socket.AF_UNIX) as inside:
        inside.bind(str(tmp_path / "s"))
        inside.listen()
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(tmp_path / "s"))
