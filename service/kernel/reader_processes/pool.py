"""Readers in a pool of processes, each of which can be killed at any moment.

One that is late, breaks, or whose caller leaves is killed and not given back; the next caller who finds no idle one
starts one. So no background task is needed, and nothing outlives `close`.
"""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Generic, TypeVar

import anyio
import msgspec

from service.kernel.concurrency import Admission, Branch, gather_all
from service.kernel.errors import Overloaded
from service.kernel.reader_processes.process import START_SECONDS, ReaderProcess
from service.kernel.reader_processes.protocol import MalformedFrame, frame, message_in

Answer = TypeVar("Answer")

# Patience for a free reader: waiters are served within a second or two unless hostile input holds every reader.
WAIT_SECONDS = 5.0


class GaveUp(Exception):
    """What was to be read ended its reader or took too long; the text says which, after the name of what was read."""


@dataclass(frozen=True, slots=True)
class Reader(Generic[Answer]):
    """What a pool runs. `module` is run as a program and calls `serving.answer_requests`."""

    module: str
    name: str  # what an error calls it: "page parser"
    answers: msgspec.msgpack.Decoder[Answer]
    read_seconds: float  # for one request, whether one reader is tried or two
    waiting_max: int  # callers in front of the readers


class Pool(Generic[Answer]):
    """At most `count` processes of one reader; none before the first request, unless `warm_up` is called."""

    def __init__(self, reader: Reader[Answer], *, count: int) -> None:
        self._reader = reader
        self._count = count
        self._admission = Admission(running=count, waiting=reader.waiting_max)
        self._idle: list[ReaderProcess] = []
        self._is_closed = False

    async def warm_up(self) -> None:
        """Start them all. Raises `Unavailable` where they cannot be started."""
        name = self._reader.name
        starts = (Branch(name, self._add_idle, timeout_seconds=2 * START_SECONDS) for _ in range(self._count))
        await gather_all(*starts)

    async def read(self, request: Callable[[], msgspec.Struct]) -> Answer:
        """The answer to `request()`, which is made only once a reader is free: two hundred waiters need no copies.

        Raises `GaveUp`; `Overloaded` where none becomes free within 5 s; `Unavailable` where none can be started.
        Cancellation kills the reader at once.
        """
        async with AsyncExitStack() as place:
            with anyio.move_on_after(WAIT_SECONDS) as wait:
                await place.enter_async_context(self._admission.admit())
            if wait.cancelled_caught:
                raise Overloaded(f"No {self._reader.name} became free within {WAIT_SECONDS:g} s; try again shortly.")
            return await self._answered(frame(request()))

    async def close(self) -> None:
        """Ends every idle reader; a busy one ends when its caller gives it back."""
        self._is_closed = True
        processes, self._idle = self._idle, []
        for process in processes:
            await process.end()

    async def _add_idle(self) -> None:
        self._idle.append(await ReaderProcess.start(self._reader.module, self._reader.name))

    async def _answered(self, request: bytes) -> Answer:
        """By an idle reader or, as that one may have ended while it was idle, by a fresh one: one limit for both."""
        left_seconds = self._reader.read_seconds
        for is_second in (False, True):
            process = await self._fresh() if is_second or not self._idle else self._idle.pop()
            began = anyio.current_time()
            if (answer := await self._read_by(process, request, left_seconds)) is not None:
                return answer
            left_seconds -= anyio.current_time() - began
        raise GaveUp("reading it ended the reader")

    async def _fresh(self) -> ReaderProcess:
        """One just started, in place of an idle one if there is any: never more than `count`."""
        if self._idle:
            await self._idle.pop().end()
        return await ReaderProcess.start(self._reader.module, self._reader.name)

    async def _read_by(self, process: ReaderProcess, request: bytes, limit_seconds: float) -> Answer | None:
        """The answer, or None where the process broke. However else this ends, it is given back or dead."""
        answer: Answer | None = None
        try:
            with anyio.move_on_after(limit_seconds) as limit:
                answer = self._decoded(await process.ask(request))
        finally:
            if answer is not None and not self._is_closed:
                self._idle.append(process)
            else:
                await process.end()
        if answer is None and limit.cancelled_caught:
            raise GaveUp(f"it took longer than {self._reader.read_seconds:g} s")
        return answer

    def _decoded(self, body: bytes | None) -> Answer | None:
        try:
            return None if body is None else message_in(body, self._reader.answers)
        except MalformedFrame:
            return None
