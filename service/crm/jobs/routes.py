"""Jobs over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.crm.jobs import operations as jobs
from service.crm.jobs.model import DuplicateJob, Job, Placed
from service.crm.jobs.operations import Canonical
from service.crm.jobs.schema import (
    CURSOR_KEYS,
    STATUS_ANSWERS,
    ChangeJob,
    CreateJob,
    JobsQuery,
    RecentResumeDate,
    StatusAnswer,
    WrittenJob,
    changes_of,
    details_of,
    written_job,
)
from service.crm.jobs.store import jobs as store
from service.crm.jobs.store import listing
from service.crm.model import JobId
from service.kernel.clock import Clock
from service.kernel.database import Database, Transaction
from service.kernel.errors import NotFound
from service.web.endpoint import Call, Endpoint, JsonBody
from service.web.paging import Page, page_of

ONE = "/api/jobs/{job_id:int}"
TAG = "jobs"


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs."""

    db: Database
    clock: Clock
    canonical: Canonical

    async def list_jobs(self, call: Call[None, JobsQuery]) -> Page[Job]:
        """The tenant's jobs, the newest first unless asked otherwise."""
        wanted = call.query.wanted()
        order = call.query.order_name
        window = call.query.window(order, CURSOR_KEYS[wanted.sort])
        listed = await self.db.read(listing.list_jobs, call.principal.tenant, wanted=wanted, window=window)
        return page_of(call.query, listed, order=order, position=_position, item=lambda placed: placed.job)

    async def create_job(self, call: Call[CreateJob, None]) -> WrittenJob:
        """Add a job, with its lead.

        A second job of the same company and title is refused, and the one there is named in `existing_id`. Another
        one with the same description or address is only named in `warnings`.
        """
        details, now = details_of(call.body), self.clock.now()

        async def create(tx: Transaction) -> WrittenJob:
            made = await jobs.create(
                tx, tenant=call.principal.tenant, details=details, canonical=self.canonical, now=now
            )
            answer = written_job(made)
            await call.remember(tx, answer)
            return answer

        return await self.db.run(create)

    async def list_statuses(self, _call: Call[None, None]) -> list[StatusAnswer]:
        """How far a lead can have come, in order."""
        return STATUS_ANSWERS

    async def read_recent_resume_date(self, call: Call[None, None]) -> RecentResumeDate:
        """The latest `resume_date` of all jobs."""
        return RecentResumeDate(await self.db.read(store.find_recent_resume_date, call.principal.tenant))

    async def read_job(self, call: Call[None, None]) -> Job:
        """One job."""
        return await self.db.read(jobs.find_job, tenant=call.principal.tenant, job=_job_id(call))

    async def change_job(self, call: Call[ChangeJob, None]) -> WrittenJob:
        """Change any of its fields. A new status is noted in the lead's history."""
        changed = await self.db.run(
            jobs.change,
            tenant=call.principal.tenant,
            job=_job_id(call),
            changes=changes_of(call.body),
            canonical=self.canonical,
            now=self.clock.now(),
        )
        return written_job(changed)

    async def delete_job(self, call: Call[None, None]) -> None:
        """Delete it, with its lead and that one's history. A deal stays, without its lead; so do e-mails."""
        await self.db.run(jobs.delete, tenant=call.principal.tenant, job=_job_id(call))


def routes(*, db: Database, clock: Clock, canonical: Canonical) -> Sequence[Endpoint]:
    on = _Handlers(db, clock, canonical)
    many = "/api/jobs"
    return (
        Endpoint("GET", many, on.list_jobs, answer=Page[Job], query=JobsQuery, tag=TAG),
        Endpoint(
            "POST",
            many,
            on.create_job,
            answer=WrittenJob,
            status=201,
            body=JsonBody(CreateJob),
            idempotent=True,
            problems=(DuplicateJob,),
            tag=TAG,
        ),
        Endpoint("GET", f"{many}/statuses", on.list_statuses, answer=list[StatusAnswer], tag=TAG),
        Endpoint("GET", f"{many}/recent-resume-date", on.read_recent_resume_date, answer=RecentResumeDate, tag=TAG),
        Endpoint("GET", ONE, on.read_job, answer=Job, problems=(NotFound,), tag=TAG),
        Endpoint(
            "PUT",
            ONE,
            on.change_job,
            answer=WrittenJob,
            body=JsonBody(ChangeJob),
            problems=(NotFound, DuplicateJob),
            tag=TAG,
        ),
        Endpoint("DELETE", ONE, on.delete_job, status=204, problems=(NotFound,), tag=TAG),
    )


def _job_id(call: Call[Any, Any]) -> JobId:
    return JobId(call.path["job_id"])


def _position(placed: Placed) -> tuple[Any, ...]:
    return placed.key, placed.job.id
