"""Connections that go only where the guard allows: the name is looked up once, and that very address connected to.

Between a check and a second look-up a name may change (DNS rebinding), so nothing below resolves names again.
TLS and the Host header keep the name.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from socket import SOCK_STREAM
from ssl import SSLContext
from typing import Any

import anyio
import httpcore

from service.adapters.page_fetcher import UnreachablePage
from service.adapters.page_fetcher.guard import allowed_addresses

# A resolver that needs longer has lost its upstream.
LOOK_UP_SECONDS = 3.0

# One address may be dead, or its family unrouted here; three tries leave the page half of its time.
ADDRESSES_TRIED_MAX = 3
CONNECT_SECONDS = 2.0

# Closing a socket waits for nothing; this bounds a defect.
CLOSE_SECONDS = 1.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def look_up(host: str, port: int) -> Sequence[str]:
    """Every address the system's resolver gives, in its order of preference."""
    found = await anyio.getaddrinfo(host, port, type=SOCK_STREAM)
    return list(dict.fromkeys(address[0] for *_, address in found))


class GuardedStream(httpcore.AsyncNetworkStream):
    """A connection that can be hung up: its reader then sees the end of the stream.

    So a body is left in the middle without leaving httpcore's generators unfinished, which trio reports as a defect.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._is_hung_up = False

    def hang_up(self) -> None:
        self._is_hung_up = True

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return b"" if self._is_hung_up else await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Above the same socket, in the same stream."""
        self._stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """The network of one request. `aclose` closes whatever was opened, however the request ended.

    (httpcore alone leaves the socket to the garbage collector when it is cancelled in a TLS handshake.)
    """

    def __init__(self, network: httpcore.AsyncNetworkBackend, resolve: Resolve, *, allows_private: bool) -> None:
        self._network = network
        self._resolve = resolve
        self._allows_private = allows_private
        self._streams: list[GuardedStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        del timeout  # each look-up and each address has its own
        addresses = allowed_addresses(host, await self._look_up(host, port), allows_private=self._allows_private)
        *others, last = addresses[:ADDRESSES_TRIED_MAX]
        for address in others:
            try:
                return await self._connect(address, port, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._connect(last, port, local_address, socket_options)

    def hang_up(self) -> None:
        for stream in self._streams:
            stream.hang_up()

    async def aclose(self) -> None:
        # 1 s at most, in fact at once: closing must not be cut short by the cancellation that causes it.
        with anyio.CancelScope(shield=True), anyio.move_on_after(CLOSE_SECONDS):
            while self._streams:
                await self._streams.pop().aclose()

    async def _connect(
        self,
        address: str,
        port: int,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._network.connect_tcp(address, port, CONNECT_SECONDS, local_address, socket_options)
        guarded = GuardedStream(stream)
        self._streams.append(guarded)
        return guarded

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        try:
            with anyio.fail_after(LOOK_UP_SECONDS):
                return await self._resolve(host, port)
        except TimeoutError as error:
            raise UnreachablePage(f"Looking {host} up took longer than {LOOK_UP_SECONDS:g} s.") from error
        except (OSError, UnicodeError) as error:
            raise UnreachablePage(f"{host} cannot be looked up; check the spelling.") from error
