"""Leads as they are shown, and what happened to them. Pure."""

from datetime import datetime
from uuid import UUID

import msgspec

from service.crm.jobs.model import Job
from service.crm.model import DealRef, HistoryKind, JobId, OrganizationRef, StatusRef


class JobOfLead(msgspec.Struct, frozen=True):
    """A job as its lead shows it."""

    id: JobId
    job_title: str
    job_url: str | None
    description: str | None
    salary_range: str | None
    notes: str | None
    resume_date: datetime | None
    organization: OrganizationRef
    created_at: datetime
    updated_at: datetime


class Lead(msgspec.Struct, frozen=True):
    """A lead with its job. `application_date` is when it first became Applied."""

    id: JobId
    source: str | None
    status: StatusRef
    deal: DealRef | None
    job: JobOfLead
    application_date: datetime | None
    created_at: datetime
    updated_at: datetime


def lead_of(job: Job) -> Lead:
    return Lead(
        id=job.lead.id,
        source=job.lead.source,
        status=job.lead.status,
        deal=job.lead.deal,
        job=JobOfLead(
            id=job.id,
            job_title=job.job_title,
            job_url=job.job_url,
            description=job.description,
            salary_range=job.salary_range,
            notes=job.notes,
            resume_date=job.resume_date,
            organization=job.organization,
            created_at=job.created_at,
            updated_at=job.updated_at,
        ),
        application_date=job.application_date,
        created_at=job.lead.created_at,
        updated_at=job.updated_at,
    )


class EmailRef(msgspec.Struct, frozen=True):
    """An e-mail as it was when it was noted; it is its writer's, and may be gone."""

    id: UUID
    status: str


class HistoryEntry(msgspec.Struct, frozen=True):
    """What happened to a lead: a change of status (at its creation from none), or an e-mail written or sent for it."""

    id: int
    kind: HistoryKind
    from_status: StatusRef | None
    to_status: StatusRef | None
    email: EmailRef | None
    happened_at: datetime
