"""One call answered as server-sent events, for those who `Accept: text/event-stream`.

The call itself is the same: what its handler tells through `Call.tell` while it works goes out as it comes, and its
answer is the last event. The stream begins with the first thing told; a call that ends before that in a problem (401,
402, 422, 429 ...) is answered like any other, and one whose answer is there at once (a replay) streams only that.
Once the stream has begun, a problem is its last event.
"""

import math
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import anyio
import msgspec
from anyio.streams.memory import MemoryObjectReceiveStream
from starlette.types import Scope, Send

from service.access.store import Answer
from service.web.headers import header
from service.web.problems import PROBLEM_JSON
from service.web.receiving import Inbox
from service.web.sending import SEND_TIMEOUT_SECONDS, Channel, Outgoing

EVENT_STREAM = "text/event-stream"
PROBLEM = "problem"

# A whole generation tells some twenty branches and a hundred sentences; a client that is further behind than that does
# not listen, and misses what is only provisional. The last event has no place in the queue and always goes out.
EVENTS_QUEUED_MAX = 256
# Proxies give up on a silent connection after 30 to 60 s.
HEARTBEAT_SECONDS = 15.0

# Nginx would otherwise gather the events until its buffer is full.
_HEADERS = {"content-type": f"{EVENT_STREAM}; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no"}
_HEARTBEAT = b": still working\n\n"
_QUALITY = re.compile(r";\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$")

_encode = msgspec.json.Encoder().encode


def wants_events(scope: Scope) -> bool:
    """Whether `Accept` names event streams, and JSON not as gladly."""
    wanted = {"application/json": 0.0, EVENT_STREAM: 0.0}
    for part in (header(scope, b"accept") or "").split(",")[:50]:
        kind = part.partition(";")[0].strip().lower()
        quality = _QUALITY.search(part)
        if kind in wanted:
            wanted[kind] = max(wanted[kind], float(quality[1]) if quality else 1.0)
    return wanted[EVENT_STREAM] > wanted["application/json"]


def _waiting(queue: MemoryObjectReceiveStream[bytes]) -> bytes:
    """What else was told by now: it goes out together, for a piece costs the same however much it holds."""
    events: list[bytes] = []
    with suppress(anyio.WouldBlock, anyio.EndOfStream):
        while True:
            events.append(queue.receive_nowait())
    return b"".join(events)


def encode_event(name: str, data: bytes) -> bytes:
    lines = b"".join(b"data: " + line + b"\n" for line in re.split(rb"\r\n|\r|\n", data))
    return b"event: " + name.encode("ascii") + b"\n" + lines + b"\n"


class EventChannel(Channel):
    """The sending side of one such call."""

    is_streamed = True

    def __init__(self, inbox: Inbox, send: Send, *, last: str) -> None:
        self._outgoing = Outgoing(inbox, send)
        self._last = last
        self._told, self._queue = anyio.create_memory_object_stream[bytes](EVENTS_QUEUED_MAX)

    def tell(self, name: str, value: Any) -> None:
        """Queue one event. Never waits: beyond the queue's bound, and after the end, it is dropped."""
        try:
            self._told.send_nowait(encode_event(name, _encode(value)))
        except (anyio.WouldBlock, anyio.ClosedResourceError, anyio.BrokenResourceError):
            return

    async def during(self, work: Callable[[], Awaitable[Answer | None]]) -> Answer | None:
        """The answer of `work`, with what it tells sent meanwhile; None where it was sent, or nobody is there.

        An answer that is returned is still to be delivered: the stream never began.
        """
        with self._told, self._queue:
            answer: Answer | None = None
            async with anyio.create_task_group() as group:
                group.start_soon(self._pass_on, self._queue)
                answer = await work()
                self._told.close()
                group.cancel_scope.deadline = anyio.current_time() + SEND_TIMEOUT_SECONDS
            self._outgoing.is_broken |= group.cancel_scope.cancelled_caught
        if answer is None or (not self._outgoing.has_begun and answer.status >= 400):
            return answer
        await self._end(answer)
        return None

    async def _pass_on(self, queue: MemoryObjectReceiveStream[bytes]) -> None:
        while True:
            event = _HEARTBEAT
            # Before anything was told the stream has not begun, and a heartbeat would begin it.
            with anyio.move_on_after(HEARTBEAT_SECONDS if self._outgoing.has_begun else math.inf):
                try:
                    event = await queue.receive()
                except anyio.EndOfStream:
                    return
            await self._outgoing.send_piece(event + _waiting(queue), _HEADERS)

    async def _end(self, answer: Answer) -> None:
        name = PROBLEM if answer.media_type == PROBLEM_JSON else self._last
        headers = {field.lower(): value for field, value in answer.headers.items()} | _HEADERS
        await self._outgoing.send_piece(encode_event(name, answer.body), headers, has_more=False)
