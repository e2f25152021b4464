"""The receiving side of one HTTP exchange: the body within its limits, and the news that the client has left.

Hypercorn neither cancels a handler when its client leaves nor fails its `send`; the one sign is the message
`http.disconnect`, and it reaches only who is awaiting `receive()`.
"""

import hashlib
from collections.abc import Callable
from typing import NoReturn

import anyio
from starlette.types import Receive, Scope

from service.kernel.errors import Kind, ServiceError
from service.web.headers import header

# A megabyte in ten seconds is a bad mobile line; slower than that holds a place for nothing.
BODY_TIMEOUT_SECONDS = 10.0
# A client that is still sending reads our answer only if its connection is not reset: what it sends after a refusal
# is read and dropped, as long and as much as a polite client needs to finish.
LINGER_SECONDS = 2.0
LINGER_MAX_BYTES = 8_000_000


class BodyTooLarge(ServiceError):
    """The body is over the endpoint's limit; nothing of it was kept."""

    kind, slug, title = Kind.TOO_LARGE, "body-too-large", "The body is too large"


class RequestTimeout(ServiceError):
    """The body did not arrive in time."""

    kind, slug, title = Kind.TOO_SLOW_A_CALLER, "request-timeout", "The request took too long to arrive"


class Inbox:
    """`receive()` of one request, read by one task at a time: first `body`, then `watch`, or `discard` and `drain`.

    `work` is the scope of all that is done for the client; it is cancelled when the client leaves.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._declared = header(scope, b"content-length")
        self._receive = receive
        self.is_http1 = str(scope.get("http_version", "1.1")).startswith("1")
        self.work = anyio.CancelScope()
        self.is_read = False
        self.is_gone = False

    async def body(self, max_bytes: int, timeout_seconds: float) -> bytes:
        """The whole body. Raises BodyTooLarge, RequestTimeout; a client that leaves before its end cancels `work`."""
        self.refuse_declared(max_bytes)
        chunks: list[bytes] = []
        size = 0
        with anyio.move_on_after(timeout_seconds):
            while not self.is_read:
                chunk = await self._next()
                if self.is_gone:
                    await self._abandon()
                size += len(chunk)
                if size > max_bytes:
                    raise _too_large(max_bytes)
                chunks.append(chunk)
        if not self.is_read:
            raise RequestTimeout(f"The body did not arrive within {timeout_seconds:g} s.")
        return b"".join(chunks)

    def refuse_declared(self, max_bytes: int) -> None:
        """Raises BodyTooLarge where the client itself says that it is."""
        if self._declared and self._declared.isdecimal() and int(self._declared[:20]) > max_bytes:
            raise _too_large(max_bytes)

    async def piece(self, timeout_seconds: float) -> bytes:
        """The next piece of the body. Raises RequestTimeout; a client that leaves before its end cancels `work`."""
        with anyio.move_on_after(timeout_seconds):
            piece = await self._next()
            if self.is_gone:
                await self._abandon()
            return piece
        raise RequestTimeout(f"Nothing of the body arrived for {timeout_seconds:g} s.")

    async def watch(self) -> None:
        """Cancel `work` when the client leaves."""
        while not self.is_gone:
            await self._next()
        self.work.cancel()

    async def discard(self) -> None:
        """Read and drop what is still coming, within bounds."""
        left = LINGER_MAX_BYTES
        with anyio.move_on_after(LINGER_SECONDS):
            while left > 0 and not self.is_read and not self.is_gone:
                left -= len(await self._next())

    async def drain(self) -> None:
        """Keep Hypercorn's queue of ten messages empty while an answer goes out: a full one would block the answer."""
        while not self.is_gone:
            await self._next()

    async def _abandon(self) -> NoReturn:
        self.work.cancel()
        await anyio.sleep_forever()
        raise AssertionError("the body is read inside of `work`")

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.is_gone = True
            return b""
        self.is_read = not message.get("more_body", False)
        return message.get("body", b"")


class Incoming:
    """A body that is read while it arrives, for an endpoint declared with `body=Incoming`: its pieces, once, in order,
    by one task.

    What is not taken waits at the client, so nothing gathers here; and a client that leaves is noticed at the next
    piece, which cancels the work. Reading raises BodyTooLarge past `max_bytes` and RequestTimeout where the client
    sends nothing for `idle_seconds`. What it was is known by its `digest` at its end.
    """

    def __init__(
        self, inbox: Inbox, *, media_type: str, max_bytes: int, idle_seconds: float, at_end: Callable[[], object]
    ) -> None:
        self.media_type = media_type
        self._inbox = inbox
        self._left = max_bytes
        self._max_bytes = max_bytes
        self._idle_seconds = idle_seconds
        self._at_end = at_end
        self._digest = hashlib.sha256()  # of 50 MB some 30 ms in all, a piece at a time

    def digest(self) -> bytes:
        """SHA-256 of the whole body; only once all of it was read."""
        if not self._inbox.is_read:
            raise RuntimeError("the body has not been read to its end")
        return self._digest.digest()

    def __aiter__(self) -> "Incoming":
        return self

    async def __anext__(self) -> bytes:
        while not self._inbox.is_read:
            piece = await self._inbox.piece(self._idle_seconds)
            self._left -= len(piece)
            if self._left < 0:
                raise _too_large(self._max_bytes)
            self._digest.update(piece)
            if self._inbox.is_read:
                self._at_end()
            if piece:
                return piece
        raise StopAsyncIteration


def _too_large(max_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than the {max_bytes} bytes this call takes.")
