"""Worker processes: killed on time, replaced, and never left behind."""

import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio
import psutil
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream

from service.adapters.page_parser import PageParser, Request, UnparsablePage, processes
from service.adapters.page_parser.processes import page_parser_processes
from service.kernel.errors import Overloaded, Unavailable
from service.kernel.reader_processes import pool, process
from service.kernel.reader_processes.protocol import frame

pytestmark = [pytest.mark.anyio, pytest.mark.process]

ROOT = Path(__file__).resolve().parents[2]
PLAIN = "<h1>Engineer</h1><p>Berlin"
# The tree builder needs 4 s and 23 s for these.
MANY_ATTRIBUTES = b"<p " + b" ".join(b"a%d=1" % number for number in range(60_000)) + b">x"
DEEP = b"<div>" * 100_000
# No promise, but an end for what hangs.
HANGS_SECONDS = 60.0


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the time limit must not strike in place of what a test looks at."""
    monkeypatch.setattr(processes, "PAGE_SECONDS", HANGS_SECONDS)


def running(owner: int | None = None) -> set[int]:
    """The live readers of a process, of this one by default: a service that other tests run has its own."""
    children = psutil.Process(owner).children()
    return {child.pid for child in children if is_live_reader(child)}


def is_live_reader(process: psutil.Process) -> bool:
    try:
        is_reader = "service.adapters.page_parser.reader_process" in process.cmdline()
        return is_reader and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def until_gone(pids: set[int]) -> None:
    with anyio.fail_after(HANGS_SECONDS):
        while any(psutil.pid_exists(pid) and is_live_reader(psutil.Process(pid)) for pid in pids):
            await anyio.sleep(0.02)


async def until_busy(pid: int, *, starting_seconds: float = 0.0) -> None:
    """Until a reader has begun on a page: it has used more processor time than by now, and than a start takes."""
    process = psutil.Process(pid)
    before = max(process.cpu_times().user, 2 * starting_seconds)
    with anyio.fail_after(HANGS_SECONDS):
        while process.cpu_times().user < before + 0.05:
            await anyio.sleep(0.01)


@asynccontextmanager
async def parsing(count: int = 1) -> AsyncGenerator[PageParser]:
    """A parser that is seen to leave no process behind."""
    before = running()
    async with page_parser_processes(count=count) as parser:
        yield parser
    assert running() == before


async def test_readers_are_warm_from_the_start_and_gone_at_the_end() -> None:
    before = running()
    async with parsing(2) as parser:
        started = running() - before
        assert len(started) == 2
        page = await parser.parse(PLAIN)
        assert page.text == "Engineer\nBerlin"
        assert running() - before == started


@pytest.mark.parametrize("html", [PLAIN, PLAIN.encode(), "", b"", "Z\ud800rich", "x" * 5_000_001])
async def test_what_a_reader_answers_is_what_reading_gives(html: bytes | str) -> None:
    async with parsing() as parser:
        page = await parser.parse(html)
        assert page.truncated == (len(html) > 5_000_000)
        assert page.text.startswith({"E": "Engineer", "Z": "Z", "x": "xxx"}.get(page.text[:1], ""))


async def test_the_charset_reaches_the_reader() -> None:
    async with parsing() as parser:
        assert (await parser.parse("Zürich Ł".encode("iso-8859-2"), charset="iso-8859-2")).text == "Zürich Ł"


@pytest.mark.parametrize("html", [MANY_ATTRIBUTES, DEEP], ids=["attributes", "nesting"])
async def test_a_page_that_takes_too_long_kills_its_reader_and_the_next_one_is_read(
    html: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PAGE_SECONDS", 1.0)
    async with parsing() as parser:
        (first,) = running()
        with pytest.raises(UnparsablePage, match="longer than 1 s"):
            await parser.parse(html)
        assert running() == set()
        assert not is_alive(first)
        assert (await parser.parse(PLAIN)).text == "Engineer\nBerlin"


async def test_a_caller_who_leaves_kills_the_reader_at_once() -> None:
    async with parsing() as parser:
        (first,) = running()
        async with anyio.create_task_group() as group:
            group.start_soon(parser.parse, DEEP)
            await until_busy(first)
            group.cancel_scope.cancel()
        assert running() == set()
        assert (await parser.parse(PLAIN)).text == "Engineer\nBerlin"


async def test_a_caller_who_leaves_while_its_reader_starts_leaves_none_behind() -> None:
    async with parsing() as parser:
        (first,) = running()
        os.kill(first, signal.SIGKILL)
        await until_gone({first})
        for milliseconds in (0, 1, 5, 20, 50):
            with anyio.move_on_after(milliseconds / 1000):
                await parser.parse(DEEP)
        assert (await parser.parse(PLAIN)).text == "Engineer\nBerlin"
        assert len(running()) == 1


async def test_a_reader_that_died_while_idle_is_replaced_unnoticed() -> None:
    async with parsing() as parser:
        (first,) = running()
        os.kill(first, signal.SIGKILL)
        assert (await parser.parse(PLAIN)).text == "Engineer\nBerlin"
        assert running() != {first}


async def test_readers_that_all_died_while_idle_are_replaced_unnoticed() -> None:
    async with parsing(3) as parser:
        for pid in running():
            os.kill(pid, signal.SIGKILL)
        for _ in range(4):
            assert (await parser.parse(PLAIN)).text == "Engineer\nBerlin"
        assert len(running()) <= 3


async def test_a_reader_gives_back_what_a_large_page_took() -> None:
    async with parsing() as parser:
        (reader,) = running()
        await parser.parse(b"<p a b c d e f>" * 60_000)
        await parser.parse(PLAIN)
        assert running() == {reader}
        assert psutil.Process(reader).memory_info().rss < 200_000_000


async def test_a_page_that_ends_its_readers_cannot_be_read() -> None:
    """Killed twice in the middle of it: once could have been an accident."""
    async with parsing() as parser:
        outcome: list[str] = []

        async def read() -> None:
            try:
                await parser.parse(DEEP)
            except UnparsablePage as error:
                outcome.append(error.detail)

        async with anyio.create_task_group() as group:
            (first,) = running()
            starting_seconds = psutil.Process(first).cpu_times().user
            group.start_soon(read)
            await until_busy(first)
            os.kill(first, signal.SIGKILL)
            with anyio.fail_after(HANGS_SECONDS):
                while not (later := running() - {first}):
                    await anyio.sleep(0.005)
            (second,) = later
            await until_busy(second, starting_seconds=starting_seconds)
            os.kill(second, signal.SIGKILL)
        assert outcome == ["The page cannot be read: reading it ended the reader."]
        assert (await parser.parse(PLAIN)).text == "Engineer\nBerlin"


async def test_a_page_that_needs_too_much_memory_cannot_be_read_and_harms_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The limit itself is out of a page's reach (5 MB take 0.55 GB at the most), so it is set lower for this one."""
    small = tmp_path / "python"
    program = "from service.adapters.page_parser import reader_process as r; r.MEMORY_MAX_BYTES = 100_000_000; r.main()"
    small.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "{program}" service.adapters.page_parser.reader_process 2>/dev/null\n'
    )
    small.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(small))
    async with parsing() as parser:
        with anyio.fail_after(HANGS_SECONDS), pytest.raises(UnparsablePage, match="ended the reader"):
            await parser.parse(b"<i></i>" * 700_000)
        assert (await parser.parse(PLAIN)).text == "Engineer\nBerlin"


