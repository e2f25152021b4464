"""The columns of a file of jobs, which are named as in requests: written, and found in a header. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from service.crm.files.records import DELIMITERS, UnreadableHeader, csv_text, header_cells
from service.crm.model import JobId, Status
from service.kernel.errors import FieldError, InvalidRequest, pointer_step

REQUIRED = ("company", "job_title")

# Other tables' names for them; compared without case, any run of space and signs as one underscore.
SPELLINGS: Mapping[str, Sequence[str]] = {
    "company": ("company_name", "organization", "organisation", "employer"),
    "job_title": ("title", "position", "role", "job"),
    "job_url": ("url", "link", "job_link", "posting", "posting_url"),
    "description": ("job_description", "details"),
    "salary_range": ("salary", "pay", "compensation"),
    "notes": ("note", "comment", "comments"),
    "source": ("job_board", "found_on"),
    "status": ("stage", "application_status"),
    "resume_date": ("resume",),
    "application_date": ("applied_at", "applied_on", "date_applied", "applied_date"),
}
# What a message quotes of a header that may be of any size.
QUOTED_NAMES_MAX = 10
QUOTED_NAME_MAX_CHARS = 60

_SEPARATION = re.compile(r"[\W_]+")
_encode = msgspec.json.Encoder().encode


class ExportedJob(msgspec.Struct, frozen=True):
    """The columns of an export, in their order."""

    id: JobId
    company: str
    job_title: str
    job_url: str | None
    description: str | None
    salary_range: str | None
    notes: str | None
    source: str | None
    status: Status
    resume_date: datetime | None
    application_date: datetime | None
    created_at: datetime
    updated_at: datetime


COLUMNS = ExportedJob.__struct_fields__
_NAMES = frozenset[str | None](COLUMNS)
_SPELLED: Mapping[str, str] = {
    **{name: name for name in COLUMNS},
    **{spelling: name for name, spellings in SPELLINGS.items() for spelling in spellings},
}


def csv_header() -> bytes:
    return csv_text([COLUMNS]).encode()


def csv_lines(jobs: Sequence[ExportedJob]) -> bytes:
    return csv_text([_cell(value) for value in msgspec.structs.astuple(job)] for job in jobs).encode()


def json_lines(jobs: Sequence[ExportedJob]) -> bytes:
    return b"".join(_encode(job) + b"\n" for job in jobs)


def parse_header(line: str) -> tuple[Sequence[str | None], str]:
    """The columns that the first line of a CSV names, None for one without a name, and what delimits them.

    Raises InvalidRequest for one that is no header of jobs: an unknown name would lose what stands below it.
    """
    delimiter = max(DELIMITERS, key=lambda each: _known_names(line, each))
    try:
        cells = header_cells(line, delimiter)
    except UnreadableHeader as error:
        raise InvalidRequest(f"The first line must name the columns, in one line; {error}.") from error
    columns = [_column_name(cell) for cell in cells]
    _refuse(
        [cell.strip() for cell, name in zip(cells, columns, strict=True) if cell.strip() and name not in COLUMNS],
        f"is no column of a job; there are {', '.join(COLUMNS)}",
    )
    _refuse([name for name in REQUIRED if name not in columns], "is missing from the header")
    _refuse([name for name in COLUMNS if columns.count(name) > 1], "stands in the header more than once")
    return columns, delimiter


def _known_names(line: str, delimiter: str) -> int:
    """How many columns of a job the line names with this delimiter."""
    try:
        return len({_column_name(cell) for cell in header_cells(line, delimiter)} & _NAMES)
    except UnreadableHeader:
        return 0


def _column_name(cell: str) -> str | None:
    """The name we know the column by; None for an empty one."""
    name = _SEPARATION.sub("_", cell.casefold()).strip("_")
    return _SPELLED.get(name, name) or None


def _refuse(names: Sequence[str], what: str) -> None:
    quoted = [name[:QUOTED_NAME_MAX_CHARS] for name in names[:QUOTED_NAMES_MAX]]
    if quoted:
        listed = ", ".join(f"`{name}`" for name in quoted)
        raise InvalidRequest(f"{listed} {what}.", errors=[FieldError(pointer_step(name), what) for name in quoted])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)
