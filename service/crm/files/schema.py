"""Files of jobs on the wire: how a line is parsed, and what an import answers."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

import msgspec

from service.crm.files.columns import REQUIRED, parse_header
from service.crm.files.operations import LINE_MAX_BYTES, JobParser, Report
from service.crm.files.records import LineError, ParsedJob, Record, Records, unguard_formula
from service.crm.jobs.model import JobDetails
from service.crm.jobs.schema import CreateJob, details_of
from service.crm.schema import Instant, instant
from service.kernel.errors import InvalidRequest, ServiceError
from service.web.decoding import MalformedJson, decode_body, in_words

CSV, NDJSON = "text/csv", "application/x-ndjson"

# Twenty times that of an export; each name of it is looked at more than once.
HEADER_MAX_BYTES = 4_000
# A message may quote what a line says.
DETAIL_MAX_CHARS = 300

_NOT_UTF_8 = re.compile("[\udc80-\udcff]")
_BOM = "\ufeff".encode()
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_TOO_LONG = f"is longer than {LINE_MAX_BYTES} bytes"


class FileFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


class ExportQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: FileFormat = FileFormat.CSV


class JobInFile(CreateJob, frozen=True, forbid_unknown_fields=True):
    """A request to add a job, with the columns that an export has besides; `id` and times are ignored."""

    application_date: Instant | None = None
    id: Any = None
    created_at: Any = None
    updated_at: Any = None


class JobsImported(msgspec.Struct, frozen=True):
    """`skipped` were there already. `failed` could not be read: `errors` says why, for the first 10 000 of them."""

    imported: int
    skipped: int
    failed: int
    errors: list[LineError]


def jobs_imported(report: Report) -> JobsImported:
    return JobsImported(report.imported, report.skipped, report.failed, report.errors)


def parser_of(media_type: str) -> JobParser:
    return CsvParser() if media_type == CSV else JsonLineParser()


class JsonLineParser:
    """One JSON object a line; blank lines are skipped."""

    def __init__(self) -> None:
        self._count = 0

    def read(self, lines: Sequence[bytes | None], *, is_end: bool) -> Iterator[ParsedJob | LineError]:
        for each in lines:
            self._count += 1
            if each is None:
                yield LineError(self._count, _TOO_LONG)
            elif (line := _without_mark(each) if self._count == 1 else each).strip():
                yield _parse(self._count, _of_json, line)


class CsvParser:
    """One record a job, behind a header that names the columns."""

    def __init__(self) -> None:
        self._count = 0
        self._columns: Sequence[str | None] = ()
        self._nameless: Sequence[int] = ()
        self._records: Records | None = None

    def read(self, lines: Sequence[bytes | None], *, is_end: bool) -> Iterator[ParsedJob | LineError]:
        """Raises InvalidRequest where the header is none."""
        rest = iter(lines)
        while self._records is None and (header := next(rest, b"")) != b"":
            self._begin(header)
        if self._records is not None:
            texts = [None if line is None else _decode(line) for line in rest]
            for found in self._records.read(texts, is_end=is_end):
                yield found if isinstance(found, LineError) else _parse(found.line, self._of_record, found)
        elif is_end:
            raise InvalidRequest(f"The file is empty; its first line must name the columns, {' and '.join(REQUIRED)}.")

    def _begin(self, line: bytes | None) -> None:
        self._count += 1
        if line is None or len(line) > HEADER_MAX_BYTES:
            what = f"it is longer than {HEADER_MAX_BYTES} bytes, as far as the first line feed"
            raise InvalidRequest(f"The first line must name the columns; {what}.")
        try:
            header = (_without_mark(line) if self._count == 1 else line).decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidRequest("The first line must name the columns; it is not UTF-8.") from error
        if "\r" in header.rstrip("\r\n"):
            raise InvalidRequest("Carriage returns alone end no line; save the file with line feeds (LF or CRLF).")
        if header.strip():
            self._columns, delimiter = parse_header(header)
            self._nameless = [number for number, name in enumerate(self._columns) if name is None]
            self._records = Records(delimiter, first_line=self._count + 1, max_characters=LINE_MAX_BYTES)

    def _of_record(self, record: Record) -> JobDetails:
        given = len(record.cells)
        if given != len(self._columns) and (given < len(self._columns) or any(record.cells[len(self._columns) :])):
            raise InvalidRequest(f"has {given} cells; the header names {len(self._columns)}")
        if lost := [number + 1 for number in self._nameless if record.cells[number].strip()]:
            raise InvalidRequest(f"says something in column {lost[0]}, to which the header gives no name")
        values = {
            name: unguard_formula(cell)
            for name, cell in zip(self._columns, record.cells, strict=False)
            if name and cell
        }
        if missing := [name for name in REQUIRED if name not in values]:
            raise InvalidRequest(f"`{missing[0]}`: must say something.")
        try:
            return _details(_convert(values))
        except InvalidRequest as error:
            if any(map(_NOT_UTF_8.search, record.cells)):
                raise InvalidRequest("is not UTF-8") from error
            raise


def _without_mark(line: bytes) -> bytes:
    """The first line without its byte order mark. Raises InvalidRequest for UTF-16."""
    if line.startswith(_UTF_16) or b"\0" in line[:2]:  # what begins a file of jobs is ASCII
        raise InvalidRequest("The file is UTF-16; save it as UTF-8.")
    return line.removeprefix(_BOM)


def _decode(line: bytes) -> str:
    """Bytes that are not UTF-8 stay recognizable, so that they spoil their own record alone."""
    return line.decode("utf-8", "surrogateescape")


def _parse(line: int, read: Callable[[Any], JobDetails], source: Any) -> ParsedJob | LineError:
    try:
        return ParsedJob(line, read(source))
    except ServiceError as error:
        return LineError(line, error.detail[:DETAIL_MAX_CHARS])


def _of_json(line: bytes) -> JobDetails:
    try:
        return _details(decode_body(line, JobInFile))
    except (MalformedJson, InvalidRequest) as error:  # in words about the line
        raise InvalidRequest(error.detail.replace("The body", "The line").replace("the body:", "the line:")) from error


def _convert(values: Mapping[str, str]) -> JobInFile:
    try:
        return msgspec.convert(values, JobInFile)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at `$.")
        raise InvalidRequest(f"`{place.rstrip('`')}`: {in_words(what, JobInFile)}." if place else f"{what}.") from error


def _details(job: JobInFile) -> JobDetails:
    details = details_of(CreateJob(*msgspec.structs.astuple(job)[: len(CreateJob.__struct_fields__)]))
    if job.application_date is None:
        return details
    return replace(details, applied_at=instant(job.application_date, pointer="/application_date"))
