"""A gate before a broker that is not ours to restart: what passes can be cut off, refused or held up."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

CHUNK = 65536


@dataclass
class Gate:
    """Passes connections on to a broker's address; `url` is the way through, valid once the block is entered."""

    broker_url: str
    url: str = ""
    is_open: bool = True
    _flows: asyncio.Event = field(default_factory=asyncio.Event)
    _lines: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> "Gate":
        self._flows.set()
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        parts = urlsplit(self.broker_url)
        who = parts.netloc.rpartition("@")[0]
        port = self._server.sockets[0].getsockname()[1]
        self.url = urlunsplit(parts._replace(netloc=f"{who}@127.0.0.1:{port}" if who else f"127.0.0.1:{port}"))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None, "the block was entered"
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Close every connection."""
        for writer in list(self._lines):
            writer.close()

    def hold(self, *, held: bool) -> None:
        """Let nothing pass for a while, without closing anything."""
        if held:
            self._flows.clear()
        else:
            self._flows.set()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parts = urlsplit(self.broker_url)
        with contextlib.suppress(OSError):
            if self.is_open:
                broker_reader, broker_writer = await asyncio.open_connection(parts.hostname, parts.port or 5672)
                self._lines |= {writer, broker_writer}
                await asyncio.gather(self._pump(reader, broker_writer), self._pump(broker_reader, writer))
        writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(CHUNK):
                await self._flows.wait()
                writer.write(chunk)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
            self._lines.discard(writer)