async def test_a_frozen_reader_is_killed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PAGE_SECONDS", 0.5)
    async with parsing() as parser:
        (first,) = running()
        os.kill(first, signal.SIGSTOP)
        with anyio.fail_after(HANGS_SECONDS), pytest.raises(UnparsablePage):
            await parser.parse(b"<p>x</p>" * 100_000)
        assert not is_alive(first)


async def test_parallel_callers_share_the_readers_and_each_gets_its_own_page() -> None:
    async with parsing(2) as parser:
        texts: dict[int, str] = {}

        async def read(number: int) -> None:
            texts[number] = (await parser.parse(f"<p>page {number}")).text

        with anyio.fail_after(HANGS_SECONDS):
            async with anyio.create_task_group() as group:
                for number in range(60):
                    group.start_soon(read, number)
        assert texts == {number: f"page {number}" for number in range(60)}
        assert len(running()) == 2


async def test_cancelled_callers_among_others_cost_no_one_else_a_page() -> None:
    async with parsing(2) as parser:
        read: list[str] = []

        async def one(number: int) -> None:
            with anyio.move_on_after(0.002 * (number % 5) if number % 2 else 10):
                read.append((await parser.parse(f"<p>{number}")).text)

        async with anyio.create_task_group() as group:
            for number in range(30):
                group.start_soon(one, number)
        assert {str(number) for number in range(0, 30, 2)} <= set(read)
        assert len(running()) <= 2
        assert (await parser.parse(PLAIN)).text == "Engineer\nBerlin"


async def test_who_finds_no_free_reader_in_time_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "WAIT_SECONDS", 0.2)
    async with parsing() as parser:
        (busy,) = running()
        async with anyio.create_task_group() as group:
            group.start_soon(parser.parse, DEEP)
            await until_busy(busy)
            with pytest.raises(Overloaded, match="became free"):
                await parser.parse(PLAIN)
            group.cancel_scope.cancel()


async def test_the_queue_in_front_of_the_readers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "WAITING_MAX", 1)
    async with parsing() as parser:
        (busy,) = running()
        async with anyio.create_task_group() as group:
            group.start_soon(parser.parse, DEEP)
            await until_busy(busy)
            group.start_soon(parser.parse, PLAIN)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(Overloaded):
                await parser.parse(PLAIN)
            group.cancel_scope.cancel()


