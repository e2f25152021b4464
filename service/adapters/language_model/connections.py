"""The connections to a model's endpoint: HTTP/1.1, each for one request at a time, kept open while idle.

In the place of httpcore's own pool, which (1.0.9) keeps a connection for ever that is neither idle nor closed when its
request was cancelled between connecting and sending, and leaves the socket of a cancelled TLS handshake to the garbage
collector. Both would happen here: people leave.
"""

import ssl
from collections import deque
from collections.abc import AsyncIterator
from typing import Protocol, cast

import anyio
import httpcore
import httpx

# Below the idle limit of common servers and load balancers (60 s), which otherwise close as we send.
IDLE_SECONDS = 30.0

# Look-up, TCP and TLS, each.
CONNECT_SECONDS = 5.0

# Closing is local and immediate; the bound is for what must never happen.
CLOSE_SECONDS = 1.0


class Incoming(Protocol):
    """The body as httpcore hands it out."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


class Connections(httpx.AsyncBaseTransport):
    """At most `limit` at once; who comes after waits within the deadline around it."""

    def __init__(
        self,
        *,
        limit: int,
        network: httpcore.AsyncNetworkBackend | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._places = anyio.Semaphore(limit)
        # A cast, for httpcore declares a class of the same name for where anyio is missing.
        self._network = network or cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        self._ssl_context = ssl_context or httpx.create_ssl_context(trust_env=False)
        self._ssl_context.set_alpn_protocols(["http/1.1"])
        self._idle: deque[httpcore.AsyncHTTP11Connection] = deque()

    @property
    def idle(self) -> int:
        """How many are open and not in use."""
        return len(self._idle)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        body = WholeBody(await request.aread())
        sent = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=body, extensions=request.extensions
        )
        await self._places.acquire()
        try:
            connection = await self._take_idle(url.origin) or await self._connect(url.origin)
            try:
                answer = await connection.handle_async_request(sent)
            except BaseException:
                await _close(connection)
                raise
        except BaseException:
            self._places.release()
            raise
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=Body(self, connection, cast("Incoming", answer.stream)),
        )

    def give_back(self, connection: httpcore.AsyncHTTP11Connection) -> None:
        """Keep it if it can be used again; it is closed already if it cannot."""
        if connection.is_idle():
            self._idle.append(connection)
        self._places.release()

    async def aclose(self) -> None:
        while self._idle:
            await _close(self._idle.pop())

    async def _take_idle(self, origin: httpcore.Origin) -> httpcore.AsyncHTTP11Connection | None:
        """The one used last, for the others may grow old; who has grown too old is closed on the way."""
        while self._idle and self._idle[0].has_expired():
            await _close(self._idle.popleft())
        while self._idle:
            connection = self._idle.pop()
            if connection.can_handle_request(origin) and not connection.has_expired():
                return connection
            await _close(connection)
        return None

    async def _connect(self, origin: httpcore.Origin) -> httpcore.AsyncHTTP11Connection:
        host = origin.host.decode("ascii")
        stream = await self._network.connect_tcp(host, origin.port, CONNECT_SECONDS)
        if origin.scheme != b"https":
            return httpcore.AsyncHTTP11Connection(origin, stream, IDLE_SECONDS)
        try:
            secured = await stream.start_tls(self._ssl_context, host, CONNECT_SECONDS)
        except BaseException:
            await _close(stream)
            raise
        return httpcore.AsyncHTTP11Connection(origin, secured, IDLE_SECONDS)


class WholeBody:
    """A request's body in one piece. No generator, for trio complains of one that is dropped in mid-send."""

    def __init__(self, content: bytes) -> None:
        self._left = [content]

    def __aiter__(self) -> "WholeBody":
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


class Body(httpx.AsyncByteStream):
    """The body of an answer; closing it gives the connection back, however much was read."""

    def __init__(self, connections: Connections, connection: httpcore.AsyncHTTP11Connection, stream: Incoming) -> None:
        self._connections = connections
        self._connection = connection
        self._stream = stream
        self._is_closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._stream.__aiter__()

    async def aclose(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        try:
            await _close(self._stream)
        finally:
            self._connections.give_back(self._connection)


async def _close(closing: httpcore.AsyncHTTP11Connection | httpcore.AsyncNetworkStream | Incoming) -> None:
    # 1 s at most, in fact at once: closing must not be cut short by the cancellation that causes it.
    with anyio.CancelScope(shield=True), anyio.move_on_after(CLOSE_SECONDS):
        await closing.aclose()
