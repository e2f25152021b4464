"""Hypercorn with limits of ours: so many connections, and one connection's failure stays its own.

Hypercorn has neither. Out of descriptors, asyncio's accept loop writes thousands of lines a second and answers nobody
for seconds; on trio one WebSocket upgrade with a byte too many ends the process (pgjones/hypercorn#225). So its runners
are given a connection class of ours, and sockets that take connections a few at a time.
"""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal, Protocol, cast

import anyio
import structlog
import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio import run as on_asyncio
from hypercorn.asyncio.tcp_server import TCPServer as AsyncioConnection
from hypercorn.config import Config, Sockets
from hypercorn.events import Event, Updated
from hypercorn.trio import run as on_trio
from hypercorn.trio.tcp_server import TCPServer as TrioConnection
from starlette.types import ASGIApp

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


def _log_failure(error: Exception) -> None:
    log.warning("a connection failed", error=type(error).__name__, reason=str(error))


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
    await runner.worker_serve(
        ASGIWrapper(cast("Any", app)),
        _config(),
        sockets=Sockets(secure_sockets=[], insecure_sockets=[taken], quic_sockets=[]),
        shutdown_trigger=shutdown_trigger,
    )


def _config() -> Config:
    config = Config()
    config.backlog = BACKLOG
    config.alpn_protocols = ["http/1.1"]  # h2's rapid reset starts a handler per stream: it ends at the proxy
    config.h2_max_concurrent_streams = 0  # nor by h2c, which Hypercorn would take: no stream can be opened in it
    config.h11_max_incomplete_size = HEADERS_MAX_BYTES
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.graceful_timeout = SERVER_GRACE_SECONDS
    config.read_timeout = None  # it would close healthy connections that wait for a long answer
    config.include_server_header = False
    config.errorlog = None
    return config
