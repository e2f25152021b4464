"""Lists of jobs: every order, filter and search against what Python makes of the same jobs."""

import random
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from itertools import product
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from service.crm.jobs import operations as jobs
from service.crm.jobs.model import JobDetails, JobSort, Wanted
from service.crm.jobs.store import listing
from service.crm.model import STATUSES, Direction, Status
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction
from service.kernel.database.paging import COUNTED_MAX, Window
from service.kernel.identifiers import personal_tenant
from tests.credits.wallets import acting
from tests.crm.clients import ADA, BOB, crm_client, store_people

pytestmark = pytest.mark.anyio

MINE = personal_tenant(ADA)
NOW = SystemClock().now()
# Some alike, some with what LIKE and people would take for something else.
COMPANIES = ("Acme", "acme 100%", "Globe_1", "GlobeX1", "Ürban Größe", "Back\\slash", "Zeta")
TITLES = ("Engineer", "engineer II", "Data 50%", "Data 500", "Größter", "Ingénieur", "A_B", "AxB")
LIMIT = 7


async def fill(db: Database) -> None:
    """Sixty jobs, in four batches of the same moment each; half without a date, a third applied to."""
    draw = random.Random(20)
    places = draw.sample(list(product(COMPANIES, TITLES)), 52)
    for batch in range(4):
        now = NOW + timedelta(seconds=batch)
        details = [
            JobDetails(
                company=company,
                job_title=title,
                status=draw.choice((Status.LEAD, Status.APPLIED, Status.OFFER)),
                resume_date=draw.choice((None, NOW - timedelta(days=draw.randrange(5)))),
            )
            for company, title in places[batch::4]
        ]
        for user in (ADA, BOB):
            tenant = personal_tenant(user)
            with acting(user):
                await db.run(jobs.add_missing, tenant=tenant, jobs=details, canonical=str, now=now)


