"""What an answer, or none, means for the delivery; and that no endpoint takes more time and memory than its share."""

import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from capcom_gql.plugin import AddressGone, Host, Sent, Transient
from capcom_notify_webhook import Webhook, WebhookConfig

from .webhook_endpoint import HANG, PATIENCE, Endpoint, answer
from .webhook_event import event
from .webhook_fixtures import a_host, a_webhook, an_endpoint  # noqa: F401  found by pytest under their names

GIB = 1024 * 1024 * 1024


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_a_good_answer(webhook: Webhook, endpoint: Endpoint, status: int) -> None:
    endpoint.script.append(answer(status))
    assert await webhook.send(event(endpoint.url())) == Sent()


async def test_a_good_answer_after_an_interim_one(webhook: Webhook, endpoint: Endpoint) -> None:
    endpoint.script.append(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + answer(200, body=b"thanks")
    )
    assert await webhook.send(event(endpoint.url())) == Sent()


async def test_gone(webhook: Webhook, endpoint: Endpoint) -> None:
    endpoint.script.append(answer(410))
    with pytest.raises(AddressGone, match=r"^127\.0\.0\.1 answered 410: it wants no more messages$"):
        await webhook.send(event(endpoint.url()))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504, 599])
async def test_any_other_answer_is_tried_again(webhook: Webhook, endpoint: Endpoint, status: int) -> None:
    endpoint.script.append(answer(status, body=b"the secrets of a server inside"))
    with pytest.raises(Transient) as caught:
        await webhook.send(event(endpoint.url()))
    # The answer's body is shown to nobody: it may be another machine's than the URL's owner's.
    assert str(caught.value) == f"127.0.0.1 answered {status}"
    assert caught.value.retry_after is None


@pytest.mark.parametrize("status", [429, 503])
async def test_an_endpoint_says_when_to_come_back(webhook: Webhook, endpoint: Endpoint, status: int) -> None:
    at = datetime.now(UTC) + timedelta(seconds=90)
    past = "Sun, 06 Nov 1994 08:49:37 GMT"
    for header, least, most in (
        ("120", 120, 120),
        (" 0 ", 0, 0),
        ("9" * 400, 1e6, 1e12),
        (format_datetime(at, usegmt=True), 80, 90),
        (past, 0, 0),
    ):
        endpoint.script.append(answer(status, f"Retry-After: {header}"))
        with pytest.raises(Transient) as caught:
            await webhook.send(event(endpoint.url()))
        assert caught.value.retry_after is not None
        assert least <= caught.value.retry_after <= most


@pytest.mark.parametrize(("status", "header"), [(503, "soon"), (503, "-5"), (503, "1.5"), (503, ""), (500, "120")])
async def test_a_wait_that_makes_no_sense_is_not_heeded(
    webhook: Webhook, endpoint: Endpoint, status: int, header: str
) -> None:
    endpoint.script.append(answer(status, f"Retry-After: {header}"))
    with pytest.raises(Transient) as caught:
        await webhook.send(event(endpoint.url()))
    assert caught.value.retry_after is None


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(webhook: Webhook, endpoint: Endpoint, status: int) -> None:
    with Endpoint() as elsewhere:
        endpoint.script.append(answer(status, f"Location: {elsewhere.url()}"))
        with pytest.raises(Transient, match=f"answered {status}: redirects are not followed"):
            await webhook.send(event(endpoint.url()))
        assert elsewhere.connections == 0
    assert endpoint.connections == 1


async def test_an_answer_of_a_gigabyte_is_not_read(webhook: Webhook, endpoint: Endpoint) -> None:
    taken = 0

    def pour(connection: socket.socket) -> None:
        nonlocal taken
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {GIB}\r\n\r\n".encode())
        while taken < GIB:
            taken += connection.send(bytes(64 * 1024))

    endpoint.script.append(pour)
    assert await webhook.send(event(endpoint.url())) == Sent()
    endpoint.close()
    assert endpoint.aborted in (["ConnectionResetError"], ["BrokenPipeError"])
    # What the system had buffered for a reader who went away.
    assert taken < GIB / 32


async def test_a_head_without_end_is_no_answer(webhook: Webhook, endpoint: Endpoint) -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Filler: " + b"x" * 4096 + b"\r\n")

    endpoint.script.append(pour)
    with pytest.raises(Transient, match="gave no valid HTTP answer"):
        await webhook.send(event(endpoint.url()))


async def test_interim_answers_without_end_are_no_answer(webhook: Webhook, endpoint: Endpoint) -> None:
    def pour(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)

    endpoint.script.append(pour)
    with pytest.raises(Transient, match="longer than 64 KiB"):
        await webhook.send(event(endpoint.url()))


