"""The sending side of one HTTP exchange: an answer that is whole, one in pieces, or a file that is sent while it is
made, for an endpoint declared with a `Download`.

What the handler of a download writes through `Call.write` goes out piece by piece, each write waiting until the client
has taken the one before: nothing gathers here. A call that ends in a problem before its first piece is answered like
any other; one that fails later breaks the connection off, so that no client takes a part for the whole.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream
from starlette.types import Scope, Send

from service.access.store import Answer
from service.web.endpoint import Download
from service.web.receiving import Inbox

# An answer is at most a few megabytes; a client that takes longer to read it has gone in all but name.
SEND_TIMEOUT_SECONDS = 30.0


async def deliver(inbox: Inbox, send: Send, answer: Answer, *, head_only: bool = False) -> None:
    """Send the answer. Where the body was not read to its end, the connection closes after it: what is left on the
    wire cannot be told from the next request. Under Hypercorn a send to a client that has gone succeeds silently."""
    with anyio.move_on_after(SEND_TIMEOUT_SECONDS):
        if inbox.is_http1 and not inbox.is_read:
            answer = replace(answer, headers={**answer.headers, "connection": "close"})
        body = b"" if head_only else answer.body
        await send({"type": "http.response.start", "status": answer.status, "headers": _raw_headers(answer)})
        if inbox.is_read:
            await send({"type": "http.response.body", "body": body})
            return
        # The answer is complete for the client by its length; the connection closes when the client had time to read
        # it, for a reset would take the answer from it.
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await inbox.discard()
        async with anyio.create_task_group() as group:
            group.start_soon(inbox.drain)
            await send({"type": "http.response.body", "body": b""})
            group.cancel_scope.cancel()


async def refuse_socket(scope: Scope, send: Send, answer: Answer) -> None:
    """Answer a WebSocket's handshake like a request, where the server can; else it closes it with 403."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    headers = [*_raw_headers(answer), (b"connection", b"close")]
    await send({"type": "websocket.http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": answer.body})


class Channel:
    """How the answer of one call goes out: whole, once it is there. Others send parts of it before."""

    is_streamed = False

    def tell(self, name: str, value: Any) -> None:
        """Nobody asked for events."""

    async def write(self, piece: bytes) -> None:
        raise TypeError("this endpoint is not declared as a download")

    def name_file(self, file_name: str, media_type: str) -> None:
        raise TypeError("this endpoint is not declared as a download")

    async def during(self, work: Callable[[], Awaitable[Answer | None]]) -> Answer | None:
        """The answer of `work` that is still to be delivered, if any."""
        return await work()


class Outgoing:
    """An answer that goes out in pieces. Every piece has a deadline; a client that keeps one waiting for that long has
    left in all but name, and the work for it is cancelled."""

    def __init__(self, inbox: Inbox, send: Send) -> None:
        self._inbox = inbox
        self._send = send
        self.has_begun = False
        self.is_broken = False

    async def send_piece(self, piece: bytes, headers: Mapping[str, str], *, has_more: bool = True) -> None:
        """Send one piece, before the first one the status 200 and the headers; nothing after it broke."""
        if self.is_broken:
            return
        async with anyio.create_task_group() as group:
            group.start_soon(self._give_up, group.cancel_scope)
            if not self.has_begun:
                self.has_begun = True
                await self._send({"type": "http.response.start", "status": 200, "headers": _encode_fields(headers)})
            await self._send({"type": "http.response.body", "body": piece, "more_body": has_more})
            group.cancel_scope.cancel()

    async def _give_up(self, sending: anyio.CancelScope) -> None:
        """Beside the send, not around it: Hypercorn on trio shields its sends, and the work must end all the same."""
        await anyio.sleep(SEND_TIMEOUT_SECONDS)
        self.is_broken = True
        self._inbox.work.cancel()
        sending.cancel()


def _raw_headers(answer: Answer) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-length", str(len(answer.body)).encode("ascii"))]
    if answer.body:
        headers.append((b"content-type", answer.media_type.encode("latin-1")))
    return headers + _encode_fields(answer.headers)


def _encode_fields(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


class FileChannel(Channel):
    """The sending side of one such call."""

    def __init__(self, inbox: Inbox, send: Send, file: Download, *, head_only: bool) -> None:
        self._inbox = inbox
        self._outgoing = Outgoing(inbox, send)
        self._head_only = head_only
        self._headers = {"cache-control": "no-store"}
        self.name_file(file.file_name, file.media_type)
        self._written, self._pieces = anyio.create_memory_object_stream[bytes](0)

    def name_file(self, file_name: str, media_type: str) -> None:
        """What the file is called and what it is, to be said before its first piece."""
        self._headers["content-type"] = media_type
        self._headers["content-disposition"] = f'attachment; filename="{file_name}"'

    async def write(self, piece: bytes) -> None:
        """Hand over the next piece of the file; waits until the client has taken the one before."""
        await self._written.send(piece)

    async def during(self, work: Callable[[], Awaitable[Answer | None]]) -> Answer | None:
        """The answer of `work` where nothing was sent, to be delivered; None once the file is out, or broken off."""
        with self._written, self._pieces:
            answer: Answer | None = None
            async with anyio.create_task_group() as group:
                group.start_soon(self._pass_on, self._pieces)
                answer = await work()
                self._written.close()
                group.cancel_scope.deadline = anyio.current_time() + SEND_TIMEOUT_SECONDS
            self._outgoing.is_broken |= group.cancel_scope.cancelled_caught
        is_done = answer is not None and answer.status < 400
        if not self._outgoing.has_begun and not is_done:
            return answer
        if is_done and not self._head_only:
            await self._outgoing.send_piece(b"", self._headers, has_more=False)
        return None

    async def _pass_on(self, pieces: MemoryObjectReceiveStream[bytes]) -> None:
        async for piece in pieces:
            if self._head_only:  # the headers are all that is asked for
                await self._outgoing.send_piece(b"", self._headers, has_more=False)
                self._inbox.work.cancel()
                return
            await self._outgoing.send_piece(piece, self._headers)