@pytest.fixture
async def client(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    await store_people(db)
    await fill(db)
    async with crm_client(db) as client:
        yield client


KEYS: dict[JobSort, Callable[[dict[str, Any]], Any]] = {
    JobSort.DATE: lambda job: job["created_at"],
    JobSort.APPLICATION_DATE: lambda job: job["application_date"] or "",
    JobSort.COMPANY: lambda job: job["organization"]["name"].lower(),
    JobSort.JOB_TITLE: lambda job: job["job_title"].casefold(),
    JobSort.RESUME: lambda job: job["resume_date"] or "",
}


async def everything(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get("/api/jobs", params={"limit": 100})
    assert answer.json()["total"] == 52
    return answer.json()["items"]


async def by_cursor(client: httpx.AsyncClient, query: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    more: dict[str, Any] = {}
    while True:
        page = (await client.get("/api/jobs", params={**query, **more, "limit": LIMIT})).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        more = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("order", list(Direction))
@pytest.mark.parametrize("sort", list(JobSort))
async def test_every_order_has_every_job_once(client: httpx.AsyncClient, sort: JobSort, order: Direction) -> None:
    key = KEYS[sort]
    jobs_there = await everything(client)
    for chosen in ({}, {"status": "Applied"}, {"search": "e"}, {"search": "gL", "status": "offer"}):
        expected = [job for job in jobs_there if matches(job, **chosen)]
        expected.sort(key=lambda job: (key(job), job["id"]), reverse=order is Direction.DESC)
        query = {"orderBy": sort.value, "order": order.value, **chosen}
        assert await by_cursor(client, query) == expected
        second = (await client.get("/api/jobs", params={**query, "limit": LIMIT, "page": 2})).json()
        assert (second["items"], second["total"]) == (expected[LIMIT : 2 * LIMIT], len(expected))
        beyond = (await client.get("/api/jobs", params={**query, "page": 50})).json()
        assert (beyond["items"], beyond["total"], beyond["next_cursor"]) == ([], len(expected), None)


def matches(job: dict[str, Any], *, status: str | None = None, search: str = "") -> bool:
    words = (job["organization"]["name"].lower(), job["job_title"].lower())
    return status in (None, job["status"], job["status"].lower()) and any(search.lower() in word for word in words)


@pytest.mark.parametrize(
    "search", ["ACME", "%", "_", "\\", "0%", "e_1", "größ", "GRÖSST", "acme engineer", "ax", "100%", ""]
)
async def test_a_search_is_a_substring_and_nothing_else(client: httpx.AsyncClient, search: str) -> None:
    expected = {job["id"] for job in await everything(client) if matches(job, search=search)}
    found = (await client.get("/api/jobs", params={"search": search, "limit": 100})).json()
    assert {job["id"] for job in found["items"]} == expected
    assert found["total"] == len(expected)


async def test_a_cursor_belongs_to_its_order_and_filters(client: httpx.AsyncClient) -> None:
    query = {"orderBy": "company", "order": "ASC", "search": "e", "limit": 3}
    cursor = (await client.get("/api/jobs", params=query)).json()["next_cursor"]
    assert (await client.get("/api/jobs", params={**query, "cursor": cursor})).status_code == 200
    for change in ({"orderBy": "job_title"}, {"order": "DESC"}, {"search": "a"}, {"status": "Lead"}, {"page": 2}):
        refused = await client.get("/api/jobs", params={**query, "cursor": cursor, **change})
        assert refused.status_code == 422, change


@pytest.mark.parametrize(
    "query",
    [{"orderBy": "salary"}, {"order": "down"}, {"page": 0}, {"limit": 101}, {"search": "a" * 201}, {"search": "a\nb"}],
)
async def test_what_there_is_no_list_of_is_refused(client: httpx.AsyncClient, query: dict[str, Any]) -> None:
    assert (await client.get("/api/jobs", params=query)).status_code == 422


async def many(tx: Transaction) -> None:
    """More jobs than are counted; what is done to each of them here is done by one statement."""
    await tx.execute(
        text("""
            INSERT INTO jobs
                (tenant_id, organization_id, company, job_title, title_key, status_id, created_at, updated_at)
            SELECT tenant_id, id, name, 'Welder ' || n, 'welder ' || n, 1 + n % 2, :now, :now
            FROM (SELECT * FROM organizations WHERE tenant_id = :tenant LIMIT 1) AS one, generate_series(1, :rows) AS n
        """),
        {"tenant": MINE, "now": NOW - timedelta(days=1), "rows": COUNTED_MAX + 500},
    )


async def test_of_more_than_are_counted_the_total_is_a_lower_bound(client: httpx.AsyncClient, db: Database) -> None:
    await db.run_system(many)
    for query, count in (({}, None), ({"search": "welder"}, None), ({"search": "welder", "status": "Lead"}, 5_250)):
        found = (await client.get("/api/jobs", params=query)).json()
        assert (found["total"], found["total_is_exact"]) == ((COUNTED_MAX, False) if count is None else (count, True))

    async def both(tx: Transaction, wanted: Wanted, window: Window) -> tuple[list[Any], list[Any]]:
        """The page as a walk finds it, and as Python does."""
        listed = await listing.list_jobs(tx, MINE, wanted=wanted, window=window)
        assert listed.counted == COUNTED_MAX + 1
        rows = await tx.rows(text("SELECT id, title_key FROM jobs WHERE tenant_id = :t"), {"t": MINE})
        welders = sorted((row.title_key, row.id) for row in rows if "welder" in row.title_key)
        return [(placed.key, placed.job.id) for placed in listed.rows], welders

    by_title = Wanted(search="WELDER", sort=JobSort.JOB_TITLE, order=Direction.ASC)
    with acting(ADA):
        found, welders = await db.read(both, by_title, Window(5))
        assert found == welders[:6]
        found, welders = await db.read(both, by_title, Window(5, after=welders[7_000]))
        assert found == welders[7_001:7_007]
        found, welders = await db.read(both, by_title, Window(5, offset=9_000))
        assert found == welders[9_000:9_006]


def test_each_status_has_its_number() -> None:
    assert [status.number for status in STATUSES] == [1, 2, 3, 4, 5, 6, 7]
