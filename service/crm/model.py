"""The values of the CRM and the rules over them. Pure.

What a caller is shown of a row is a struct that goes onto the wire as it stands: a list of jobs is read, made and
written without a step between.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, NewType
from uuid import UUID

import msgspec

from service.kernel.errors import FieldError, InvalidRequest, Kind, ServiceError
from service.kernel.text import UNSTORABLE, without_joiners, written_line

# A job and its lead are one row: the number of one is the number of the other.
JobId = NewType("JobId", int)
OrganizationId = NewType("OrganizationId", int)
DealId = NewType("DealId", int)

# A name or a title that fills three lines of a screen is neither.
LINE_MAX_CHARS = 300
URL_MAX_CHARS = 2_000
NOTES_MAX_CHARS = 20_000
# The longest posting that is read (`postings`), and ten times the longest that was ever seen.
DESCRIPTION_MAX_CHARS = 100_000
SEARCH_MAX_CHARS = 200
# Folding a title's case lengthens some letters to three; the column holds twice a title, and what lies beyond tells no
# two jobs apart.
TITLE_KEY_MAX_CHARS = 2 * LINE_MAX_CHARS
# Below it two descriptions are the same by chance ("see the link").
TELLING_MIN_CHARS = 200


class Status(StrEnum):
    """How far a lead has come; `number` is its id, and its place on the way."""

    LEAD = "Lead"
    APPLIED = "Applied"
    INTERVIEWING = "Interviewing"
    OFFER = "Offer"
    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    DO_NOT_APPLY = "Do Not Apply"

    @property
    def number(self) -> int:
        return _NUMBERS[self]


# As migration 0012 has written them.
STATUSES = tuple(Status)
_NUMBERS: Mapping[Status, int] = {status: number for number, status in enumerate(STATUSES, 1)}
_BY_NAME: Mapping[str, Status] = {status.casefold(): status for status in STATUSES}


def status_numbered(number: int) -> Status:
    return STATUSES[number - 1]


def status_named(name: str, *, pointer: str = "/status") -> Status:
    """In any case. Raises InvalidRequest, which names the seven."""
    found = _BY_NAME.get(name.strip().casefold())
    if found is None:
        what = f"is none of {', '.join(STATUSES)}"
        raise InvalidRequest(f"`{pointer.removeprefix('/')}` {what}.", errors=[FieldError(pointer, what)])
    return found


class StatusRef(msgspec.Struct, frozen=True):
    id: int
    name: Status


# One value for each; rows share them.
STATUS_REFS: Mapping[int, StatusRef] = {number: StatusRef(number, status) for number, status in enumerate(STATUSES, 1)}


class DealStatus(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class OrganizationRef(msgspec.Struct, frozen=True):
    id: OrganizationId
    name: str


class DealRef(msgspec.Struct, frozen=True):
    id: DealId
    name: str
    status: DealStatus


class LeadRef(msgspec.Struct, frozen=True):
    """A job's lead: the pursuit of it. Both have the same number."""

    id: JobId
    source: str | None
    status: StatusRef
    deal: DealRef | None
    created_at: datetime


class Job(msgspec.Struct, frozen=True):
    """`application_date` is when its lead first became Applied."""

    id: JobId
    job_title: str
    job_url: str | None
    description: str | None
    salary_range: str | None
    notes: str | None
    resume_date: datetime | None
    status: Status
    organization: OrganizationRef
    lead: LeadRef
    application_date: datetime | None
    created_at: datetime
    updated_at: datetime


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


class Organization(msgspec.Struct, frozen=True):
    id: OrganizationId
    name: str
    website: str | None
    notes: str | None
    created_at: datetime
    updated_at: datetime


class Deal(msgspec.Struct, frozen=True):
    id: DealId
    name: str
    status: DealStatus
    notes: str | None
    lead_id: JobId | None
    created_at: datetime
    updated_at: datetime


class EventKind(StrEnum):
    STATUS = "status"
    EMAIL = "email"


class EmailRef(msgspec.Struct, frozen=True):
    """An e-mail as it was when it was noted; it is its writer's, and may be gone."""

    id: UUID
    status: str


