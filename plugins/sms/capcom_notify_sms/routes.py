"""HTTP transport that looks names up by `capcom_gql.plugin.Lookup` and connects to the addresses found.

The `Host` header, the server name in TLS and the check of the certificate still use the name.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from ssl import SSLContext
from types import TracebackType
from typing import Self
from urllib.request import getproxies, proxy_bypass

import httpx2

from capcom_gql.plugin import Lookup

ADDRESS_SECONDS = 2.0
"""Seconds for each address but the last to accept the connection."""
_PORTS = {"http": 80, "https": 443}


class Route(httpx2.AsyncBaseTransport):
    """The transport of one call: directly to the server, or by the proxy that the environment names for it."""

    def __init__(self, verify: SSLContext | bool, lookup: Lookup) -> None:
        self._verify = verify
        self._lookup = lookup
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close what was opened for the call."""
        await self._opened.aclose()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request to the first address that accepts the connection. Raises ConnectError, Transient."""
        failure: httpx2.TransportError = httpx2.ConnectError("there is no address to connect to")
        async with aclosing(self._ways(request)) as ways:
            async for transport, there in ways:
                try:
                    return await transport.handle_async_request(there)
                # nothing was sent yet, so another address can be tried
                except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                    failure = error
        raise failure

    async def _ways(self, request: httpx2.Request) -> AsyncGenerator[tuple[httpx2.AsyncBaseTransport, httpx2.Request]]:
        proxy = _proxy_for(request.url)
        if proxy is None:
            transport = await self._transport(None)
            addresses = await self._addresses(request.url)
            for number, address in enumerate(addresses, start=1):
                yield transport, _by_address(request, address, is_last=number == len(addresses))
        elif proxy.scheme == "http":
            addresses = await self._addresses(proxy)
            for number, address in enumerate(addresses, start=1):
                transport = await self._transport(proxy.copy_with(host=address))
                yield transport, _within(request, is_last=number == len(addresses))
        else:
            # the name of such a proxy is needed for TLS or SOCKS, so the HTTP library looks it up
            yield await self._transport(proxy), request

    async def _transport(self, proxy: httpx2.URL | None) -> httpx2.AsyncBaseTransport:
        return await self._opened.enter_async_context(
            httpx2.AsyncHTTPTransport(verify=self._verify, proxy=None if proxy is None else httpx2.Proxy(proxy))
        )

    async def _addresses(self, url: httpx2.URL) -> list[str]:
        host = url.raw_host.decode("ascii")
        try:
            return list(await self._lookup.addresses(host, url.port or _PORTS.get(url.scheme, 0)))
        except OSError as error:
            raise httpx2.ConnectError(error.strerror or str(error)) from None


def _by_address(request: httpx2.Request, address: str, *, is_last: bool) -> httpx2.Request:
    there = _within(request, is_last=is_last)
    name = request.url.raw_host.decode("ascii")
    if name != address:
        there.extensions["sni_hostname"] = name
        there.url = request.url.copy_with(host=address)
    return there


def _within(request: httpx2.Request, *, is_last: bool) -> httpx2.Request:
    times = dict(request.extensions.get("timeout", {}))
    extensions = {**request.extensions, "timeout": times if is_last else times | {"connect": ADDRESS_SECONDS}}
    return httpx2.Request(
        request.method, request.url, headers=request.headers, stream=request.stream, extensions=extensions
    )


def _proxy_for(url: httpx2.URL) -> httpx2.URL | None:
    """The proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names for a URL, unless NO_PROXY excepts its host."""
    proxies = getproxies()
    named = proxies.get(url.scheme) or proxies.get("all")
    if not named or proxy_bypass(url.host):
        return None
    return httpx2.URL(named if "://" in named else f"http://{named}")
