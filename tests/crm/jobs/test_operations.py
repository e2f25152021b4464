"""Whoever leaves in the middle leaves nothing: each change of a job, left at each of its statements."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from service.crm.jobs import operations as jobs
from service.crm.jobs.model import JobDetails
from service.crm.leads import operations as leads
from service.crm.leads import store as history
from service.crm.model import JobId, Status
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction
from service.kernel.database.paging import Window
from service.kernel.identifiers import TenantId, personal_tenant
from tests.credits.wallets import acting, assert_sound
from tests.crm.clients import ADA, store_people
from tests.interrupted import cancelled_at_each_statement

pytestmark = pytest.mark.anyio

MINE = personal_tenant(ADA)
NOW = SystemClock().now()
DETAILS = JobDetails(company="Acme", job_title="Engineer", job_url="https://acme.example/1", description="word " * 50)
TWIN = JobDetails(company="Globex", job_title="Engineer", job_url="https://acme.example/1")

Unit = Callable[[Transaction], Awaitable[Any]]


def create(tenant: TenantId = MINE, details: JobDetails = DETAILS) -> Unit:
    return lambda tx: jobs.create(tx, tenant=tenant, details=details, canonical=str, now=NOW)


def change(job: JobId, **changes: Any) -> Unit:
    return lambda tx: jobs.change(tx, tenant=MINE, job=job, changes=changes, canonical=str, now=NOW)


def mark(job: JobId, status: Status) -> Unit:
    return lambda tx: leads.mark(tx, tenant=MINE, lead=job, status=status, now=NOW)


async def everything(tx: Transaction) -> list[Any]:
    tables = ("workspaces", "organizations", "jobs", "deals", "lead_events")
    return [await tx.scalar(text(f"SELECT json_agg(t ORDER BY t::text) FROM {table} AS t")) for table in tables]


async def left_everywhere(db: Database, unit: Unit) -> int:
    before = await db.run_system(everything)

    async def nothing_changed() -> None:
        assert await db.run_system(everything) == before

    statements = await cancelled_at_each_statement(db, unit, nothing_changed)
    await nothing_changed()
    await assert_sound(db)
    return statements


async def test_a_job_is_whole_or_not_there(db: Database) -> None:
    await store_people(db)
    with acting(ADA):
        # The workspace asked for and made, the organization looked for and made, the job, its twins, and it again.
        assert await left_everywhere(db, create()) == 7
        await db.run(create())
        assert await left_everywhere(db, create(details=TWIN)) == 6


async def test_a_change_happens_whole_or_not_at_all(db: Database) -> None:
    await store_people(db)
    with acting(ADA):
        job = (await db.run(jobs.create, tenant=MINE, details=DETAILS, canonical=str, now=NOW)).job.id
        moved = {"company": "Globex", "job_title": "Welder", "status": Status.OFFER, "notes": "x"}
        assert await left_everywhere(db, change(job, **moved)) == 9
        assert await left_everywhere(db, change(job, job_title="Welder")) == 6
        assert await left_everywhere(db, mark(job, Status.APPLIED)) == 4
        assert await left_everywhere(db, lambda tx: jobs.delete(tx, tenant=MINE, job=job)) == 1


async def test_reading_costs_as_many_statements_as_it_says(db: Database) -> None:
    await store_people(db)
    with acting(ADA):
        job = (await db.run(jobs.create, tenant=MINE, details=DETAILS, canonical=str, now=NOW)).job.id
        beyond = Window(5, offset=10)
        assert await left_everywhere(db, lambda tx: history.list_history(tx, MINE, job, window=beyond)) == 2
