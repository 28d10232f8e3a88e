"""The HTTP world: a real server that does as it is told and remembers."""

import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPConnection

import pytest

from capcom_gql.testing import Answer, HttpWorld, Tls
from tests.patience import LONG, until


def post(world: HttpWorld, path: str = "/", body: bytes = b"{}", timeout: float = LONG, **headers: str) -> str:
    """One POST, as a channel's; the text of the answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urllib.request.urlopen(urllib.request.Request(world.url + path, body, named), timeout=timeout) as answer:
        return str(answer.read().decode())


def test_what_is_asked_is_remembered() -> None:
    with HttpWorld() as world:
        body = '{"text": "Été 🎉 \\u00e9"}'.encode()
        assert post(world, "/a/b?to=%C3%A9", body, Content_Type="application/json", X_Id="dlv_1") == "{}"
        (request,) = world.requests
        assert (request.method, request.path, request.query) == ("POST", "/a/b", {"to": "é"})
        assert request.headers["x-id"] == "dlv_1"
        assert request.json == {"text": "Été 🎉 é"}
        assert all(part in request.readable for part in ("/a/b?to=é", "dlv_1", "Été 🎉 é"))
        world.forget()
        assert world.requests == ()


def test_forms_and_encoded_headers_can_be_read() -> None:
    with HttpWorld() as world:
        form = urllib.parse.urlencode({"text": "Été à Évreux"}).encode()
        post(world, "/", form, Content_Type="application/x-www-form-urlencoded", Title="=?utf-8?q?=C3=89t=C3=A9?=")
        (request,) = world.requests
        assert request.form == {"text": "Été à Évreux"}
        assert "Été à Évreux" in request.readable and "\nÉté\n" in request.readable


def test_answers_come_in_their_order() -> None:
    with HttpWorld() as world:
        world.always(Answer(200, "always"))
        world.on("POST", "/routed", Answer(200, "routed"))
        world.then(Answer(200, "first"), Answer(200, b"second"))
        asked = [post(world, path) for path in ("/", "/routed", "/", "/")]
        assert asked == ["first", "routed", "second", "always"]


def test_status_headers_and_bodies() -> None:
    with HttpWorld() as world:
        world.always(Answer(429, {"code": "slow down"}, {"Retry-After": "7"}))
        with pytest.raises(urllib.error.HTTPError) as refused:
            post(world)
        with refused.value:
            assert refused.value.code == 429
            assert refused.value.headers["Retry-After"] == "7"
            assert refused.value.read() == b'{"code": "slow down"}'


def test_a_connection_is_kept_for_the_next_request() -> None:
    with HttpWorld() as world:
        connection = HTTPConnection("127.0.0.1", world.port, timeout=LONG)
        for number in range(3):
            connection.request("POST", f"/{number}", (chunk for chunk in (b"a", b"b")), encode_chunked=True)
            assert connection.getresponse().read() == b"{}"
        assert [request.body for request in world.requests] == [b"ab"] * 3
        connection.close()


def test_a_black_hole_never_answers_and_ends_with_the_world() -> None:
    with HttpWorld() as world:
        world.black_hole()
        with pytest.raises(TimeoutError):
            post(world, timeout=0.2)
        assert [each.method for each in world.requests] == ["POST"]
        silent = socket.create_connection(("127.0.0.1", world.port), timeout=LONG)
        silent.sendall(b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        until(lambda: len(world.requests) == 2)
    with silent:
        assert silent.recv(1) == b""


def test_connections_are_cut_and_refused() -> None:
    with HttpWorld() as world:
        world.drop()
        with pytest.raises(ConnectionError):
            post(world)
        world.stop()
        world.stop()
        with pytest.raises(urllib.error.URLError, match="refused"):
            post(world)


def test_a_delay() -> None:
    with HttpWorld() as world:
        world.always(Answer(200, "late", delay=2))
        with pytest.raises(TimeoutError):
            post(world, timeout=0.1)
        assert post(world) == "late"


@pytest.mark.parametrize("tls", [Tls.TRUSTED, Tls.UNTRUSTED])
def test_tls_with_a_certificate_made_in_place(tls: Tls) -> None:
    with HttpWorld(tls) as world:
        assert world.url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=world.ca_file)
        if tls is Tls.TRUSTED:
            with urllib.request.urlopen(world.url, timeout=LONG, context=context) as answer:
                assert answer.status == 200
        else:
            with pytest.raises(urllib.error.URLError, match="certificate verify failed"):
                urllib.request.urlopen(world.url, timeout=LONG, context=context)
            assert world.requests == ()


def test_two_worlds_know_nothing_of_each_other() -> None:
    with HttpWorld() as one, HttpWorld() as two:
        one.always(Answer(200, "one"))
        assert (post(one), post(two)) == ("one", "{}")
        assert len(one.requests) == len(two.requests) == 1
