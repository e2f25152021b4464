"""What a reader found, before it is known where in the stored text it stands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal, get_args

from service.postings.model import ReadBy, Salary
from service.postings.reading.text.documents import Line
from service.postings.reading.text.outline import Outline
from service.postings.reading.text.phrases import Phrases, phrases_of
from service.vocabulary.posting import Label

Span = tuple[int, int]
Value = str | bool | datetime | Salary

Scalar = Literal[
    "title",
    "company",
    "location",
    "remote",
    "employment_type",
    "salary",
    "is_open",
    "posted_at",
    "valid_through",
]
Listed = Literal["requirements", "technologies", "responsibilities"]
Field = Scalar | Listed
SCALARS: tuple[Scalar, ...] = get_args(Scalar)
LISTS: tuple[Listed, ...] = get_args(Listed)


def is_untold(field: str, written: str) -> bool:
    """Whether this is how sites fill a field that they must fill where they do not say: `OTHER`, "Confidential"."""
    bare = written.strip(" .()[]-")
    return any(match.end - match.start == len(bare) for match in _untold(field).find(bare))


@cache
def _untold(field: str) -> Phrases[bool]:
    return phrases_of(lambda language: _of_field(language.posting.untold, field))


def _of_field(tables: Mapping[Label, Iterable[str]], field: str) -> Iterable[str]:
    return (phrase for name, phrases in tables.items() if name == field for phrase in phrases)


@dataclass(frozen=True, slots=True)
class Finding:
    """One value of one field (a list's field is found once per entry).

    `span` is set where the place in the page's text is known. Otherwise `shown` are the ways the page may show the
    value, the best first: the first that stands in the text is the place, and where none does, the first is added to
    the text, behind `label`. `part` narrows the place to characters of the shown one.
    """

    field: Field
    value: Value
    shown: tuple[str, ...] = ()
    span: Span | None = None
    part: Span | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one reader found, in the order of the page; `description` is the posting's body where it came apart
    from the page."""

    read_by: ReadBy
    findings: tuple[Finding, ...]
    description: Outline | None = None

    def of(self, field: str) -> Iterator[Finding]:
        return (finding for finding in self.findings if finding.field == field)


def at(field: Field, line: Line, value: Value | None = None, *, part: Span | None = None) -> Finding:
    """Found in a line of the page: all of it, or `part` of it."""
    start, end = (line.start, line.end) if part is None else (line.start + part[0], line.start + part[1])
    found = line.text if part is None else line.text[part[0] : part[1]]
    return Finding(field, found if value is None else value, span=(start, end))