class HistoryEntry(msgspec.Struct, frozen=True):
    """What happened to a lead: a change of status (at its creation from none), or an e-mail written or sent for it."""

    id: int
    kind: EventKind
    from_status: StatusRef | None
    to_status: StatusRef | None
    email: EmailRef | None
    happened_at: datetime


class JobSort(StrEnum):
    """What `orderBy` takes; the id is the last word in each."""

    DATE = "date"
    APPLICATION_DATE = "application_date"
    COMPANY = "company"
    JOB_TITLE = "job_title"
    RESUME = "resume"


class Order(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs, in which order; `search` is a case-insensitive substring of company or title, taken literally."""

    status: Status | None = None
    search: str | None = None
    sort: JobSort = JobSort.DATE
    order: Order = Order.DESC


class Placed(NamedTuple):
    """A job with what its list is ordered by, for a cursor."""

    job: Job
    key: Any


class OrganizationSort(StrEnum):
    """What `orderBy` takes for organizations."""

    DATE = "date"
    NAME = "name"


class PlacedOrganization(NamedTuple):
    """An organization with what its list is ordered by, for a cursor."""

    organization: Organization
    key: Any


class Resemblance(msgspec.Struct, frozen=True):
    """Another job that seems to be the same posting."""

    code: str
    detail: str
    job_id: JobId


SAME_POSTING = "same-posting"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDetails:
    """What a caller says of a job, in order (`checked` has passed it)."""

    company: str
    job_title: str
    job_url: str | None = None
    description: str | None = None
    salary_range: str | None = None
    notes: str | None = None
    source: str | None = None
    status: Status = Status.LEAD
    resume_date: datetime | None = None
    applied_at: datetime | None = None  # where that is known from elsewhere; otherwise it follows from the status


class DuplicateJob(ServiceError):
    """The tenant has a job of this title at this organization; `existing_id` is its number."""

    kind, slug, title = Kind.CONFLICT, "duplicate-job", "There is such a job already"


_LINES = ("company", "job_title", "salary_range", "source", "name", "website")
_LIMITS: Mapping[str, int] = {
    **dict.fromkeys(_LINES, LINE_MAX_CHARS),
    "job_url": URL_MAX_CHARS,
    "website": URL_MAX_CHARS,
    "description": DESCRIPTION_MAX_CHARS,
    "notes": NOTES_MAX_CHARS,
}
# Also within what marks of emphasis surround.
_WORDS = re.compile(r"[^\W_]+")


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Some or all of the fields of `JobDetails`, an organization or a deal, put in order: lines are made one line,
    blank options are none.

    Raises InvalidRequest, which names every place that is wrong.
    """
    faults: list[FieldError] = []
    values: dict[str, Any] = {}
    for name, value in given.items():
        values[name] = _in_order(name, value) if isinstance(value, str) else value
        if fault := _fault(name, value, values[name]):
            faults.append(FieldError(f"/{name}", fault))
    if faults:
        said = "; ".join(f"`{fault.pointer.removeprefix('/')}`: {fault.detail}" for fault in faults)
        raise InvalidRequest(f"{said}.", errors=faults)
    return values


def title_key(title: str) -> str:
    """A title as it is compared: its case folded, its white space single, without what only joins letters."""
    return " ".join(without_joiners(title).casefold().split())[:TITLE_KEY_MAX_CHARS]


def content_hash(description: str | None) -> bytes | None:
    """Of the words, whatever their case and what stands between them; None where there are too few to tell anything."""
    words = " ".join(_WORDS.findall(unicodedata.normalize("NFC", description or "").casefold()))
    if len(words) < TELLING_MIN_CHARS:
        return None
    return hashlib.blake2b(words.encode(), digest_size=16).digest()


def _in_order(name: str, value: str) -> str | None:
    if isinstance(value, Status):
        return value
    cleaned = written_line(value) if name in _LINES and not UNSTORABLE.search(value) else value.strip()
    return cleaned or None


def _fault(name: str, given: Any, value: Any) -> str | None:
    if value is None:
        if name in ("company", "job_title", "name"):
            return "must say something"
        return "must be a status" if name == "status" else None
    if isinstance(given, str) and UNSTORABLE.search(given):
        return "holds NUL or half a surrogate pair"
    limit = _LIMITS.get(name)
    if limit is not None and max(len(given), len(value)) > limit:
        return f"has more than {limit} characters"
    return None
