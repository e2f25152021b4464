"""A load generator that is cheap: so many kept connections, each with one request under way, for so long.

Reads a `Blows` as JSON from its standard input and writes `Struck` to its standard output:

    python -m tests.benchmarks.hammer < blows.json
    python -m tests.benchmarks.hammer --anvil 30000     the server it is measured against itself: a fixed answer

It speaks the HTTP/1.1 of servers that say the length of what they answer, and no other; on a machine with two cores
anything that parsed more would be what is measured.
"""

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast
from urllib.parse import urlsplit

import msgspec
import uvloop

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
# After the last answer was due: what does not answer then does not answer at all.
PATIENCE_SECONDS = 30.0


class Blows(msgspec.Struct, frozen=True):
    """Ask for the targets in turn over `connections`, for `seconds` or until there were `calls`, whichever is first."""

    base_url: str
    targets: tuple[str, ...]
    token: str
    connections: int
    seconds: float
    calls: int | None = None


class Struck(msgspec.Struct):
    """What came of it: seconds of every answer in the order they came, and of the processor of this process."""

    seconds: float = 0.0
    taken: list[float] = []
    statuses: dict[int, int] = {}
    bytes: int = 0
    cpu_seconds: float = 0.0
    reconnects: int = 0


@dataclass
class Course:
    """The state that the connections share."""

    blows: Blows
    until: float
    struck: Struck = field(default_factory=Struck)
    begun: int = 0

    def next(self) -> bytes | None:
        if time.perf_counter() >= self.until or self.begun == self.blows.calls:
            return None
        target = self.blows.targets[self.begun % len(self.blows.targets)]
        self.begun += 1
        host = urlsplit(self.blows.base_url).netloc
        return f"GET {target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {self.blows.token}\r\n\r\n".encode()


class Connection(asyncio.Protocol):
    """One request after the other; connects anew where the server ended the connection after an answer."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._transport: asyncio.Transport | None = None
        self._answer = bytearray()
        self._whole = -1
        self._began = 0.0
        self.is_done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if self._whole < 0:
            end = self._answer.find(HEAD_END)
            if end < 0:
                return
            length = LENGTH.search(self._answer, 0, end)
            if length is None:
                self._fail(ValueError(f"no length: {bytes(self._answer[:end])!r}"))
                return
            self._whole = end + len(HEAD_END) + int(length[1])
        if len(self._answer) >= self._whole:
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionError("the server closed the connection without an answer"))

    def _fail(self, error: Exception) -> None:
        if not self.is_done.done():
            self.is_done.set_exception(error)

    def _ask(self) -> None:
        request = self._course.next()
        assert self._transport is not None
        if request is None:
            self._end(is_whole=True)
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def _answered(self) -> None:
        struck = self._course.struck
        struck.taken.append(time.perf_counter() - self._began)
        status = int(self._answer[9:12])
        struck.statuses[status] = struck.statuses.get(status, 0) + 1
        struck.bytes += len(self._answer)
        is_last = CLOSES.search(self._answer, 0, self._answer.find(HEAD_END)) is not None
        self._answer.clear()
        self._whole = -1
        if is_last:
            self._end(is_whole=False)
        else:
            self._ask()

    def _end(self, *, is_whole: bool) -> None:
        if not self.is_done.done():
            self.is_done.set_result(is_whole)
        if self._transport is not None:
            self._transport.close()


async def hammered(blows: Blows) -> Struck:
    """In this process and loop. Raises what broke a connection."""
    began, cpu_before = time.perf_counter(), time.process_time()
    course = Course(blows, began + blows.seconds)

    async def strike() -> None:
        parts = urlsplit(blows.base_url)
        loop = asyncio.get_running_loop()
        while True:
            _, connection = await loop.create_connection(
                partial(Connection, course), parts.hostname or "", parts.port or 80
            )
            if await connection.is_done:
                return
            course.struck.reconnects += 1

    async with asyncio.timeout(blows.seconds + PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        for _ in range(blows.connections):
            group.create_task(strike())
    course.struck.seconds = time.perf_counter() - began
    course.struck.cpu_seconds = time.process_time() - cpu_before
    return course.struck


class Anvil(asyncio.Protocol):
    """Answers everything that ends like a request with the same bytes."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if data.endswith(HEAD_END) and self._transport is not None:
            self._transport.write(self._answer)


async def anvil(size: int) -> None:
    answer = b"HTTP/1.1 200 \r\ncontent-length: %d\r\n\r\n" % size + b"x" * size
    server = await asyncio.get_running_loop().create_server(partial(Anvil, answer), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def _on_uvloop(work: Callable[[], Awaitable[Struck | None]]) -> Struck | None:
    async def run() -> Struck | None:
        return await work()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.hammer")
    parser.add_argument("--anvil", type=int, help="be a server instead; bytes of its answers")
    size = parser.parse_args(arguments).anvil
    if size is not None:
        _on_uvloop(partial(anvil, size))
        return
    blows = msgspec.json.decode(sys.stdin.buffer.read(), type=Blows)
    sys.stdout.buffer.write(msgspec.json.encode(_on_uvloop(partial(hammered, blows))))


if __name__ == "__main__":
    main()
