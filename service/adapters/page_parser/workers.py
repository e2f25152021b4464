"""Pages read in warm worker processes, each of which can be killed at any moment.

A worker that is late, breaks, or whose caller leaves is killed and not given back; the next caller who finds no idle
one starts one (0.1 s). So no background task is needed, and nothing outlives the context manager.
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import anyio
from anyio.abc import ByteReceiveStream, ByteSendStream, Process
from anyio.streams.buffered import BufferedByteReceiveStream

from service.adapters.page_parser import Page, PageParser, UnparsablePage
from service.adapters.page_parser.frames import (
    HEADER_BYTES,
    READY,
    MalformedFrame,
    Request,
    body_length,
    frame,
    page_in,
)
from service.kernel.concurrency import Admission, Branch, together
from service.kernel.errors import Overloaded, Unavailable

PAGE_SECONDS = 2.0
HTML_MAX_CHARS = 5_000_000  # what the fetcher lets through; the reader says `truncated` of one more
# Starting takes 0.1 s; a machine that needs fifty times as long cannot parse either.
START_SECONDS = 5.0
# A killed process is reaped within milliseconds; one stuck in the kernel is left to it.
END_SECONDS = 1.0
# A page takes some 10 ms: this many waiters are served within a second or two, and each of them in this time unless
# hostile pages hold every worker.
WAITING_MAX = 200
WAIT_SECONDS = 5.0
# A pipe holds 64 KiB; more at once would only be copied into a buffer of ours.
CHUNK_BYTES = 65_536

PACKAGE_ROOT = Path(__file__).resolve().parents[3]


@asynccontextmanager
async def page_parser_workers(*, count: int = 2) -> AsyncGenerator[PageParser]:
    """A parser over `count` processes, warm when this is entered, gone when it is left (within a second)."""
    parser = WorkerPageParser(count)
    try:
        await parser.warm_up()
        yield parser
    finally:
        await parser.close()


class WorkerPageParser:
    """`PageParser` over a pool of processes; at most `count` exist at any time."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._admission = Admission(running=count, waiting=WAITING_MAX)
        self._idle: list[_Worker] = []
        self._is_closed = False

    async def warm_up(self) -> None:
        """Raises `Unavailable` where the workers cannot be started."""
        starts = (Branch("page parser", self._add_idle, timeout_seconds=2 * START_SECONDS) for _ in range(self._count))
        await together(*starts)

    async def parse(self, html: bytes | str, *, charset: str | None = None) -> Page:
        async with AsyncExitStack() as place:
            with anyio.move_on_after(WAIT_SECONDS) as wait:
                await place.enter_async_context(self._admission.admitted())
            if wait.cancelled_caught:
                raise Overloaded(f"No page parser became free within {WAIT_SECONDS:g} s; try again shortly.")
            # Only now: the frame is a second copy of a page, which two hundred waiters would hold.
            return await self._parsed(frame(_request(html[: HTML_MAX_CHARS + 1], charset)))

    async def close(self) -> None:
        """Ends every idle worker; a busy one ends when its caller gives it back."""
        self._is_closed = True
        workers, self._idle = self._idle, []
        for worker in workers:
            await worker.end()

    async def _add_idle(self) -> None:
        self._idle.append(await _Worker.start())

    async def _parsed(self, request: bytes) -> Page:
        """By an idle worker or, as that one may have ended while it was idle, by a fresh one: 2 s for both."""
        left_seconds = PAGE_SECONDS
        for is_second in (False, True):
            worker = await self._fresh() if is_second or not self._idle else self._idle.pop()
            began = anyio.current_time()
            if (page := await self._read(worker, request, left_seconds)) is not None:
                return page
            left_seconds -= anyio.current_time() - began
        raise UnparsablePage("The page cannot be read: reading it ended the reader.")

    async def _fresh(self) -> "_Worker":
        """One just started, in place of an idle one if there is any: never more than `count`."""
        if self._idle:
            await self._idle.pop().end()
        return await _Worker.start()

    async def _read(self, worker: "_Worker", request: bytes, limit_seconds: float) -> Page | None:
        """The page, or None where the worker broke. However else this ends, its worker is given back or dead."""
        page: Page | None = None
        try:
            with anyio.move_on_after(limit_seconds) as limit:
                page = await worker.read(request)
        finally:
            if page is not None and not self._is_closed:
                self._idle.append(worker)
            else:
                await worker.end()
        if page is None and limit.cancelled_caught:
            raise UnparsablePage(f"The page cannot be read: it took longer than {PAGE_SECONDS:g} s.")
        return page


class _Worker:
    """One process, which answers one request at a time."""

    def __init__(self, process: Process, requests: ByteSendStream, answers: ByteReceiveStream) -> None:
        self._process = process
        self._requests = requests
        self._answers = BufferedByteReceiveStream(answers)

    @classmethod
    async def start(cls) -> "_Worker":
        """Start one and wait until it is warm. Raises `Unavailable` where none can be had in 5 s."""
        process = await _spawned()
        if process is None or process.stdin is None or process.stdout is None:
            raise Unavailable("No page parser could be started.")
        worker = cls(process, process.stdin, process.stdout)
        is_warm = False
        try:
            with anyio.move_on_after(START_SECONDS):
                is_warm = await worker.is_ready()
        finally:
            if not is_warm:
                await worker.end()
        if not is_warm:
            raise Unavailable(f"No page parser became ready within {START_SECONDS:g} s.")
        return worker

    async def is_ready(self) -> bool:
        """Waits for its first frame; False where it ended instead."""
        return await self._receive(len(READY)) == READY

    async def read(self, request: bytes) -> Page | None:
        """The answer to a request, or None where the process has ended or speaks nonsense."""
        try:
            for start in range(0, len(request), CHUNK_BYTES):
                await self._requests.send(request[start : start + CHUNK_BYTES])
            header = await self._receive(HEADER_BYTES)
            return page_in(await self._receive(body_length(header)))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, MalformedFrame):
            return None

    async def end(self) -> None:
        """Kill it and see it gone. Shielded: a second at the most, for a process the kernel holds on to."""
        with anyio.CancelScope(shield=True), anyio.move_on_after(END_SECONDS):
            if self._process.returncode is None:
                self._process.kill()
            await self._process.aclose()

    async def _receive(self, count: int) -> bytes:
        """`count` bytes, or fewer where the process ended."""
        try:
            return await self._answers.receive_exactly(count)
        except (anyio.EndOfStream, anyio.IncompleteRead):
            return b""


async def _spawned() -> Process | None:
    # No environment: what reads hostile pages holds no secret. A process group of its own: the terminal's Ctrl-C is
    # its owner's business. Its standard error is ours, so that a crash is seen.
    command = [sys.executable, "-m", "service.adapters.page_parser.worker"]
    try:
        # Shielded, for some milliseconds as a rule: a process half started when its starter is cancelled would be
        # nobody's. What the machine cannot start in 5 s is given up.
        with anyio.move_on_after(START_SECONDS, shield=True):
            return await anyio.open_process(command, cwd=PACKAGE_ROOT, env={}, stderr=None, start_new_session=True)
    except OSError as error:
        raise Unavailable(f"No page parser could be started: {error}.") from error
    return None


def _request(html: bytes | str, charset: str | None) -> Request:
    if isinstance(html, bytes):
        return Request(html, is_text=False, charset=charset)
    return Request(html.encode("utf-8", "replace"), is_text=True, charset=None)  # no encoding has halves of surrogates
