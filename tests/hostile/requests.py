"""Hostile requests below GraphQL: bodies, headers, and bytes that are hardly HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Raw:
    """Bytes sent to the server's port as they are; the answer's status is read, if there is one."""

    name: str
    octets: bytes
    answered: bool = False
    """whether it is a proper request, which is answered by 2xx or 3xx"""
    silent: bool = False
    """whether the server may close without a word"""


def post(body: bytes, path: str = "/graphql", **headers: str) -> bytes:
    """The bytes of a POST to the API; a header's name has _ for -."""
    named = {
        "Host": "localhost",
        "Connection": "close",
        "Content-Length": str(len(body)),
        "Content-Type": "application/json",
    }
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return _head(f"POST {path} HTTP/1.1", named) + body


def get(path: str, method: str = "GET", **headers: str) -> bytes:
    """The bytes of a request without a body."""
    named = {"Host": "localhost", "Connection": "close"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return _head(f"{method} {path} HTTP/1.1", named)


def _head(line: str, headers: dict[str, str]) -> bytes:
    return "\r\n".join([line, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode("latin-1")


def bodies() -> Iterator[Raw]:
    """Bodies that are no operation."""
    fine = b'{"query": "{ __typename }"}'
    for name, body in {
        "an empty body": b"",
        "null": b"null",
        "a string": b'"x"',
        "a number": b"5",
        "an empty list": b"[]",
        "a batch": b"[" + fine + b"]",
        "invalid UTF-8": b'{"query": "\xff\xfe"}',
        "UTF-16": '{"query": "{ __typename }"}'.encode("utf-16"),
        "100,000 brackets": b"[" * 100_000,
        "100,000 brackets, closed": b"[" * 50_000 + b"]" * 50_000,
        "100,000 braces in variables": b'{"query": "{ __typename }", "variables": '
        + b'{"a":' * 20_000
        + b"1"
        + b"}" * 20_001,
        "an int of 5,000 digits": b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 5000 + b"}}",
        "infinity": b'{"query": "{ __typename }", "variables": {"a": 1e999}}',
        "NaN": b'{"query": "{ __typename }", "variables": {"a": NaN}}',
        "a query that is a number": b'{"query": 5}',
        "no query": b"{}",
        "a name that is a list": b'{"query": "{ __typename }", "operationName": []}',
        "300 KiB": b'{"query": "' + b" " * 300 * 1024 + b'{ __typename }"}',
    }.items():
        # the server may close while a long body is still being sent
        yield Raw(f"body: {name}", post(body), silent=len(body) > 256 * 1024)
    yield Raw("body: 10 MB promised, none sent", post(b"", Content_Length="10000000"), silent=True)
    yield Raw("body: a form", post(b"query=%7B__typename%7D", Content_Type="application/x-www-form-urlencoded"))
    yield Raw("body: a multipart upload", post(b"--x\r\n\r\n--x--", Content_Type="multipart/form-data; boundary=x"))
    yield Raw("body: compressed", post(b"\x1f\x8b\x08\x00" + b"\x00" * 100, Content_Encoding="gzip"))


def heads() -> Iterator[Raw]:
    """Heads that mislead or burden."""
    fine = b'{"query": "{ __typename }"}'
    yield Raw("head: GET of an operation", get("/graphql?query=%7B__typename%7D", Accept="application/json"))
    yield Raw("head: PUT", get("/graphql", "PUT"))
    yield Raw("head: a method of 1,000 letters", get("/graphql", "A" * 1000), silent=True)
    yield Raw("head: a strange host", post(fine, Host="evil.example"))
    yield Raw("head: no host", b"POST /graphql HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    yield Raw("head: a bearer of 30,000 characters", post(fine, Authorization="Bearer " + "x" * 30_000))
    yield Raw("head: a bearer of nothing", post(fine, Authorization="Bearer "))
    yield Raw("head: basic", post(fine, Authorization="Basic YTpi"))
    yield Raw("head: a key with a wrong checksum", post(fine, Authorization="Bearer cck_live_" + "0" * 48))
    yield Raw(
        "head: 5,000 languages",
        post(fine, Accept_Language=",".join(f"x{n};q=0.{n % 10}" for n in range(2500))),
        answered=True,
    )
    yield Raw("head: 3,000 media types", post(fine, Accept=",".join(f"a/b{n}" for n in range(2500))))
    yield Raw("head: 40 KiB", post(fine, X_Long="x" * 40 * 1024), silent=True)
    yield Raw("head: 1,000 headers", post(fine, **{f"X_{n}": "x" * 40 for n in range(1000)}), silent=True)
    yield Raw("head: a path of 60,000 characters", get("/" + "a" * 60_000), silent=True)
    yield Raw("head: two lengths", post(fine)[: -len(fine) - 2] + b"Content-Length: 5\r\n\r\n" + fine, silent=True)
    yield Raw("head: a length and chunks", post(b"0\r\n\r\n", Transfer_Encoding="chunked"), silent=True)
    yield Raw("head: a length of -1", post(b"", Content_Length="-1"), silent=True)
    yield Raw("head: a length of 10^30", post(b"", Content_Length="1" + "0" * 30), silent=True)
    yield Raw(
        "head: chunks that lie",
        post(b"zz\r\nabc\r\n", Transfer_Encoding="chunked", Content_Length="").replace(b"Content-Length: \r\n", b""),
        silent=True,
    )
    yield Raw(
        "head: a line in a header",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\nSet-Cookie: b\r\nConnection: close\r\n\r\n",
        silent=True,
    )
    yield Raw("head: not HTTP", b"\x16\x03\x01\x02\x00" + bytes(range(256)) * 4, silent=True)
    yield Raw("head: HTTP/0.9", b"GET /\r\n\r\n", silent=True)
    yield Raw(
        "head: a WebSocket of the legacy protocol",
        get(
            "/graphql",
            Upgrade="websocket",
            Connection="Upgrade",
            Sec_WebSocket_Version="13",
            Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAAAA==",
            Sec_WebSocket_Protocol="graphql-ws",
        ),
        silent=True,
    )
    yield Raw(
        "head: a preflight from elsewhere",
        get("/graphql", "OPTIONS", Origin="https://evil.example", Access_Control_Request_Method="POST"),
    )
    yield Raw("path: up and out", get("/assets/../../../../etc/passwd"))
    yield Raw("path: up and out, encoded", get("/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd"))
    yield Raw("path: NUL", get("/mailbox/%00"))
    yield Raw("path: a mail that is a path", get("/mailbox/..%2f..%2fcapcom.sqlite3"))
    yield Raw(
        "path: a script in a token", get("/choose-password?token=%3Cscript%3Ealert(1)%3C/script%3E"), answered=True
    )
    yield Raw("path: an unsubscribe link of 8,000 characters", get("/unsubscribe?token=" + "a" * 8000), answered=True)
