"""Jobs as they are shown, as a caller describes them, and how lists of them are asked for. Pure."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from service.crm.model import LINE_MAX_CHARS, DealRef, Direction, JobId, OrganizationRef, Status, StatusRef
from service.kernel.errors import Kind, ServiceError
from service.kernel.text import without_joiners

# Folding a title's case lengthens some letters to three; the column holds twice a title, and what lies beyond tells no
# two jobs apart.
TITLE_KEY_MAX_CHARS = 2 * LINE_MAX_CHARS
# Below it two descriptions are the same by chance ("see the link").
TELLING_MIN_CHARS = 200
# Also within what marks of emphasis surround.
_WORDS = re.compile(r"[^\W_]+")


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


class JobSort(StrEnum):
    """What `orderBy` takes; the id is the last word in each."""

    DATE = "date"
    APPLICATION_DATE = "application_date"
    COMPANY = "company"
    JOB_TITLE = "job_title"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs, in which order; `search` is a case-insensitive substring of company or title, taken literally."""

    status: Status | None = None
    search: str | None = None
    sort: JobSort = JobSort.DATE
    order: Direction = Direction.DESC


class Placed(NamedTuple):
    """A job with what its list is ordered by, for a cursor."""

    job: Job
    key: Any


class Resemblance(msgspec.Struct, frozen=True):
    """Another job that seems to be the same posting."""

    code: str
    detail: str
    job_id: JobId


SAME_POSTING = "same-posting"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDetails:
    """A job as a caller describes it, cleaned by `clean_fields`."""

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


def status_changes(before: Status, after: Status, applied_at: datetime | None, now: datetime) -> dict[str, Any]:
    """The columns that a move changes; a lead becomes Applied for the first time once."""
    if after is before:
        return {}
    is_first = after is Status.APPLIED and applied_at is None
    return {"status_id": after.number} | ({"applied_at": now} if is_first else {})


def title_key(title: str) -> str:
    """A title as it is compared: its case folded, its white space single, without what only joins letters."""
    return " ".join(without_joiners(title).casefold().split())[:TITLE_KEY_MAX_CHARS]


def content_hash(description: str | None) -> bytes | None:
    """Of the words, whatever their case and what stands between them; None where there are too few to tell anything."""
    words = " ".join(_WORDS.findall(unicodedata.normalize("NFC", description or "").casefold()))
    if len(words) < TELLING_MIN_CHARS:
        return None
    return hashlib.blake2b(words.encode(), digest_size=16).digest()
