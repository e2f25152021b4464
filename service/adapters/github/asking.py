"""Questions asked in worker threads: at most so many threads at once, also while those who asked have left."""

import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import anyio
from anyio import to_thread

# GitHub does not like being asked by many at once; one person's evidence takes three.
THREADS_MAX = 8
# A thread whose caller left ends in milliseconds, for its connection is cut; only the look-up of a name can hold it.
PLACE_CHECK_SECONDS = 0.01


class Failed(Exception):
    """No answer that can be used; the message is for people and holds nothing of the request."""


class Cut(Failed):
    """Whoever asked has left."""

    def __init__(self) -> None:
        super().__init__("Nobody waits for GitHub's answer any more.")


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, whatever its status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str
    is_limited: bool


class Line(Protocol):
    """A connection that one thread asks over at a time."""

    def ready(self, *, timeout_seconds: float) -> None:
        """The time of the next question begins now."""
        ...

    def ask(self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> Heard:
        """Blocks for no longer than the time given to `ready`. Raises `Failed`."""
        ...

    def cut(self) -> None:
        """From any thread: end what is being asked, now."""
        ...

    def close(self) -> None:
        """Close what is open; the next question opens anew."""
        ...


class Lines:
    """The lines of one process. `make` is called in a worker thread, for it imports what takes long."""

    def __init__(self, make: Callable[[], Line], *, threads_max: int = THREADS_MAX) -> None:
        self._make = make
        self._idle: deque[Line] = deque()
        self._turns = anyio.CapacityLimiter(threads_max)
        # AnyIO gives a limiter's token back when the caller leaves, on asyncio while the thread still runs; these
        # places come back when the thread ends.
        self._places = threading.Semaphore(threads_max)
        self._unlimited = anyio.CapacityLimiter(math.inf)
        self._is_closed = False

    async def ask(
        self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str], *, timeout_seconds: float
    ) -> Heard:
        """Ask when it is our turn; the time counts from then. Raises `Failed`.

        Cancellation returns at once, for a read may be abandoned: its connection is cut, so that its thread ends too.
        """
        question = _Question(path, parameters, headers, timeout_seconds)
        async with self._turns:
            while not self._places.acquire(blocking=False):  # noqa: ASYNC110  (it is a thread that gives it back)
                await anyio.sleep(PLACE_CHECK_SECONDS)
            try:
                return await to_thread.run_sync(
                    self._in_thread, question, abandon_on_cancel=True, limiter=self._unlimited
                )
            finally:
                if not question.cut():
                    self._places.release()

    def close(self) -> None:
        """Close what is idle; what is busy is closed when its thread ends."""
        self._is_closed = True
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _in_thread(self, question: "_Question") -> Heard:
        question.begin()
        try:
            line = self._line()
            try:
                return question.put(line)
            finally:
                self._idle.append(line)
                if self._is_closed:
                    self.close()
        finally:
            self._places.release()

    def _line(self) -> Line:
        try:
            return self._idle.pop()
        except IndexError:
            return self._make()


class _Question:
    """What a thread and the task that waits for it agree on, under a lock: whether the thread has begun, and over which
    line, so that a cut never meets a line that has gone on to somebody else."""

    def __init__(
        self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str], timeout_seconds: float
    ) -> None:
        self._asked = (path, parameters, headers)
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._has_begun = False
        self._is_cut = False

    def begin(self) -> None:
        """From here on the thread answers for its place. Raises `Cut` where nobody waits any more."""
        with self._lock:
            if self._is_cut:
                raise Cut
            self._has_begun = True

    def put(self, line: Line) -> Heard:
        with self._lock:
            if self._is_cut:
                raise Cut
            line.ready(timeout_seconds=self._timeout_seconds)
            self._line = line
        try:
            return line.ask(*self._asked)
        finally:
            with self._lock:
                self._line = None
                is_cut = self._is_cut
            if is_cut:  # its socket is dead, and would be kept until the line's next question
                line.close()

    def cut(self) -> bool:
        """End it, where it has not ended; whether the thread has begun, and so gives its place back itself."""
        with self._lock:
            self._is_cut = True
            if self._line is not None:
                self._line.cut()
            return self._has_begun
