"""Hypercorn with limits of ours: so many connections, one connection's failure stays its own, and a request's head is
read as RFC 9112 has it.

Hypercorn has none of them. Out of descriptors, asyncio's accept loop writes thousands of lines a second and answers
nobody for seconds; on trio one WebSocket upgrade with a byte too many ends the process (pgjones/hypercorn#225). So its
runners are given a connection class of ours, and sockets that take connections a few at a time. h11 unfolds folded
lines and takes a bare LF for a line's end, which a proxy in front may read in another way (RFC 9112, 2.2 and 5.2, lets
a server refuse both).
"""

import asyncio
import errno
import re
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal, Protocol, cast

import anyio
import h11
import structlog
import trio
from h11._receivebuffer import ReceiveBuffer
from hypercorn import protocol
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio import run as on_asyncio
from hypercorn.asyncio.tcp_server import TCPServer as AsyncioConnection
from hypercorn.config import Config, Sockets
from hypercorn.events import Event, Updated
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.trio import run as on_trio
from hypercorn.trio.tcp_server import TCPServer as TrioConnection
from starlette.types import ASGIApp

from service.kernel.errors import leaves

log = structlog.get_logger(__name__)

# Connections the kernel keeps until the loop takes them.
BACKLOG = 1024
# A request's header block: what h11 may hold of it. Sixteen KiB is what common proxies allow.
HEADERS_MAX_BYTES = 16 * 1024
# Our drain comes first, so nothing of a request is left when Hypercorn's own grace begins.
SERVER_GRACE_SECONDS = 3
KEEP_ALIVE_SECONDS = 5
# asyncio would take as many as the backlog holds before any of them is served.
ACCEPTED_IN_A_TURN = 16
# A line for each connection that is turned away would be the flood's second half.
WARN_EVERY_SECONDS = 60.0


class Droppable(Protocol):
    def drop(self) -> None:
        """Close it now, without a word."""
        ...