async def test_a_head_that_drips_ends_with_the_deadline(webhook: Webhook, endpoint: Endpoint) -> None:
    def drip(connection: socket.socket) -> None:
        for octet in b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 10_000:
            connection.sendall(bytes([octet]))
            if endpoint.wait(0.02):
                return

    endpoint.script.append(drip)
    started = time.monotonic()
    with pytest.raises(Transient, match=r"^127\.0\.0\.1 has not answered within 0\.8 s$"):
        await webhook.send(replace(event(endpoint.url()), timeout=1.0))
    assert time.monotonic() - started > 0.75


async def test_a_body_that_drips_keeps_nobody_and_the_answer_counts(webhook: Webhook, endpoint: Endpoint) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
        while not endpoint.wait(0.02):
            connection.sendall(b"x")

    endpoint.script.append(drip)
    started = time.monotonic()
    assert await webhook.send(replace(event(endpoint.url()), timeout=HANG)) == Sent()
    assert time.monotonic() - started < PATIENCE, "ten thousand octets at this pace take longer"


async def test_silence_ends_with_the_deadline(webhook: Webhook, endpoint: Endpoint) -> None:
    def keep_still(_: socket.socket) -> None:
        endpoint.wait(HANG)

    endpoint.script.append(keep_still)
    with pytest.raises(Transient, match="has not answered within"):
        await webhook.send(replace(event(endpoint.url()), timeout=0.5))


async def test_a_server_that_never_says_hello_in_tls(host: Host, endpoint: Endpoint) -> None:
    webhook = Webhook(WebhookConfig(allow_private=True), host)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"https://127.0.0.1:{deaf.getsockname()[1]}/"
        with pytest.raises(Transient, match="has not answered within"):
            await webhook.send(replace(event(url), timeout=0.5))


@pytest.mark.parametrize(
    "script",
    [b"", b"220 mail.ville.example ESMTP\r\n", b"\x00\x01\x02\r\n\r\n", b"HTTP/1.1 200\r\nContent-Length: x\r\n\r\n"],
)
async def test_what_is_no_answer_of_http(webhook: Webhook, endpoint: Endpoint, script: bytes) -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.sendall(script)

    endpoint.script.append(hang_up)
    with pytest.raises(Transient, match=r"^127\.0\.0\.1 gave no valid HTTP answer: "):
        await webhook.send(event(endpoint.url()))


async def test_an_answer_that_ends_too_soon_counts_by_its_status(webhook: Webhook, endpoint: Endpoint) -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nonly this")

    endpoint.script.append(hang_up)
    assert await webhook.send(event(endpoint.url())) == Sent()


async def test_nobody_listens(webhook: Webhook) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    with pytest.raises(Transient, match=r"^no connection with 127\.0\.0\.1: "):
        await webhook.send(event(url))


async def test_the_next_address_of_a_name_is_tried(host: Host, endpoint: Endpoint) -> None:
    webhook = Webhook(WebhookConfig(allow_private=True), host, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"])
    assert await webhook.send(event(endpoint.url("hooks.ville.example"))) == Sent()


async def test_a_name_that_is_not_found(host: Host) -> None:
    def resolve(name: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    webhook = Webhook(WebhookConfig(), host, resolve=resolve)
    with pytest.raises(Transient, match=r"^the name hooks\.ville\.example cannot be looked up: "):
        await webhook.send(event("https://hooks.ville.example/"))


async def test_look_ups_that_hang_end_with_the_deadline_and_are_bounded(host: Host, endpoint: Endpoint) -> None:
    def resolve(name: str, port: int) -> list[str]:
        endpoint.wait(HANG)
        return ["127.0.0.1"]

    webhook = Webhook(WebhookConfig(), host, resolve=resolve)
    message = replace(event("https://hooks.ville.example/"), timeout=0.05)
    reasons = []
    for _ in range(34):
        with pytest.raises(Transient) as caught:
            await webhook.send(message)
        reasons.append(str(caught.value))
    assert reasons[31] == "hooks.ville.example has not answered within 0.04 s"
    refused = "32 name look-ups are running and none has ended: hooks.ville.example is not looked up"
    assert reasons[32] == reasons[33] == refused


async def test_look_ups_that_end_make_room_for_others(host: Host) -> None:
    def resolve(name: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    webhook = Webhook(WebhookConfig(), host, resolve=resolve)
    for _ in range(40):
        with pytest.raises(Transient, match="cannot be looked up: Temporary failure"):
            await webhook.send(event("https://hooks.ville.example/"))
