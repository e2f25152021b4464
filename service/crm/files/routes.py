"""Exporting and importing all jobs, over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from service.access.rates import BULK
from service.crm.files.columns import csv_header, csv_lines, json_lines
from service.crm.files.operations import Report, TooManyLines, export_jobs, import_jobs
from service.crm.files.schema import CSV, NDJSON, ExportQuery, FileFormat, JobsImported, jobs_imported, parser_of
from service.crm.jobs.operations import Canonical
from service.kernel.clock import Clock
from service.kernel.database import Database, Transaction
from service.web.endpoint import Call, Download, Endpoint, IncomingBody
from service.web.receiving import Incoming

# Two hundred thousand jobs of some lines each, or twenty thousand with their descriptions.
IMPORT_MAX_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs."""

    db: Database
    clock: Clock
    canonical: Canonical

    async def export(self, call: Call[None, ExportQuery]) -> None:
        """Download all jobs of the tenant, as CSV or as JSON lines.

        The columns are the fields of a job as a request gives them, with `id`, `application_date`, `created_at` and
        `updated_at`; what a job does not say is an empty cell. Spreadsheets run a cell that begins with `=`, `+`, `-`
        or `@` as a formula: such a text has an apostrophe before it in CSV, and an import takes it away again. The
        file is read while it is sent, page by page, within the time of one request.
        """
        export = partial(export_jobs, db=self.db, tenant=call.principal.tenant, write=call.write)
        if call.query.format is FileFormat.JSONL:
            call.name_file("jobs.jsonl", NDJSON)
            await export(beginning=b"", encode=json_lines)
        else:
            await export(beginning=csv_header(), encode=csv_lines)

    async def import_(self, call: Call[Incoming, None]) -> JobsImported:
        """Take in a file of jobs: CSV with a header line, or JSON lines; in UTF-8, 50 MB and 1 000 000 lines at most.

        Each line is checked like a request to add one job. One that is not in order is named in `errors` by its number,
        counted from 1, and costs nothing but itself; a job that is there already, or was in a line before, is skipped.
        `application_date` is kept; `id`, `created_at` and `updated_at` may be there, and are given anew.

        A header names `company`, `job_title` and any other columns of an export, in any order; common other names are
        understood (`Title`, `Organization`, `URL` ...), an unknown one is refused before anything is taken in.

        Jobs are stored in batches while the file arrives. Whatever ends the call before the end of the file, what was
        stored stays: a problem names how many are `imported` and `skipped`, and the `last_line` that was dealt with.
        The lines behind that one, or the whole file again, do the rest, with the same `Idempotency-Key` too: what is
        there is skipped. A repeat of an import that came to its end is read through, and gets the first report again.
        """
        body = call.body

        async def remember(tx: Transaction, report: Report) -> None:
            await call.remember(tx, jobs_imported(report))

        report = await import_jobs(
            body,
            parser=parser_of(body.media_type),
            db=self.db,
            tenant=call.principal.tenant,
            canonical=self.canonical,
            clock=self.clock,
            remember=remember,
        )
        return jobs_imported(report)


def routes(*, db: Database, clock: Clock, canonical: Canonical) -> Sequence[Endpoint]:
    on = _Handlers(db, clock, canonical)
    tag = "jobs"
    return (
        Endpoint(
            "GET",
            "/api/jobs/export",
            on.export,
            query=ExportQuery,
            sends=Download("jobs.csv", CSV, other_media_types=(NDJSON,)),
            rate=BULK,
            tag=tag,
        ),
        Endpoint(
            "POST",
            "/api/jobs/import",
            on.import_,
            answer=JobsImported,
            body=IncomingBody((CSV, NDJSON), max_bytes=IMPORT_MAX_BYTES),
            idempotent=True,
            problems=(TooManyLines,),
            rate=BULK,
            tag=tag,
        ),
    )
