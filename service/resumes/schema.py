"""What résumés look like on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from service.resumes import json_resume
from service.resumes.model import ResumeHeading, StoredResume

Section = list[dict[str, Any]]

# Kept whole, so it stays the object it came as; what is checked of it is what its schema says.
JsonResumeDocument = Annotated[
    dict[str, Any],
    Meta(
        title="JsonResume",
        description="A JSON Resume document (jsonresume.org, schema 1.x); other fields are kept.",
        extra_json_schema=json_resume.schema(),
    ),
]


class ResumeWarning(msgspec.Struct, frozen=True):
    """What to know before it is used: `unrecognised-resume`, no section of a file was recognised."""

    code: str
    detail: str


class ResumeAnswer(msgspec.Struct, frozen=True):
    """The sections as they were given; `text` is the whole résumé for people."""

    id: UUID
    name: Annotated[str | None, Meta(description="`basics.name`.")]
    basics: dict[str, Any]
    work: Section
    skills: Section
    projects: Section
    education: Section
    text: str
    warnings: list[ResumeWarning]
    created_at: datetime


class ResumeInList(msgspec.Struct, frozen=True):
    """Without its sections: read one for them."""

    id: UUID
    name: Annotated[str | None, Meta(description="`basics.name`.")]
    label: Annotated[str | None, Meta(description="`basics.label`: what the candidate calls themselves.")]
    created_at: datetime


def resume_answer(resume: StoredResume) -> ResumeAnswer:
    document = resume.document
    return ResumeAnswer(
        id=resume.id,
        name=resume.name,
        basics=document.get("basics") or {},
        work=_section(document, "work"),
        skills=_section(document, "skills"),
        projects=_section(document, "projects"),
        education=_section(document, "education"),
        text=resume.text,
        warnings=_warnings(document),
        created_at=resume.created_at,
    )


def resume_in_list(heading: ResumeHeading) -> ResumeInList:
    return ResumeInList(id=heading.id, name=heading.name, label=heading.label, created_at=heading.created_at)


def _warnings(document: Mapping[str, Any]) -> list[ResumeWarning]:
    """Those of the reader of files; a document that is sent may have anything by that name."""
    try:
        return msgspec.convert(document.get("warnings") or [], list[ResumeWarning])
    except msgspec.ValidationError:
        return []


def _section(document: Mapping[str, Any], name: str) -> Section:
    return document.get(name) or []
