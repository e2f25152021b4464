"""What a reader found, before it is known where in the stored text it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.postings.model import ReadBy, Salary
from service.postings.reading.text.documents import Document, Line
from service.postings.reading.text.phrases import listed

Span = tuple[int, int]
Value = str | bool | datetime | Salary

SCALARS = (
    "title",
    "company",
    "location",
    "remote",
    "employment_type",
    "salary",
    "is_open",
    "posted_at",
    "valid_through",
)
LISTS = ("requirements", "technologies", "responsibilities")

Field = Literal[
    "title",
    "company",
    "location",
    "remote",
    "employment_type",
    "salary",
    "is_open",
    "posted_at",
    "valid_through",
    "requirements",
    "technologies",
    "responsibilities",
]


# How sites fill a field that they must fill where they do not say.
_UNTOLD: dict[str, str] = {
    "company": """confidential; confidential company; company confidential; confidential employer; confidential client;
        undisclosed; not disclosed; anonymous; private advertiser; vertraulich; anonym; confidentiel; anonyme;
        entreprise confidentielle; société confidentielle; client confidentiel; confidencial; empresa confidencial;
        empresa anónima; n/a; none; unknown""",
    "employment_type": """other; others; any; n/a; none; unknown; not specified; unspecified; sonstige; sonstiges;
        andere; keine angabe; autre; autres; non précisé; otro; otra; otros; no especificado""",
}
UNTOLD = {field: frozenset(listed(written)) for field, written in _UNTOLD.items()}


def is_untold(field: str, written: str) -> bool:
    """Whether this says that the field is not told: `OTHER`, "Confidential"."""
    return written.strip(" .()[]-").casefold() in UNTOLD.get(field, ())


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
    description: Document | None = None

    def of(self, field: str) -> Iterator[Finding]:
        return (finding for finding in self.findings if finding.field == field)


def at(field: Field, line: Line, value: Value | None = None, *, part: Span | None = None) -> Finding:
    """Found in a line of the page: all of it, or `part` of it."""
    start, end = (line.start, line.end) if part is None else (line.start + part[0], line.start + part[1])
    found = line.text if part is None else line.text[part[0] : part[1]]
    return Finding(field, found if value is None else value, span=(start, end))
