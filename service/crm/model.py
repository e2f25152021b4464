"""The values that all features of the CRM share and the rules over them. Pure.

What a caller is shown of a row is a struct that goes onto the wire as it stands: a list of jobs is read, made and
written without a step between.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType, TypeVar

import msgspec

from service.kernel.errors import FieldError, InvalidRequest, NotFound
from service.kernel.text import UNSTORABLE, written_line

Found = TypeVar("Found")

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


class Deal(msgspec.Struct, frozen=True):
    id: DealId
    name: str
    status: DealStatus
    notes: str | None
    lead_id: JobId | None
    created_at: datetime
    updated_at: datetime


class HistoryKind(StrEnum):
    STATUS = "status"
    EMAIL = "email"


class Direction(StrEnum):
    """Which way a list is ordered."""

    ASC = "ASC"
    DESC = "DESC"


def existing(found: Found | None, what: str) -> Found:
    """What was looked for. Raises NotFound where there is none, or it is another tenant's."""
    if found is None:
        raise NotFound(f"There is no {what}.")
    return found


_LINES = ("company", "job_title", "salary_range", "source", "name", "website")
_LIMITS: Mapping[str, int] = {
    **dict.fromkeys(_LINES, LINE_MAX_CHARS),
    "job_url": URL_MAX_CHARS,
    "website": URL_MAX_CHARS,
    "description": DESCRIPTION_MAX_CHARS,
    "notes": NOTES_MAX_CHARS,
}


def clean_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Some or all of the fields of `JobDetails`, an organization or a deal, cleaned: a line is one line, a blank option
    is None.

    Raises InvalidRequest, which names every place that is wrong.
    """
    faults: list[FieldError] = []
    values: dict[str, Any] = {}
    for name, value in given.items():
        values[name] = _clean(name, value) if isinstance(value, str) else value
        if fault := _fault(name, value, values[name]):
            faults.append(FieldError(f"/{name}", fault))
    if faults:
        listed = "; ".join(f"`{fault.pointer.removeprefix('/')}`: {fault.detail}" for fault in faults)
        raise InvalidRequest(f"{listed}.", errors=faults)
    return values


def _clean(name: str, value: str) -> str | None:
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
