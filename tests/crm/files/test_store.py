"""All jobs as a file: what is written is what an import reads, no more is held than a page, and no other tenant's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from service.crm.files.columns import ExportedJob, csv_header, csv_lines, json_lines
from service.crm.files.operations import export_jobs
from service.crm.files.records import LineError, Lines, ParsedJob
from service.crm.files.schema import CSV, NDJSON, parser_of
from service.crm.files.store import PAGE_BYTES, PAGE_JOBS, page_of_jobs
from service.crm.jobs.model import JobDetails
from service.crm.jobs.schema import CreateJob, details_of
from service.crm.model import JobId, Status
from service.kernel.database import Database, Parameters, Statement, Transaction
from service.kernel.errors import InvalidRequest
from service.kernel.identifiers import personal_tenant
from tests.credits.wallets import acting
from tests.crm.clients import ADA, BOB, add_job, as_user, crm_client, store_people
from tests.crm.matching.test_store import Explaining
from tests.web.application import bearer

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 31, 9, 30, 0, 123456, tzinfo=UTC)

# Anything a request may say: what is taken out at the ends, and what is none, is so before it is stored.
said = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
telling = said.filter(lambda text: details_or_none(text) is not None)
instants = st.datetimes(timezones=st.just(UTC), min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1))  # noqa: DTZ001
tricky = st.sampled_from(
    ["=1+1", "'=1", "''", "-", "+49", "@x", '"', '""', "a\r\nb", "\ufeffx", "a\rb", "x\u2028y", ";,"]
)
details = st.builds(
    JobDetails,
    company=telling | tricky.filter(lambda text: details_or_none(text) is not None),
    job_title=telling,
    job_url=st.none() | said,
    description=st.none() | said | tricky,
    salary_range=st.none() | said | tricky,
    notes=st.none() | said | tricky,
    source=st.none() | said,
    status=st.sampled_from(Status),
    resume_date=st.none() | instants,
    applied_at=st.none() | instants,
)


def details_or_none(company: str) -> JobDetails | None:
    try:
        return details_of(CreateJob(company=company, job_title="x"))
    except InvalidRequest:
        return None


def as_stored(drawn: JobDetails) -> JobDetails:
    """As a request that says so is taken."""
    body = CreateJob(
        company=drawn.company,
        job_title=drawn.job_title,
        job_url=drawn.job_url,
        description=drawn.description,
        salary_range=drawn.salary_range,
        notes=drawn.notes,
        source=drawn.source,
        status=drawn.status,
    )
    return replace(details_of(body), resume_date=drawn.resume_date, applied_at=drawn.applied_at)


def exported_job(number: int, job: JobDetails) -> ExportedJob:
    return ExportedJob(
        id=JobId(number),
        company=job.company,
        job_title=job.job_title,
        job_url=job.job_url,
        description=job.description,
        salary_range=job.salary_range,
        notes=job.notes,
        source=job.source,
        status=job.status,
        resume_date=job.resume_date,
        application_date=job.applied_at,
        created_at=NOW,
        updated_at=NOW + timedelta(seconds=number),
    )


def read(body: bytes, kind: str) -> list[JobDetails]:
    lines, reading = Lines(max_bytes=10**6), parser_of(kind)
    found = [*reading.read(lines.cut(body), is_end=False), *reading.read(lines.last(), is_end=True)]
    assert [each for each in found if isinstance(each, LineError)] == []
    return [each.details for each in found if isinstance(each, ParsedJob)]


@given(st.lists(details.map(as_stored), max_size=5))
def test_what_is_written_is_read_again(jobs: Sequence[JobDetails]) -> None:
    rows = [exported_job(number, job) for number, job in enumerate(jobs, 1)]
    assert read(csv_header() + csv_lines(rows), CSV) == jobs
    assert read(json_lines(rows), NDJSON) == jobs


def test_what_a_file_looks_like() -> None:
    job = JobDetails(company="Acme", job_title="=cmd", notes='say "hi"\nthere', status=Status.OFFER, resume_date=NOW)
    [header, line, rest] = (csv_header() + csv_lines([exported_job(7, job)])).decode().split("\r\n")[:3]
    assert header == (
        "id,company,job_title,job_url,description,salary_range,notes,source,status,resume_date,application_date,"
        "created_at,updated_at"
    )
    assert line == (
        '7,Acme,\'=cmd,,,,"say ""hi""\nthere",,Offer,2026-01-31T09:30:00.123456Z,,2026-01-31T09:30:00.123456Z,'
        "2026-01-31T09:30:07.123456Z"
    )
    assert rest == ""
    assert json_lines([exported_job(7, job)]).startswith(b'{"id":7,"company":"Acme","job_title":"=cmd","job_url":null,')


async def export_of(client: httpx.AsyncClient, user: str, kind: str = "csv") -> bytes:
    answer = await client.get("/api/jobs/export", params={"format": kind}, headers=bearer(user))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="jobs.{kind}"'
    assert answer.headers["content-type"] == {"csv": CSV, "jsonl": NDJSON}[kind]
    return answer.content


async def jobs_of(client: httpx.AsyncClient, user: str) -> list[dict[str, Any]]:
    """What a job says, without the numbers and times that it is given."""
    found = (await client.get("/api/jobs?order=ASC", headers=bearer(user))).json()["items"]
    own = {"id", "created_at", "updated_at", "organization", "lead"}
    return [
        {name: value for name, value in job.items() if name not in own}
        | {"company": job["organization"]["name"], "source": job["lead"]["source"]}
        for job in found
    ]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
async def test_an_export_makes_the_same_jobs_elsewhere(db: Database, kind: str) -> None:
    await store_people(db)
    async with crm_client(db) as client:
        await add_job(client, status="Applied", resume_date="2026-01-31", source="board", salary_range="-5%")
        await add_job(
            client, company="=Evil", job_title="@x", notes='\'=1\r\n"q"', description="- a\n- b", status="offer"
        )
        await add_job(client, company="Żółw & Söhne", job_title="エンジニア", job_url="https://a.example/?a=1,2;3")
        body = await export_of(client, ADA, kind)
        headers = bearer(BOB) | {"Content-Type": CSV if kind == "csv" else NDJSON}
        answer = await client.post("/api/jobs/import", content=body, headers=headers)
        assert answer.json() == {"imported": 3, "skipped": 0, "failed": 0, "errors": []}
        assert await jobs_of(client, BOB) == await jobs_of(client, ADA)
        again = await client.post("/api/jobs/import", content=body, headers=headers | bearer(ADA))
        assert (again.json()["imported"], again.json()["skipped"]) == (0, 3)


async def test_nothing_of_another_tenant_is_in_it(db: Database) -> None:
    await store_people(db)
    async with crm_client(db) as client:
        await add_job(client)
        assert await export_of(client, BOB) == csv_header()
        assert await export_of(client, BOB, "jsonl") == b""
        unknown = await client.get("/api/jobs/export?format=xml", **as_user(BOB))
    assert unknown.status_code == 422


async def fill(db: Database, *, jobs: int, description_chars: int) -> None:
    async def insert(tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO workspaces (tenant_id, user_id) VALUES ('user:ada', 'ada')"))
        organization = await tx.scalar(
            text(
                "INSERT INTO organizations (tenant_id, name, name_key, created_at, updated_at)"
                " VALUES ('user:ada', 'Acme', 'acme', now(), now()) RETURNING id"
            )
        )
        statement = """
            INSERT INTO jobs (tenant_id, organization_id, company, job_title, title_key, description, status_id,
                              created_at, updated_at)
            SELECT 'user:ada', :organization, 'Acme', 'Job ' || i, 'job ' || i, repeat('word ', :words), 1, now(), now()
            FROM generate_series(1, :jobs) AS i
        """
        given = {"organization": organization, "jobs": jobs, "words": description_chars // 5}
        await tx.execute(text(statement), given)

    await db.run_system(insert)


async def pieces_of(db: Database) -> tuple[list[ExportedJob], list[int]]:
    """What was written, and how many jobs were in each page."""
    found: list[ExportedJob] = []
    pages: list[int] = []

    def encode(jobs: Sequence[ExportedJob]) -> bytes:
        found.extend(jobs)
        pages.append(len(jobs))
        return b""

    async def write(_piece: bytes) -> None:
        pass

    with acting(ADA):
        await export_jobs(db=db, tenant=personal_tenant(ADA), beginning=b"", encode=encode, write=write)
    return found, pages


@pytest.mark.parametrize(
    ("jobs", "description_chars", "expected"),
    [
        (PAGE_JOBS * 2 + 1, 0, [PAGE_JOBS, PAGE_JOBS, 1]),
        (25, PAGE_BYTES // 10, [10, 10, 5]),
    ],
    ids=["by number", "by size"],
)
async def test_pages_join_without_a_gap(db: Database, jobs: int, description_chars: int, expected: list[int]) -> None:
    await store_people(db)
    await fill(db, jobs=jobs, description_chars=description_chars)
    found, pages = await pieces_of(db)
    assert [job.job_title for job in found] == [f"Job {number}" for number in range(1, jobs + 1)]
    assert pages == expected
    with acting(ADA):
        assert await db.read(page_of_jobs, personal_tenant(ADA), after=found[-1].id) == []


class Walked(Explaining):
    """Explains what it is asked, under the settings that it was told."""

    def __init__(self, inner: Transaction) -> None:
        super().__init__(inner)
        self._inner = inner

    async def execute(self, statement: Statement, parameters: Parameters | None = None) -> int:
        return await self._inner.execute(statement, parameters)


async def test_a_page_is_walked_along_its_index(db: Database) -> None:
    """Whatever the statistics say; here there are none."""
    await store_people(db)
    await fill(db, jobs=2_000, description_chars=0)

    async def plan(tx: Transaction) -> str:
        walked = Walked(tx)
        await page_of_jobs(walked, personal_tenant(ADA), after=JobId(0))
        return walked.plans[0]

    with acting(ADA):
        found = await db.read(plan)
    assert "Index Scan using jobs_tenant_id_id_key" in found
    assert "Sort" not in found
    assert "Seq Scan" not in found