async def test_who_waits_holds_no_second_copy_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    framed: list[Request] = []

    def noted(request: Request) -> bytes:
        framed.append(request)
        return frame(request)

    monkeypatch.setattr(pool, "frame", noted)
    async with parsing() as parser:
        (busy,) = running()
        async with anyio.create_task_group() as group:
            group.start_soon(parser.parse, DEEP)
            await until_busy(busy)
            group.start_soon(parser.parse, PLAIN)
            await anyio.wait_all_tasks_blocked()
            assert [request.html for request in framed] == [DEEP]
            group.cancel_scope.cancel()


async def test_a_process_that_does_not_start_holds_nobody_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*_command: object, **_options: object) -> None:
        await anyio.sleep_forever()

    monkeypatch.setattr(anyio, "open_process", hang)
    monkeypatch.setattr(process, "START_SECONDS", 0.1)
    with anyio.move_on_after(HANGS_SECONDS) as limit, pytest.raises(Unavailable, match="No page parser"):
        async with page_parser_processes(count=1):
            pytest.fail("it was entered")
    assert not limit.cancel_called


async def test_a_parser_that_cannot_be_started_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(Unavailable, match="No page parser"):
        async with page_parser_processes(count=1):
            pytest.fail("it was entered")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Unavailable, match="page parser ended before it was ready"):
        async with page_parser_processes(count=1):
            pytest.fail("it was entered")
    assert running() == set()


@pytest.mark.parametrize("is_busy", [False, True], ids=["idle", "busy"])
async def test_readers_do_not_outlive_an_owner_that_is_killed(is_busy: bool, anyio_backend: str) -> None:
    page = "b'<div>' * 200_000" if is_busy else "b'x'"
    program = f"""
import anyio
from service.adapters.page_parser.processes import page_parser_processes
async def main():
    async with page_parser_processes(count=2) as parser:
        async with anyio.create_task_group() as group:
            group.start_soon(parser.parse, {page})
            print("started", flush=True)
            await anyio.sleep_forever()
anyio.run(main, backend={anyio_backend!r})
"""
    owner = await anyio.open_process([sys.executable, "-c", program], cwd=ROOT, stderr=None)
    try:
        assert owner.stdout is not None
        with anyio.fail_after(HANGS_SECONDS):
            assert await BufferedByteReceiveStream(owner.stdout).receive_until(b"\n", 100) == b"started"
        orphans = running(owner.pid)
        assert len(orphans) == 2
        if is_busy:
            with anyio.fail_after(HANGS_SECONDS):
                while max(psutil.Process(pid).cpu_times().user for pid in orphans) < 0.3:
                    await anyio.sleep(0.01)
    finally:
        owner.kill()
        await owner.aclose()
    await until_gone(orphans)


async def test_the_event_loop_stays_free_while_hostile_pages_are_read() -> None:
    """Each of these writes 5 MB, or answers with as much as a page may hold. One run in five must show it, for the
    others show what else runs on the machine: read on the loop, a page would hold it for nearly all of the time."""
    largest = (
        b"<script type=application/ld+json>"
        + b"x" * 990_000
        + b"</script>"
        + b"<p>"
        + b"x" * 150_000
        + b"</p><p>x" * 600_000
    )
    async with parsing() as parser:
        for html in (MANY_ATTRIBUTES + b"x" * 4_000_000, largest, "ü" * 2_500_000):
            assert await stays_below(parser, html, part=0.3, runs=5)


async def stays_below(parser: PageParser, html: bytes | str, *, part: float, runs: int) -> bool:
    for _ in range(runs):
        if await lag(parser, html) < part:
            return True
    return False


async def lag(parser: PageParser, html: bytes | str) -> float:
    """The longest the loop was late while the page was parsed, as a part of the time that took."""
    longest, started = 0.0, anyio.current_time()
    async with anyio.create_task_group() as group:

        async def read() -> None:
            with suppress(UnparsablePage):
                await parser.parse(html)
            group.cancel_scope.cancel()

        group.start_soon(read)
        while True:
            before = anyio.current_time()
            await anyio.sleep(0.002)
            if group.cancel_scope.cancel_called:
                break
            longest = max(longest, anyio.current_time() - before - 0.002)
    return longest / (anyio.current_time() - started)


async def test_an_answer_that_is_no_page_is_a_broken_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    babbler = tmp_path / "python"
    babbler.write_text(f"#!{sys.executable}\nimport sys\nsys.stdout.buffer.write(bytes(4) + b'nonsense' * 9)\n")
    babbler.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(babbler))
    async with page_parser_processes(count=1) as parser:
        with pytest.raises(UnparsablePage, match="ended the reader"):
            await parser.parse(PLAIN)
    assert running() == set()


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
