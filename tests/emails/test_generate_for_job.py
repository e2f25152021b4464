"""Letters for a job of the CRM: what they are written from, and how letter and lead name each other."""

from collections.abc import AsyncIterator
from dataclasses import replace

import anyio
import pytest

from service.credits.model import Balance
from service.crm.jobs import operations as jobs
from service.crm.jobs.model import Job, JobDetails
from service.crm.leads import store as leads
from service.crm.leads.model import HistoryEntry
from service.crm.model import HistoryKind, JobId
from service.emails.model import Email, NotADraft
from service.emails.operations import stored
from service.kernel.database import Database, Transaction
from service.kernel.database.paging import Window
from service.kernel.errors import InvalidRequest, NotFound
from service.kernel.identifiers import TenantId, UserId, personal_tenant
from service.postings.addresses import canonical
from tests.emails.stories import ADA, JOB_URL, REQUEST, TERMS, Left, World, acting, give, left, world

pytestmark = pytest.mark.anyio

ADAS = personal_tenant(ADA)
DESCRIPTION = "Requirements\n- PostgreSQL in production\n- Five years of Python"


@pytest.fixture
async def house(db: Database) -> AsyncIterator[World]:
    await give(db, 10)
    async with anyio.create_task_group() as group:
        yield world(db, group.start_soon)


async def added(
    house: World,
    *,
    tenant: TenantId = ADAS,
    user: UserId = ADA,
    company: str = "Lumenvale",
    title: str = "Data Engineer",
    url: str | None = None,
    description: str | None = None,
) -> Job:
    details = JobDetails(company=company, job_title=title, job_url=url, description=description)
    with acting(user):
        written = await house.db.run(
            jobs.create, tenant=tenant, details=details, canonical=canonical, now=house.services.clock.now()
        )
    return written.job


async def written_for(house: World, job: JobId) -> Email:
    return await house.generate(replace(REQUEST, job_text=None, job_id=job))


async def events_of(house: World, lead: JobId) -> list[HistoryEntry]:
    with acting(ADA):
        listed = await house.db.read(leads.list_history, ADAS, lead, window=Window(limit=100))
    return list(listed.rows)


async def test_the_job_s_page_is_read_and_letter_and_lead_name_each_other(house: World) -> None:
    job = await added(house, url=JOB_URL, description=DESCRIPTION)
    email = await written_for(house, job.id)
    assert email.lead_id == job.id
    assert email.job_context is not None
    assert email.job_context.title == "Backend Engineer"
    assert not email.missing
    [creation, noted] = await events_of(house, job.id)
    assert creation.kind is HistoryKind.STATUS
    assert noted.email is not None
    assert (noted.kind, noted.email.id, noted.email.status) == (HistoryKind.EMAIL, email.id, "draft")
    with acting(ADA):
        assert await house.db.read(stored.read, user=ADA, email=email.id) == email


@pytest.mark.parametrize("url", [None, "https://jobs.lumenvale.example/404", "http://169.254.169.254/"])
async def test_without_a_page_to_read_the_letter_rests_on_what_the_crm_holds(house: World, url: str | None) -> None:
    job = await added(house, url=url, description=DESCRIPTION)
    context = (await written_for(house, job.id)).job_context
    assert context is not None
    assert (context.title, context.company, context.extracted_by) == ("Data Engineer", "Lumenvale", "text")
    assert context.requirements == ("PostgreSQL in production", "Five years of Python")


@pytest.mark.parametrize(
    ("company", "title", "description"),
    [
        ("Acme Inc.", "Engineer", "Requirements\n- Python"),
        ("eBay", "Engineer", "# Platform Team\n\nRequirements\n- Python"),
        ("Foo, Bar", "Data Engineer (m/w/d)", "Hays is looking for an engineer.\n\nRequirements\n- Python"),
    ],
)
async def test_title_and_company_are_what_the_crm_says(
    house: World, company: str, title: str, description: str
) -> None:
    job = await added(house, company=company, title=title, description=description)
    context = (await written_for(house, job.id)).job_context
    assert context is not None
    assert (context.title, context.company) == (title, company)
    assert context.requirements == ("Python",)
    assert [fact.value for fact in context.facts if fact.field in ("title", "company")] == [title, company]


async def test_a_page_that_is_too_slow_gives_way_to_what_the_crm_holds(db: Database) -> None:
    await give(db, 10)
    async with anyio.create_task_group() as group:
        house = world(db, group.start_soon, fetch_delay_seconds=60)
        job = await added(house, url=JOB_URL, description=DESCRIPTION)
        terms = replace(TERMS, branch_timeout_seconds=0.3)
        email = await house.generate(replace(REQUEST, job_text=None, job_id=job.id), terms=terms)
        assert email.job_context is not None
        assert email.job_context.title == "Data Engineer"
        assert not email.missing
        group.cancel_scope.cancel()


async def test_a_job_without_address_and_description_still_names_itself(house: World) -> None:
    job = await added(house)
    email = await written_for(house, job.id)
    assert "Data Engineer" in email.subject + email.body


async def test_written_again_it_belongs_to_the_same_lead(house: World) -> None:
    job = await added(house)
    first = await written_for(house, job.id)
    second = await house.regenerate(first.id)
    assert (second.previous_id, second.lead_id) == (first.id, job.id)
    named = [entry.email.id for entry in await events_of(house, job.id) if entry.email]
    assert named == [first.id, second.id]


@pytest.mark.parametrize("tenant", [None, TenantId("user:somebody")], ids=["no such job", "another's"])
async def test_a_job_that_is_not_the_caller_s_is_refused_before_anything(house: World, tenant: TenantId | None) -> None:
    number = JobId(2**62)
    if tenant is not None:
        somebody = UserId("somebody")
        await give(house.db, 1, user=somebody)
        number = (await added(house, tenant=tenant, user=somebody)).id
    with pytest.raises(NotFound, match=f"no job {number}"):
        await written_for(house, number)
    assert await left(house.db) == Left(0, 0, 0, [], Balance(balance=10, reserved=0, available=10))


async def test_a_job_deleted_meanwhile_costs_the_letter_its_lead_alone(house: World) -> None:
    job = await added(house)
    first = await written_for(house, job.id)
    with acting(ADA):
        await house.db.run(jobs.delete, tenant=ADAS, job=job.id)
        assert (await house.db.read(stored.read, user=ADA, email=first.id)).lead_id is None
    second = await house.regenerate(first.id)
    assert second.lead_id is None


async def test_several_sources_of_the_job_are_refused_by_name(house: World) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await house.generate(replace(REQUEST, job_id=JobId(1)))
    assert [error.pointer for error in refused.value.errors] == ["/job_id"]


async def test_where_the_letter_is_not_kept_the_history_does_not_name_it(house: World) -> None:
    job = await added(house)

    async def refuse(_tx: Transaction, _email: Email) -> None:
        raise NotADraft("not today")

    with pytest.raises(NotADraft):
        await house.generate(replace(REQUEST, job_text=None, job_id=job.id), remember=refuse)
    assert [entry.kind for entry in await events_of(house, job.id)] == [HistoryKind.STATUS]
