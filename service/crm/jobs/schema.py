"""Jobs on the wire. What is answered is `model.Job` as it stands."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from service.crm.jobs.model import Job, JobDetails, JobSort, Resemblance, Wanted
from service.crm.jobs.operations import Written
from service.crm.model import STATUSES, Direction, Status, clean_fields, status_named
from service.crm.schema import (
    Description,
    Instant,
    InstantKeys,
    JobSearch,
    Line,
    Notes,
    OptionalInstantKeys,
    OptionalLine,
    StatusName,
    Url,
    WordKeys,
    instant,
)
from service.web.paging import Paging


class CreateJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`company` is found among the tenant's organizations whatever its legal form, punctuation and case, or made."""

    company: Line
    job_title: Line
    job_url: Url | None = None
    description: Description | None = None
    salary_range: OptionalLine | None = None
    notes: Notes | None = None
    source: OptionalLine | None = None
    status: StatusName | None = None
    resume_date: Instant | None = None


class DetailsOfJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What may change of a job that stays at its place. Any subset; null takes away what may be missing."""

    job_url: Url | UnsetType | None = UNSET
    description: Description | UnsetType | None = UNSET
    salary_range: OptionalLine | UnsetType | None = UNSET
    notes: Notes | UnsetType | None = UNSET
    source: OptionalLine | UnsetType | None = UNSET
    status: StatusName | UnsetType = UNSET
    resume_date: Instant | UnsetType | None = UNSET


class ChangeJob(DetailsOfJob, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Any subset; null takes away what may be missing."""

    company: Line | UnsetType = UNSET
    job_title: Line | UnsetType = UNSET


class JobsQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    order_by: JobSort = msgspec.field(name="orderBy", default=JobSort.DATE)
    order: Direction = Direction.DESC
    search: JobSearch | None = None
    status: StatusName | None = None

    def wanted(self) -> Wanted:
        """Raises InvalidRequest for a status there is not."""
        status = None if self.status is None else status_named(self.status)
        return Wanted(status, self.search or None, self.order_by, self.order)

    @property
    def order_name(self) -> str:
        """What a cursor belongs to: the order, and the filters, for it is a place among the rows they let through.
        Raises InvalidRequest as `wanted` does."""
        wanted = self.wanted()
        return f"jobs by {wanted.sort} {wanted.order}, status {wanted.status}, search {wanted.search}"


class WrittenJob(Job, frozen=True, kw_only=True):
    """A job that was just written; `warnings` name others that seem to be the same posting."""

    warnings: tuple[Resemblance, ...]


class StatusAnswer(msgspec.Struct, frozen=True):
    id: int
    name: Status
    position: int


class RecentResumeDate(msgspec.Struct, frozen=True):
    resume_date: datetime | None


# The type of a cursor's keys, by what a list is sorted by.
CURSOR_KEYS: dict[JobSort, Any] = {
    JobSort.DATE: InstantKeys,
    JobSort.APPLICATION_DATE: OptionalInstantKeys,
    JobSort.RESUME: OptionalInstantKeys,
    JobSort.COMPANY: WordKeys,
    JobSort.JOB_TITLE: WordKeys,
}

STATUS_ANSWERS = [StatusAnswer(status.number, status, status.number) for status in STATUSES]


def details_of(body: CreateJob) -> JobDetails:
    """Raises InvalidRequest."""
    return JobDetails(**clean_fields(_given_fields(body, omitting=None)))


def changes_of(body: DetailsOfJob) -> dict[str, Any]:
    """The fields of `JobDetails` that are to be set. Raises InvalidRequest."""
    return clean_fields(_given_fields(body, omitting=UNSET))


def written_job(written: Written) -> WrittenJob:
    return WrittenJob(*msgspec.structs.astuple(written.job), warnings=written.warnings)


def _given_fields(body: CreateJob | DetailsOfJob, *, omitting: UnsetType | None) -> dict[str, Any]:
    """The fields that were given, a status and a date converted."""
    given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not omitting}
    if isinstance(status := given.get("status"), str):
        given["status"] = status_named(status)
    if isinstance(resume_date := given.get("resume_date"), str):
        given["resume_date"] = instant(resume_date, pointer="/resume_date")
    return given
