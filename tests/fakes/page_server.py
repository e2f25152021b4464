"""A web server that misbehaves on request: raw TCP, so that nothing corrects what it says."""

import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSListener

Behaviour = Callable[[ByteStream], Awaitable[None]]


@dataclass
class PageServer:
    """What was asked of it (`requests`: head lines as sent) and how many connections there were and are."""

    port: int
    requests: list[str] = field(default_factory=list[str])
    opened: int = 0
    live: int = 0

    @property
    def paths(self) -> list[str]:
        return [request.split(" ", 2)[1] for request in self.requests]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def quiet(self) -> None:
        """Until no connection is open any more."""
        with anyio.fail_after(30):
            while True:
                if not self.live:
                    return
                await anyio.sleep(0.001)


@asynccontextmanager
async def page_server(
    pages: Mapping[str, Behaviour], *, tls: SSLContext | None = None
) -> AsyncGenerator[PageServer, None]:
    """Serve `pages` by path on 127.0.0.1; what is not there is a 404. `tls` makes it https."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    server = PageServer(listener.extra(anyio.abc.SocketAttribute.local_port))

    async def serve(stream: ByteStream) -> None:
        server.opened += 1
        server.live += 1
        try:
            async with stream:
                head = await _head(stream)
                server.requests.append(head)
                path = head.split(" ", 2)[1].partition("?")[0]
                await pages.get(path, status(404))(stream)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream):
            pass
        finally:
            server.live -= 1

    async with listener, anyio.create_task_group() as group:
        accepting = TLSListener(listener, tls, standard_compatible=False) if tls else listener
        group.start_soon(accepting.serve, serve)
        yield server
        group.cancel_scope.cancel()


async def _head(stream: ByteStream) -> str:
    received = b""
    while b"\r\n\r\n" not in received:
        received += await stream.receive()
    return received.decode("latin-1")


def answer(
    body: bytes = b"",
    *,
    media_type: str | None = "text/html; charset=utf-8",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Behaviour:
    fields = ({"Content-Type": media_type} if media_type else {}) | {"Content-Length": str(len(body))}
    return raw(_lines(status, fields | dict(headers or {})) + body)


def status(code: int) -> Behaviour:
    return answer(b"", status=code)


def redirect(location: str, *, code: int = 302) -> Behaviour:
    return answer(b"moved", status=code, headers={"Location": location})


def encoded(body: bytes, encoding: str) -> Behaviour:
    return answer(body, headers={"Content-Encoding": encoding})


def raw(content: bytes, *, then: Behaviour | None = None) -> Behaviour:
    async def behave(stream: ByteStream) -> None:
        await stream.send(content)
        if then:
            await then(stream)

    return behave


async def silence(stream: ByteStream) -> None:
    """Say nothing more, until the other side goes."""
    while True:
        await stream.receive()


async def endlessly(stream: ByteStream) -> None:
    while True:
        await stream.send(b"<p>more</p>" * 5000)


async def trickle(stream: ByteStream) -> None:
    while True:
        await stream.send(b"x")
        await anyio.sleep(0.05)


def head_then(then: Behaviour) -> Behaviour:
    """A good beginning without a length, and then something else."""
    return raw(_lines(200, {"Content-Type": "text/html"}), then=then)


def gzipped(body: bytes, *, window: int = 31) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, window)
    return compressor.compress(body) + compressor.flush()


def empty_deflate_blocks(size: int) -> bytes:
    """A gzip stream that goes on and on and holds nothing."""
    return gzipped(b"")[:10] + b"\x00\x00\x00\xff\xff" * (size // 5)


def _lines(code: int, fields: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {code} Said", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")
