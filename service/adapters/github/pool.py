"""Requests made in worker threads: at most so many threads at once, also while their callers have left."""

import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import anyio
from anyio import to_thread

# GitHub asks for few requests at once; one person's evidence takes three.
THREADS_MAX = 8
# A thread whose caller left ends in milliseconds, for its connection is cut; only the look-up of a name can hold it.
PLACE_CHECK_SECONDS = 0.01


class RequestFailed(Exception):
    """There is no usable answer; the message is for people and holds nothing of the request."""


class Abandoned(RequestFailed):
    """The caller has left."""

    def __init__(self) -> None:
        super().__init__("Nobody waits for GitHub's answer any more.")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of any status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str
    is_limited: bool


class Connection(Protocol):
    """A connection that one thread uses at a time."""

    def begin(self, *, timeout_seconds: float) -> None:
        """Start the clock of the next request."""
        ...

    def get(self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Blocks for no longer than the time given to `begin`. Raises `RequestFailed`."""
        ...

    def abort(self) -> None:
        """From any thread: end the request under way, now."""
        ...

    def close(self) -> None:
        """Close what is open; the next request opens it anew."""
        ...


class ConnectionPool:
    """The connections of one process. `connect` is called in a worker thread, for it imports what takes long."""

    def __init__(self, connect: Callable[[], Connection], *, threads_max: int = THREADS_MAX) -> None:
        self._connect = connect
        self._idle: deque[Connection] = deque()
        self._turns = anyio.CapacityLimiter(threads_max)
        # AnyIO gives a limiter's token back when the caller leaves, on asyncio while the thread still runs; these
        # places come back when the thread ends.
        self._places = threading.Semaphore(threads_max)
        self._unlimited = anyio.CapacityLimiter(math.inf)
        self._is_closed = False

    async def get(
        self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str], *, timeout_seconds: float
    ) -> Response:
        """Send the request when a thread is free; its time counts from then. Raises `RequestFailed`.

        Cancellation returns at once, for a read may be abandoned: its connection is cut, so that its thread ends too.
        """
        request = _Request(path, parameters, headers, timeout_seconds)
        async with self._turns:
            while not self._places.acquire(blocking=False):  # noqa: ASYNC110  (it is a thread that gives it back)
                await anyio.sleep(PLACE_CHECK_SECONDS)
            try:
                return await to_thread.run_sync(
                    self._run_in_thread, request, abandon_on_cancel=True, limiter=self._unlimited
                )
            finally:
                if not request.abandon():
                    self._places.release()

    def close(self) -> None:
        """Close what is idle; what is busy is closed when its thread ends."""
        self._is_closed = True
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _run_in_thread(self, request: "_Request") -> Response:
        request.begin()
        try:
            connection = self._take_connection()
            try:
                return request.send(connection)
            finally:
                self._idle.append(connection)
                if self._is_closed:
                    self.close()
        finally:
            self._places.release()

    def _take_connection(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()


class _Request:
    """What a thread and the task that waits for it agree on, under a lock: whether the thread has begun, and over which
    connection, so that an abort never meets a connection that has gone on to another request."""

    def __init__(
        self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str], timeout_seconds: float
    ) -> None:
        self._arguments = (path, parameters, headers)
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._has_begun = False
        self._is_abandoned = False

    def begin(self) -> None:
        """From here on the thread gives its place back itself. Raises `Abandoned` where its caller has left."""
        with self._lock:
            if self._is_abandoned:
                raise Abandoned
            self._has_begun = True

    def send(self, connection: Connection) -> Response:
        with self._lock:
            if self._is_abandoned:
                raise Abandoned
            connection.begin(timeout_seconds=self._timeout_seconds)
            self._connection = connection
        try:
            return connection.get(*self._arguments)
        finally:
            with self._lock:
                self._connection = None
                is_abandoned = self._is_abandoned
            if is_abandoned:  # its socket is dead, and would be kept until the connection's next request
                connection.close()

    def abandon(self) -> bool:
        """End it if it has not ended; whether the thread has begun, and so gives its place back itself."""
        with self._lock:
            self._is_abandoned = True
            if self._connection is not None:
                self._connection.abort()
            return self._has_begun
