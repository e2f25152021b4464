"""Jobs on the wire. What is answered is `model.Job` as it stands."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from service.crm.model import (
    DESCRIPTION_MAX_CHARS,
    LINE_MAX_CHARS,
    NOTES_MAX_CHARS,
    SEARCH_MAX_CHARS,
    STATUSES,
    URL_MAX_CHARS,
    Job,
    JobDetails,
    JobSort,
    Order,
    Resemblance,
    Status,
    Wanted,
    checked,
    status_named,
)
from service.crm.operations.jobs import Written
from service.kernel.errors import FieldError, InvalidRequest
from service.web.decoding import INTEGER_MAX
from service.web.paging import Paging

_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
_NO_NUL = r"^[^\x00]*$"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# An instant of RFC 3339 with nine places of a second.
INSTANT_MAX_CHARS = 40

Line = Annotated[str, Meta(min_length=1, max_length=LINE_MAX_CHARS, pattern=_NO_NUL)]
OptionalLine = Annotated[str, Meta(max_length=LINE_MAX_CHARS, pattern=_NO_NUL)]
Url = Annotated[str, Meta(max_length=URL_MAX_CHARS, pattern=_NO_NUL)]
Description = Annotated[str, Meta(max_length=DESCRIPTION_MAX_CHARS, pattern=_NO_NUL)]
Notes = Annotated[str, Meta(max_length=NOTES_MAX_CHARS, pattern=_NO_NUL)]
StatusName = Annotated[
    str, Meta(max_length=20, description=f"In any case: {', '.join(STATUSES)}.", examples=[str(Status.APPLIED)])
]
Instant = Annotated[
    str,
    Meta(
        max_length=INSTANT_MAX_CHARS,
        description="An instant (RFC 3339), or a date, which is its midnight in UTC.",
        examples=["2026-01-31", "2026-01-31T09:30:00Z"],
    ),
]


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
    order: Order = Order.DESC
    search: (
        Annotated[
            str,
            Meta(
                max_length=SEARCH_MAX_CHARS,
                pattern=_ONE_LINE,
                description="A substring of company or job title, in any case; taken literally.",
            ),
        ]
        | None
    ) = None
    status: StatusName | None = None

    def wanted(self) -> Wanted:
        """Raises InvalidRequest for a status there is not."""
        status = None if self.status is None else status_named(self.status)
        return Wanted(status, self.search or None, self.order_by, self.order)


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
_JobNumber = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
_InstantKeys = tuple[datetime | None, _JobNumber]
_WordKeys = tuple[Annotated[str, Meta(pattern=_NO_NUL)], _JobNumber]
CURSOR_KEYS: dict[JobSort, Any] = {
    JobSort.DATE: tuple[datetime, _JobNumber],
    JobSort.APPLICATION_DATE: _InstantKeys,
    JobSort.RESUME: _InstantKeys,
    JobSort.COMPANY: _WordKeys,
    JobSort.JOB_TITLE: _WordKeys,
}

STATUS_ANSWERS = [StatusAnswer(status.number, status, status.number) for status in STATUSES]


def order_of(wanted: Wanted) -> str:
    """What a cursor belongs to: the order, and the filters, for it is a place among the rows they let through."""
    return f"jobs by {wanted.sort} {wanted.order}, status {wanted.status}, search {wanted.search}"


def details_of(body: CreateJob) -> JobDetails:
    """Raises InvalidRequest."""
    return JobDetails(**checked(_given(body, omitting=None)))


def changes_of(body: DetailsOfJob) -> dict[str, Any]:
    """The fields of `JobDetails` that are to be set. Raises InvalidRequest."""
    return checked(_given(body, omitting=UNSET))


def written_job(written: Written) -> WrittenJob:
    return WrittenJob(*msgspec.structs.astuple(written.job), warnings=written.warnings)


def instant(said: str, *, pointer: str = "/resume_date") -> datetime:
    """An instant, or midnight in UTC of a date. Raises InvalidRequest."""
    try:
        if _DATE.fullmatch(said):
            return datetime.combine(date.fromisoformat(said), time(), UTC)
        return msgspec.convert(said, Annotated[datetime, Meta(tz=True)]).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        what = "is neither a date (2026-01-31) nor an instant (2026-01-31T09:30:00Z)"
        raise InvalidRequest(f"`{pointer.removeprefix('/')}` {what}.", errors=[FieldError(pointer, what)]) from error


def _given(body: CreateJob | DetailsOfJob, *, omitting: UnsetType | None) -> dict[str, Any]:
    """What was said, by name; a status and a date as what they mean."""
    given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not omitting}
    if isinstance(status := given.get("status"), str):
        given["status"] = status_named(status)
    if isinstance(resume_date := given.get("resume_date"), str):
        given["resume_date"] = instant(resume_date)
    return given
