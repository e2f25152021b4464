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
        created_at=resume.created_at,
    )


def resume_in_list(heading: ResumeHeading) -> ResumeInList:
    return ResumeInList(id=heading.id, name=heading.name, label=heading.label, created_at=heading.created_at)


def _section(document: Mapping[str, Any], name: str) -> Section:
    return document.get(name) or []
