"""`python -m tests.benchmarks.imports`: a file of jobs in and out of a service that runs, and what that costs it.

A CSV with one bad line in a hundred is sent while it is made: a small one, a large one, the large one again, and then
all jobs are taken out as CSV and as JSON lines. Of each: the time, what the process's memory grew to above where it
was before (the highest of samples), and how long a probe beside it waited for its answer at the most. Every count in
the answers is compared with what the file was made of; a difference ends the run with 1.
"""

import argparse
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx
import psutil

from tests.benchmarks.stage import database
from tests.journeys.process import Service, running_service

HEADER = "company,job_title,job_url,description,salary_range,notes,source,status,resume_date\r\n"
SMALL, LARGE = 1_000, 100_000
LINES_PER_PIECE = 500
JOBS_PER_ORGANIZATION = 20
SAMPLE_SECONDS = 0.02
REQUEST_SECONDS = 60
# Each a line of its own whatever stands around it.
BAD = (
    b",No company,,,,,,,\r\n",
    b"Acme,Wrong status,,,,,,Hired,\r\n",
    b"Acme,Wrong date,,,,,,,yesterday\r\n",
    b"Acme,Not UTF-8 \xff,,,,,,,\r\n",
    b"Acme,Too few\r\n",
    b'Acme,"Text"behind a quotation mark,,,,,,,\r\n',
    b"Acme," + b"x" * 301 + b",,,,,,,\r\n",
)
BAD_EVERY = 100


@dataclass
class Beside:
    """What was seen while something ran."""

    service: Service
    resting_mb: float = 0.0
    highest_mb: float = 0.0
    waits_ms: list[float] = field(default_factory=list[float])
    seconds: float = 0.0

    def __str__(self) -> str:
        waits = sorted(self.waits_ms) or [0.0]
        grown_mb = self.highest_mb - self.resting_mb
        p99 = waits[min(len(waits) - 1, len(waits) * 99 // 100)]
        return (
            f"{self.seconds:5.1f} s   memory {self.resting_mb:5.1f} MB, at most {grown_mb:+5.1f}"
            f"   probe p99 {p99:5.0f} ms, at most {waits[-1]:5.0f} ms"
        )


def is_bad(number: int) -> bool:
    return number % BAD_EVERY == BAD_EVERY // 2


def line(number: int) -> bytes:
    if is_bad(number):
        return BAD[number // BAD_EVERY % len(BAD)]
    company = f"Company {number // JOBS_PER_ORGANIZATION} GmbH"
    return (
        f'{company},"Engineer, level {number}",https://jobs.example/{number},"Builds part {number} of it.",'
        f"90 000 EUR,,board,Applied,2026-01-31\r\n"
    ).encode()


async def file(lines: int) -> AsyncIterator[bytes]:
    yield HEADER.encode()
    for start in range(0, lines, LINES_PER_PIECE):
        yield b"".join(map(line, range(start, min(start + LINES_PER_PIECE, lines))))


@asynccontextmanager
async def watched(service: Service) -> AsyncGenerator[Beside]:
    process = psutil.Process(service.process.pid)
    beside = Beside(service, resting_mb=process.memory_info().rss / 1e6)

    async def sample() -> None:
        while True:
            beside.highest_mb = max(beside.highest_mb, process.memory_info().rss / 1e6)
            await anyio.sleep(SAMPLE_SECONDS)

    async def probe() -> None:
        async with httpx.AsyncClient(base_url=service.base_url, trust_env=False, timeout=REQUEST_SECONDS) as client:
            while True:
                asked = anyio.current_time()
                (await client.get("/health/live")).raise_for_status()
                beside.waits_ms.append((anyio.current_time() - asked) * 1000)
                await anyio.sleep(SAMPLE_SECONDS)

    async with anyio.create_task_group() as group:
        group.start_soon(sample)
        group.start_soon(probe)
        began = anyio.current_time()
        yield beside
        beside.seconds = anyio.current_time() - began
        group.cancel_scope.cancel()


async def imported(service: Service, user: str, *, lines: int, are_new: bool) -> list[str]:
    """What of the answer is not what the file was made of."""
    async with service.client(user) as client, watched(service) as beside:
        answer = await client.post("/api/jobs/import", content=file(lines), headers={"Content-Type": "text/csv"})
    bad = [number + 2 for number in range(lines) if is_bad(number)]
    good = lines - len(bad)
    expected = {"imported": good if are_new else 0, "skipped": 0 if are_new else good, "failed": len(bad)}
    given: dict[str, Any] = answer.json()
    print(f"  import {lines:7} lines{'' if are_new else ' again'}: {beside}", flush=True)
    wrong = [
        f"{name}: {given.get(name)}, not {number}" for name, number in expected.items() if given.get(name) != number
    ]
    if [error["line"] for error in given.get("errors", [])] != bad:
        wrong.append("the lines of the errors")
    return wrong if answer.status_code == 200 else [answer.text]


async def export_of(service: Service, user: str, *, kind: str, lines: int) -> list[str]:
    size = 0
    found = 0
    async with (
        service.client(user) as client,
        watched(service) as beside,
        client.stream("GET", "/api/jobs/export", params={"format": kind}) as answer,
    ):
        async for piece in answer.aiter_raw():
            size += len(piece)
            found += piece.count(b"\n")
    print(f"  export {found:7} lines of {kind}, {size / 1e6:.1f} MB: {beside}", flush=True)
    expected = lines + (kind == "csv")
    return [] if found == expected else [f"{found} lines of {kind}, not {expected}"]


async def run(backends: Sequence[str], url: str, root: Path) -> list[str]:
    wrong: list[str] = []
    for backend in backends:
        environment = {"OVERTURE_RATE_LIMITS": "false"}
        started = running_service(database_url=url, backend=backend, directory=root, environment=environment)
        async with started as service:
            print(backend, flush=True)
            # What is loaded once is loaded.
            wrong += await imported(service, await service.somebody(), lines=BAD_EVERY, are_new=True)
            wrong += await imported(service, await service.somebody(), lines=SMALL, are_new=True)
            user = await service.somebody()
            wrong += await imported(service, user, lines=LARGE, are_new=True)
            wrong += await imported(service, user, lines=LARGE, are_new=False)
            for kind in ("csv", "jsonl"):
                wrong += await export_of(service, user, kind=kind, lines=LARGE - LARGE // BAD_EVERY)
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=("asyncio", "trio"), action="append")
    chosen = parser.parse_args().backend or ["asyncio", "trio"]
    with database() as (url, root):
        wrong = anyio.run(run, chosen, url, root)
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
