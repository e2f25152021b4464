"""The receiving side of one HTTP exchange: the body within its limits, and the news that the client has left.

Hypercorn neither cancels a handler when its client leaves nor fails its `send`; the one sign is the message
`http.disconnect`, and it reaches only who is awaiting `receive()`.
"""

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
        if self._declared and self._declared.isdecimal() and int(self._declared[:20]) > max_bytes:
            raise _too_large(max_bytes)
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


def _too_large(max_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than the {max_bytes} bytes this call takes.")
