"""The columns that are read of a job, and a row of them as a value, made in one step: a page of a list is many rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, literal_column, select

from service.crm.jobs.model import Job, LeadRef
from service.crm.model import STATUS_REFS, DealRef, DealStatus, JobId, OrganizationRef
from service.crm.store.tables import searched_deals

# A row without a date comes before all dates; the indexes hold it so.
NO_DATE: ColumnElement[Any] = literal_column("'-infinity'::timestamptz")

# In the order in which `job_of` takes them.
_OF_A_JOB = (
    "id",
    "job_title",
    "job_url",
    "description",
    "salary_range",
    "notes",
    "resume_date",
    "status_id",
    "organization_id",
    "company",
    "source",
    "applied_at",
    "created_at",
    "updated_at",
)
_OF_ITS_DEAL = ("deal_id", "deal_name", "deal_status")
WIDTH = len(_OF_A_JOB) + len(_OF_ITS_DEAL)


def of_a_job(table: Any) -> list[ColumnElement[Any]]:
    """Of a table, a view or a subquery of them."""
    return [table.c[name] for name in _OF_A_JOB]


def deal_of(jobs: Any) -> tuple[Any, Sequence[ColumnElement[Any]]]:
    """The deal of each of `jobs`, to be joined `ON true`, and its columns.

    LIMIT keeps the planner from joining in another way than by looking up, job for job: it would rather read all deals
    of everybody while they are few.
    """
    deal = searched_deals.c
    found = (
        select(deal.id.label("deal_id"), deal.name.label("deal_name"), deal.status.label("deal_status"))
        .where(deal.lead_id == jobs.c.id)
        .limit(literal_column("1"))
        .lateral("deal")
    )
    return found, [found.c[name] for name in _OF_ITS_DEAL]


def job_of(row: Sequence[Any]) -> Job:
    """From the columns `of_a_job` and `deal_of`, and whatever follows them."""
    (number, title, url, description, salary, notes, resume_date, status, organization, company, source, applied_at,
     created_at, updated_at, deal, deal_name, deal_status) = row[:WIDTH]  # fmt: skip
    reference = STATUS_REFS[status]
    return Job(
        id=number,
        job_title=title,
        job_url=url,
        description=description,
        salary_range=salary,
        notes=notes,
        resume_date=resume_date,
        status=reference.name,
        organization=OrganizationRef(organization, company),
        lead=LeadRef(
            id=JobId(number),
            source=source,
            status=reference,
            deal=None if deal is None else DealRef(deal, deal_name, DealStatus(deal_status)),
            created_at=created_at,
        ),
        application_date=applied_at,
        created_at=created_at,
        updated_at=updated_at,
    )
