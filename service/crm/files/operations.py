"""Importing a file of jobs while it arrives, and exporting all jobs while they are read.

An import buffers no more than a batch: pieces become lines, lines become jobs, and a full batch is stored in a
transaction of its own before more is read. So what was stored stays, whatever happens to the rest; and as jobs that are
there already are skipped, the same file can be sent again.

The report is remembered behind the last batch, in a short transaction of its own: it is about all of them, and they
were committed one by one. A crash between the last batch and the report is like one between any two batches: sent
again, the file's jobs are found and skipped, none is there twice, and the report counts them as `skipped`.
"""

import math
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import anyio

from service.crm.files.columns import ExportedJob
from service.crm.files.records import LineError, Lines, ParsedJob
from service.crm.files.store import forget_plans, page_of_jobs
from service.crm.jobs import operations as jobs
from service.crm.jobs.model import JobDetails
from service.crm.jobs.operations import Canonical
from service.crm.model import JobId
from service.kernel.clock import Clock
from service.kernel.database import Database, Transaction
from service.kernel.deadlines import attempt_seconds, remaining_seconds
from service.kernel.errors import DeadlineExceeded, Kind, ServiceError
from service.kernel.identifiers import TenantId

# Seven times the longest job, in ASCII.
LINE_MAX_BYTES = 1_000_000
# Blank lines count: each costs time.
LINES_MAX = 1_000_000
# A megabyte of answer; further ones are only counted.
ERRORS_LISTED_MAX = 10_000
# What is stored at once: a transaction of some 100 ms, so that nobody waits long for its locks, and few round trips.
BATCH_JOBS = 500
# Descriptions can be long; a batch is full at this, too.
BATCH_BYTES = 1_000_000
# How long lines are read without letting anybody else have the loop; a dozen imports at once hold it so long each.
SLICE_SECONDS = 0.002
# What is cut into lines at once: some dozens of them, and where all are empty some 2 ms.
SLICE_BYTES = 4_096


class TooManyLines(ServiceError):
    """The file has more lines than are read at once."""

    kind, slug, title = Kind.TOO_LARGE, "too-many-lines", "Too many lines"


class JobParser(Protocol):
    """The format of a file: `read` takes its lines as they come, with their ends, and gives what becomes of each job in
    them, in order. A line that is None was longer than `LINE_MAX_BYTES`."""

    def read(self, lines: Sequence[bytes | None], *, is_end: bool) -> Iterator[ParsedJob | LineError]: ...


@dataclass(slots=True)
class Report:
    """How far an import came: `errors` are the first of the `failed`; at `last_line` the last stored job begins."""

    imported: int = 0
    skipped: int = 0
    failed: int = 0
    last_line: int = 0
    errors: list[LineError] = field(default_factory=list[LineError])


@dataclass(slots=True)
class _Batch:
    jobs: list[JobDetails] = field(default_factory=list[JobDetails])
    bytes: int = 0
    last_line: int = 0


Store = Callable[[Sequence[JobDetails]], Awaitable[int]]
Remember = Callable[[Transaction, Report], Awaitable[None]]


async def import_jobs(
    source: AsyncIterable[bytes],
    *,
    parser: JobParser,
    db: Database,
    tenant: TenantId,
    canonical: Canonical,
    clock: Clock,
    remember: Remember,
) -> Report:
    """Add the jobs that can be read and are new; one that is there already, or stood in the file before, is skipped.
    `remember` gets the report once the whole file was read.

    Raises DeadlineExceeded before the deadline around it, so that there is time to answer; that, and whatever else
    `source` or the database raise, has in its `extras` how far the import came. Cancellation leaves what was stored.
    """
    report = Report()
    intake = Intake(report, parser, partial(_store_batch, db, tenant, canonical, clock))
    try:
        with anyio.move_on_after(attempt_seconds(math.inf, remaining_seconds())) as limit:
            await intake.run(source)
        if limit.cancelled_caught:
            raise DeadlineExceeded("The time of the request ran out.")
        await db.run(remember, report)
    except ServiceError as error:
        _add_progress(error, report)
        raise
    return report


class Intake:
    """The import of one file."""

    def __init__(self, report: Report, parser: JobParser, store: Store) -> None:
        self._report = report
        self._parser = parser
        self._store = store
        self._lines = Lines(max_bytes=LINE_MAX_BYTES)
        self._batch = _Batch()

    async def run(self, source: AsyncIterable[bytes]) -> None:
        async for piece in source:
            for start in range(0, len(piece), SLICE_BYTES):
                await self._read(self._lines.cut(piece[start : start + SLICE_BYTES]))
                await anyio.lowlevel.checkpoint()  # the next piece may be there already, and so be no pause
        await self._read(self._lines.last(), is_end=True)
        await self._flush()

    async def _read(self, lines: Sequence[bytes | None], *, is_end: bool = False) -> None:
        if self._lines.count > LINES_MAX:
            raise TooManyLines(f"The file has more than {LINES_MAX} lines.")
        rested_at = anyio.current_time()
        for found in self._parser.read(lines, is_end=is_end):
            await self._add(found)
            if anyio.current_time() - rested_at > SLICE_SECONDS:
                await anyio.lowlevel.checkpoint()
                rested_at = anyio.current_time()

    async def _add(self, found: ParsedJob | LineError) -> None:
        if isinstance(found, LineError):
            self._report.failed += 1
            if len(self._report.errors) < ERRORS_LISTED_MAX:
                self._report.errors.append(found)
            return
        batch = self._batch
        batch.jobs.append(found.details)
        batch.last_line = found.line
        batch.bytes += len(found.details.description or "") + len(found.details.notes or "")
        if len(batch.jobs) >= BATCH_JOBS or batch.bytes >= BATCH_BYTES:
            await self._flush()

    async def _flush(self) -> None:
        batch, self._batch = self._batch, _Batch()
        if batch.jobs:
            imported = await self._store(batch.jobs)
            self._report.imported += imported
            self._report.skipped += len(batch.jobs) - imported
            self._report.last_line = batch.last_line


async def _store_batch(
    db: Database, tenant: TenantId, canonical: Canonical, clock: Clock, batch: Sequence[JobDetails]
) -> int:
    """How many of them were new."""
    now = clock.now()

    async def add(tx: Transaction) -> int:
        await forget_plans(tx)
        numbers = await jobs.add_missing(tx, tenant=tenant, jobs=batch, canonical=canonical, now=now)
        return sum(number is not None for number in numbers)

    return await db.run(add)


def _add_progress(error: ServiceError, report: Report) -> None:
    error.extras |= {"imported": report.imported, "skipped": report.skipped, "last_line": report.last_line}
    if report.imported:
        error.detail = (
            f"{error.detail} {report.imported} jobs were taken in before, as far as line {report.last_line}, and stay: "
            "send what stands behind it, or the whole file again, of which what is there is skipped."
        )


async def export_jobs(
    *,
    db: Database,
    tenant: TenantId,
    beginning: bytes,
    encode: Callable[[Sequence[ExportedJob]], bytes],
    write: Callable[[bytes], Awaitable[None]],
) -> None:
    """Write `beginning` and all jobs in the order in which they were added, one page in memory at a time.

    Each page is a transaction of its own, so that a slow reader holds none open; a job that is changed meanwhile is
    written as it was or as it is.
    """
    page = await db.read(page_of_jobs, tenant, after=JobId(0))
    await write(beginning)
    while page:
        await write(encode(page))
        page = await db.read(page_of_jobs, tenant, after=page[-1].id)
