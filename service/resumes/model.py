"""A résumé: the part of JSON Resume 1.x that is read here, and what of it can be cited. Pure values and rules.

Fields left out and null are the same; unknown ones are neither looked at nor lost (the document is kept whole).
Lengths are far above any real résumé's and low enough that the largest document is read within some milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NewType
from uuid import UUID

import msgspec
from msgspec import Meta

from service.kernel.errors import Kind, ServiceError
from service.kernel.text import one_line

ResumeId = NewType("ResumeId", UUID)

# One for each kind of job and language is some ten; a document may be a megabyte.
RESUMES_MAX = 100

Line = Annotated[str, Meta(max_length=1_000)]
Prose = Annotated[str, Meta(max_length=20_000)]
Words = Annotated[list[Line], Meta(max_length=200)]
Sentences = Annotated[list[Annotated[str, Meta(max_length=5_000)]], Meta(max_length=200)]


class Location(msgspec.Struct, frozen=True):
    city: Line | None = None
    region: Line | None = None
    countryCode: Line | None = None  # noqa: N815 - JSON Resume's own names


class Basics(msgspec.Struct, frozen=True):
    name: Line | None = None
    label: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    url: Line | None = None
    summary: Prose | None = None
    location: Location | None = None


class Work(msgspec.Struct, frozen=True):
    """A position, or voluntary work. An employer is `name` since 1.0, `company` in documents before it; a body one
    volunteers for is `organization`."""

    name: Line | None = None
    company: Line | None = None
    organization: Line | None = None
    position: Line | None = None
    startDate: Line | None = None  # noqa: N815
    endDate: Line | None = None  # noqa: N815
    description: Prose | None = None
    summary: Prose | None = None
    highlights: Sentences | None = None

    @property
    def organisation(self) -> str:
        """Whom it was for, in one line; empty where no name is given."""
        names = (self.name, self.company, self.organization)
        return next((line for name in names if (line := one_line(name or ""))), "")


class Project(msgspec.Struct, frozen=True):
    name: Line | None = None
    startDate: Line | None = None  # noqa: N815
    endDate: Line | None = None  # noqa: N815
    description: Prose | None = None
    highlights: Sentences | None = None
    keywords: Words | None = None


class Education(msgspec.Struct, frozen=True):
    institution: Line | None = None
    area: Line | None = None
    studyType: Line | None = None  # noqa: N815
    startDate: Line | None = None  # noqa: N815
    endDate: Line | None = None  # noqa: N815
    courses: Words | None = None


class Skill(msgspec.Struct, frozen=True):
    name: Line | None = None
    level: Line | None = None
    keywords: Words | None = None


class Language(msgspec.Struct, frozen=True):
    language: Line | None = None
    fluency: Line | None = None


class Certificate(msgspec.Struct, frozen=True):
    name: Line | None = None
    issuer: Line | None = None
    date: Line | None = None


class Award(msgspec.Struct, frozen=True):
    title: Line | None = None
    awarder: Line | None = None
    date: Line | None = None
    summary: Prose | None = None


class Publication(msgspec.Struct, frozen=True):
    name: Line | None = None
    publisher: Line | None = None
    releaseDate: Line | None = None  # noqa: N815
    summary: Prose | None = None


class JsonResume(msgspec.Struct, frozen=True):
    """A JSON Resume document (jsonresume.org, schema 1.x)."""

    basics: Basics | None = None
    work: Annotated[list[Work], Meta(max_length=200)] | None = None
    volunteer: Annotated[list[Work], Meta(max_length=200)] | None = None
    projects: Annotated[list[Project], Meta(max_length=200)] | None = None
    education: Annotated[list[Education], Meta(max_length=100)] | None = None
    skills: Annotated[list[Skill], Meta(max_length=300)] | None = None
    languages: Annotated[list[Language], Meta(max_length=100)] | None = None
    certificates: Annotated[list[Certificate], Meta(max_length=200)] | None = None
    awards: Annotated[list[Award], Meta(max_length=200)] | None = None
    publications: Annotated[list[Publication], Meta(max_length=500)] | None = None


def sections_of(document: Mapping[str, Any]) -> JsonResume:
    """What is read of a document that was found to be in order; of another one it raises msgspec's error.

    Stored documents are read by it as well, so a limit above may only ever be widened.
    """
    return msgspec.convert(document, JsonResume)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a résumé. `reference` is its place, the steps of a JSON Pointer: `work/0/highlights/1`.

    `about` is the employer, project or group of skills that it belongs to. `prose` is the part of `text` that the
    candidate wrote in sentences; it is empty where a statement is only names and dates. `technologies` are the keywords
    the résumé itself gives it; no vocabulary is applied.
    """

    reference: str
    text: str
    about: str = ""
    prose: str = ""
    technologies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resume:
    """A document that was found to be in order, with what was read of it."""

    document: Mapping[str, Any]
    name: str | None
    label: str | None
    statements: tuple[Statement, ...]
    text: str


@dataclass(frozen=True, slots=True)
class StoredResume(Resume):
    id: ResumeId
    created_at: datetime


class TooManyResumes(ServiceError):
    """The user has as many résumés as a user may have; nothing was stored."""

    kind, slug, title = Kind.CONFLICT, "too-many-resumes", "Too many résumés"


@dataclass(frozen=True, slots=True)
class ResumeHeading:
    """A résumé as a list shows it: documents may be large."""

    id: ResumeId
    name: str | None
    label: str | None
    created_at: datetime