class Connections:
    """The open connections of one process, at most `limit`.

    One more makes room by dropping the one that has been without a request for longest, itself if all others have one:
    silent connections cost whoever opens them nothing, so they may not keep others out.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: set[Droppable] = set()
        self._idle: dict[Droppable, None] = {}  # in the order in which they became idle
        self._warned_at = -WARN_EVERY_SECONDS

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def hold(self, connection: Droppable) -> Generator[bool]:
        """Whether there is room for it."""
        self._open.add(connection)
        self._idle[connection] = None
        try:
            yield len(self._open) <= self._limit or self.drop_idle() is not connection
        finally:
            self._forget(connection)

    def mark(self, connection: Droppable, *, is_idle: bool) -> None:
        self._idle.pop(connection, None)
        if is_idle and connection in self._open:
            self._idle[connection] = None

    def drop_idle(self) -> Droppable | None:
        """Drop the one that has been idle for longest; which it was."""
        self._warn()
        oldest = next(iter(self._idle), None)
        if oldest is not None:
            self._forget(oldest)
            oldest.drop()
        return oldest

    def _forget(self, connection: Droppable) -> None:
        self._open.discard(connection)
        self._idle.pop(connection, None)

    def _warn(self) -> None:
        if (now := anyio.current_time()) - self._warned_at >= WARN_EVERY_SECONDS:
            self._warned_at = now
            log.warning("too many connections: the idle ones are dropped", limit=self._limit)


class _AsyncioConnection(AsyncioConnection):
    def __init__(self, connections: Connections, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._connections = connections

    async def run(self) -> None:
        with self._connections.hold(self) as has_room:
            if not has_room:
                return
            try:
                await super().run()
            except Exception as error:
                _log_failure(error)

    async def protocol_send(self, event: Event) -> None:
        if isinstance(event, Updated):
            self._connections.mark(self, is_idle=event.idle)
        await super().protocol_send(event)

    def drop(self) -> None:
        self.writer.transport.abort()


class _TrioConnection(TrioConnection):
    def __init__(self, connections: Connections, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._connections = connections
        self._scope = trio.CancelScope()

    async def run(self) -> None:
        with self._connections.hold(self) as has_room, self._scope:
            if not has_room:
                return
            try:
                await super().run()
            except Exception as error:
                _log_failure(error)

    async def protocol_send(self, event: Event) -> None:
        if isinstance(event, Updated):
            self._connections.mark(self, is_idle=event.idle)
        await super().protocol_send(event)

    def drop(self) -> None:
        self._scope.cancel()


class _StrictBuffer(ReceiveBuffer):
    """Refuses what h11 would repair in a head, and in the trailers of chunks."""

    _REPAIRED = re.compile(rb"(?<!\r)\n|\n[ \t]")

    def maybe_extract_lines(self) -> list[bytearray] | None:
        whole = bytes(self)
        lines = super().maybe_extract_lines()
        if lines is not None and self._REPAIRED.search(whole, 0, len(whole) - len(self)):
            raise h11.RemoteProtocolError("a line is folded, or ends without CR")
        return lines


class _Http1(H11Protocol):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        cast("Any", self.connection)._receive_buffer = _StrictBuffer()  # noqa: SLF001 - h11 lets no other be given

    async def _check_protocol(self, event: h11.Request) -> None:
        if event.method == b"PRI":  # HTTP/2 by prior knowledge is told that no stream can be opened
            await super()._check_protocol(event)
        # An upgrade to h2c is ignored, as a server may (RFC 9110, 7.8).


def _log_failure(error: Exception) -> None:
    log.warning("a connection failed", reasons=[repr(cause) for cause in leaves(error)])


class _Listener(socket.socket):
    """A listening socket for asyncio's accept loop, which ends its turn on BlockingIOError and comes back."""

    def __init__(self, descriptor: int, connections: Connections) -> None:
        super().__init__(fileno=descriptor)
        self._connections = connections
        self._accepted = 0

    def accept(self) -> tuple[socket.socket, Any]:
        if self._accepted == ACCEPTED_IN_A_TURN:
            raise BlockingIOError
        if self._accepted == 0:
            asyncio.get_running_loop().call_soon(self._begin_turn)
        self._accepted += 1
        try:
            return super().accept()
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            self._accepted = ACCEPTED_IN_A_TURN
            self._connections.drop_idle()
            raise BlockingIOError from error

    def _begin_turn(self) -> None:
        self._accepted = 0


async def serve_http(
    shutdown_trigger: Callable[[], Awaitable[None]],
    *,
    app: ASGIApp,
    listener: socket.socket,
    backend: Literal["asyncio", "trio"],
    connections: Connections,
    grace_seconds: float = SERVER_GRACE_SECONDS,
) -> None:
    """Serve HTTP/1.1 on a listening socket until `shutdown_trigger` returns. Takes the socket over."""
    descriptor = listener.detach()
    runner: Any
    if backend == "trio":
        runner, kind, taken = on_trio, _TrioConnection, socket.socket(fileno=descriptor)
    else:
        runner, kind, taken = on_asyncio, _AsyncioConnection, _Listener(descriptor, connections)
    taken.settimeout(0)
    runner.TCPServer = partial(kind, connections)
    cast("Any", protocol).H11Protocol = _Http1
    await runner.worker_serve(
        ASGIWrapper(cast("Any", app)),
        _config(grace_seconds),
        sockets=Sockets(secure_sockets=[], insecure_sockets=[taken], quic_sockets=[]),
        shutdown_trigger=shutdown_trigger,
    )


def _config(grace_seconds: float) -> Config:
    config = Config()
    config.backlog = BACKLOG
    config.alpn_protocols = ["http/1.1"]  # h2's rapid reset starts a handler per stream: it ends at the proxy
    config.h2_max_concurrent_streams = 0  # nor by prior knowledge, which Hypercorn takes: no stream can be opened
    config.h11_max_incomplete_size = HEADERS_MAX_BYTES
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.graceful_timeout = grace_seconds
    config.read_timeout = None  # it would close healthy connections that wait for a long answer
    config.include_server_header = False
    config.errorlog = None
    return config
