"""Bytes cut into lines, and CSV (RFC 4180) read record by record, each with its first line's number. Pure.

A record that cannot be read costs itself alone: reading goes on with the line after its first one, so that a quotation
mark that nobody closed does not swallow the rest of the file.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from service.crm.jobs.model import JobDetails

# Spreadsheets set in a language with a decimal comma write semicolons, and text copied from one has tabs.
DELIMITERS = (",", ";", "\t")

# A record is read in one go, so its lines are limited as well: this many take 2 ms. The longest job, all of it lists of
# short words, has fewer.
RECORD_MAX_LINES = 10_000

# In a hostile file each line opens a cell that never ends, and going back costs as much again as was read in vain. A
# file may cost that once over, and so many of the longest records besides.
REREADING_MIN_RECORDS = 10

# A cell that begins so is a formula to spreadsheets, which run it (OWASP, "CSV Injection"). The advice is an apostrophe
# before it, which tells them that it is text. One that has apostrophes before it already gets one more, so that taking
# one away gives back what there was.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")

LINE_END = b"\n"


@dataclass(frozen=True, slots=True)
class ParsedJob:
    """A job, and the line in which it begins."""

    line: int
    details: JobDetails


class LineError(msgspec.Struct, frozen=True):
    """What is wrong with what begins in this line."""

    line: int
    detail: str


class Lines:
    """Cuts at line feeds. A line of more than `max_bytes` is read past without being kept, and comes out as None."""

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self.count = 0

    def cut(self, piece: bytes) -> list[bytes | None]:
        """The lines that end in `piece`, each with its end."""
        *ended, rest = piece.split(LINE_END)
        lines: list[bytes | None] = []
        for part in ended:
            self._hold(part + LINE_END)
            lines.append(self._take_line())
        self._hold(rest)
        return lines

    def last(self) -> list[bytes | None]:
        """The line behind the last line feed, where there is one."""
        return [self._take_line()] if self._size else []

    def _hold(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._max_bytes:
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def _take_line(self) -> bytes | None:
        line = b"".join(self._parts) if self._size <= self._max_bytes else None
        self._parts.clear()
        self._size = 0
        self.count += 1
        return line


@dataclass(frozen=True, slots=True)
class Record:
    line: int
    cells: Sequence[str]


class _LinesRanOut(Exception):
    """The lines that have come end within a record."""


class _RecordTooLong(Exception):
    """A line, or a record of several, beyond the limit."""


class Records:
    """`read` takes lines as they come and gives the records that end in them; blank ones are left out.

    A line that is None was too long to be kept. At most one unfinished record of `max_characters` is held, of no more
    than `RECORD_MAX_LINES`.
    """

    def __init__(self, delimiter: str, *, first_line: int, max_characters: int) -> None:
        self._delimiter = delimiter
        self._max_characters = max_characters
        self._lines: list[str | None] = []
        self._first_line = first_line
        self._at = 0
        self._began = 0
        self._record_characters = 0
        self._held_characters = 0
        self._tried_characters = 0
        self._rereading_left = REREADING_MIN_RECORDS * max_characters
        # The module's one limit for all its readers; it would take a long cell for an error, and end its record there.
        csv.field_size_limit(max(max_characters, csv.field_size_limit()))

    def read(self, lines: Iterable[str | None], *, is_end: bool = False) -> Iterator[Record | LineError]:
        for line in lines:
            self._lines.append(line)
            self._held_characters += len(line or "")
        # An unfinished record is tried again when twice as much of it is there: however small the pieces, each
        # character is read a few times at the most.
        if is_end or self._held_characters >= 2 * self._tried_characters:
            yield from self._read(is_end=is_end)

    def _read(self, *, is_end: bool) -> Iterator[Record | LineError]:
        reader = self._reader()
        while self._at < len(self._lines):
            began = self._began = self._at
            self._record_characters = 0
            try:
                cells = next(reader)
            except _LinesRanOut:
                if not is_end:
                    self._at = began
                    break
                fault = self._fault(began, "a quoted cell is not closed")
            except _RecordTooLong:
                limits = f"{self._max_characters} characters or {RECORD_MAX_LINES} lines"
                fault = self._fault(began, f"is longer than {limits}, or a quoted cell in it is not closed")
            except csv.Error as error:
                fault = self._fault(began, _describe(error))
            else:
                self._rereading_left += self._record_characters
                if any(cells):
                    yield Record(self._first_line + began, cells)
                continue
            yield fault
            reader = self._reader()
        self._forget()

    def _reader(self) -> Iterator[list[str]]:
        """A new one after each error: what feeds it has ended."""
        return csv.reader(self._feed_lines(), delimiter=self._delimiter, strict=True)

    def _feed_lines(self) -> Iterator[str]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            self._record_characters += len(line or "")
            is_too_long = self._record_characters > self._max_characters or self._at - self._began > RECORD_MAX_LINES
            if line is None or is_too_long:
                raise _RecordTooLong
            yield line
        raise _LinesRanOut

    def _fault(self, began: int, detail: str) -> LineError:
        """Go back to the line behind the first one, unless there was too much of that already."""
        ended = self._at
        self._rereading_left -= self._record_characters
        if self._rereading_left > 0 or ended == began + 1:
            self._at = began + 1
        else:
            detail = f"{detail}; the lines as far as {self._first_line + ended - 1} were left out with it"
        return LineError(self._first_line + began, detail)

    def _forget(self) -> None:
        del self._lines[: self._at]
        self._first_line += self._at
        self._at = 0
        self._held_characters = self._tried_characters = sum(len(line or "") for line in self._lines)


class UnreadableHeader(Exception):
    """The first line is no record; says why."""


def header_cells(line: str, delimiter: str) -> list[str]:
    """The cells of the first line. Raises UnreadableHeader."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except StopIteration:
        return []
    except csv.Error as error:
        raise UnreadableHeader(_describe(error)) from error


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Records with CRLF, cells quoted where they must be, formulas guarded."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([guard_formula(cell) for cell in row] for row in rows)
    return text.getvalue()


def guard_formula(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard_formula(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _describe(error: csv.Error) -> str:
    """The csv module's messages are about its parameters; these are about the line."""
    if "new-line character" in str(error):
        return "a carriage return stands in a cell that is not quoted"
    if "unexpected end" in str(error):
        return "a quoted cell is not closed"
    return "a quoted cell does not end where its quotation mark does"
