"""One call answered as a file that is sent while it is made, for an endpoint declared with a `Download`.

What the handler writes through `Call.write` goes out piece by piece, each write waiting until the client has taken the
one before: nothing gathers here. A call that ends in a problem before its first piece is answered like any other; one
that fails later breaks the connection off, so that no client takes a part for the whole.
"""

from collections.abc import Awaitable, Callable

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream
from starlette.types import Send

from service.access.store import Answer
from service.web.endpoint import Download
from service.web.receiving import Inbox
from service.web.sending import SEND_TIMEOUT_SECONDS, Channel, Outgoing


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
