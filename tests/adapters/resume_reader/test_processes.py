"""Files read in processes that can be killed: none before the first, none too many, none left behind."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import psutil
import pytest

from service.adapters.resume_reader import ResumeReader, UnreadableResume, processes
from service.adapters.resume_reader.processes import resume_reader_processes
from tests.adapters.resume_reader.files import PLAIN, docx, grace_pdf
from tests.adapters.resume_reader.hostile import HOSTILE, slow

pytestmark = [pytest.mark.anyio, pytest.mark.process]

# The promise is 10 s with the service around it; the work itself ends after 4.
ANSWERED_SECONDS = 60


def running() -> set[int]:
    """The live readers of this process; a service that other tests run has its own."""
    found: set[int] = set()
    for child in psutil.Process().children():
        try:
            is_reader = "service.adapters.resume_reader.reader_process" in child.cmdline()
            if is_reader and child.status() != psutil.STATUS_ZOMBIE:
                found.add(child.pid)
        except psutil.NoSuchProcess:
            pass
    return found


@asynccontextmanager
async def reading(count: int = 1) -> AsyncGenerator[ResumeReader]:
    """A reader that is seen to leave no process behind."""
    before = running()
    async with resume_reader_processes(count=count) as reader:
        yield reader
    assert running() == before


async def test_nobody_pays_before_the_first_file() -> None:
    async with reading(2) as reader:
        assert running() == set()
        for content in (PLAIN.encode(), grace_pdf(), docx()):
            document = await reader.read(content, file_name="cv.txt")
            assert document["basics"]["name"] == "Grace Example"
        assert len(running()) == 1


async def test_parallel_callers_share_the_readers_and_each_gets_its_own_resume() -> None:
    async with reading(2) as reader:
        names: dict[int, str] = {}

        async def read(number: int) -> None:
            name = f"Grace {chr(65 + number)}son"
            names[number] = (await reader.read(f"{name}\nSkills\nGo".encode()))["basics"]["name"]

        with anyio.fail_after(30):
            async with anyio.create_task_group() as group:
                for number in range(12):
                    group.start_soon(read, number)
        assert names == {number: f"Grace {chr(65 + number)}son" for number in range(12)}
        assert len(running()) <= 2


async def test_a_file_that_takes_too_long_kills_its_reader_and_the_next_one_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "READ_SECONDS", 0.5)
    async with reading() as reader:
        with anyio.fail_after(ANSWERED_SECONDS), pytest.raises(UnreadableResume, match=r"longer than 0\.5 s"):
            await reader.read(slow())
        assert running() == set()
        assert (await reader.read(PLAIN.encode()))["basics"]["name"] == "Grace Example"


async def test_a_caller_who_leaves_kills_the_reader_at_once() -> None:
    async with reading() as reader:
        with anyio.move_on_after(1) as left:
            await reader.read(slow())
        assert left.cancelled_caught
        assert running() == set()


async def test_a_file_that_needs_too_much_memory_is_refused_and_harms_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The limit is out of what the other limits let a file take, so it is set lower for this one."""
    small = tmp_path / "python"
    program = (
        "from service.adapters.resume_reader import reader_process as r; r.MEMORY_MAX_BYTES = 120_000_000; r.main()"
    )
    module = "service.adapters.resume_reader.reader_process"
    small.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{program}" {module} 2>/dev/null\n')
    small.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(small))
    async with reading() as reader:
        with anyio.fail_after(ANSWERED_SECONDS), pytest.raises(UnreadableResume):
            await reader.read(HOSTILE["deep arrays"]())
        assert (await reader.read(PLAIN.encode()))["basics"]["name"] == "Grace Example"


def test_files_made_to_hurt_are_refused_with_their_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """All by one reader: what one of them leaves behind harms no other. What a loop does, and how long a file may take,
    is tried above."""
    monkeypatch.setattr(processes, "READ_SECONDS", ANSWERED_SECONDS)

    async def read_all() -> dict[str, str]:
        refused: dict[str, str] = {}
        async with reading() as reader:
            for name, made in HOSTILE.items():
                with anyio.fail_after(ANSWERED_SECONDS):
                    try:
                        await reader.read(made(), file_name="cv.txt")
                    except UnreadableResume as error:
                        refused[name] = error.detail
            assert (await reader.read(grace_pdf()))["basics"]["name"] == "Grace Example"
        return refused

    refused = anyio.run(read_all)
    assert refused.keys() == HOSTILE.keys()
    assert [detail for detail in refused.values() if "ended the reader" in detail or "longer than" in detail] == []
