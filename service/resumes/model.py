"""A résumé, and what of it can be cited; pure values and rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType
from uuid import UUID

ResumeId = NewType("ResumeId", UUID)


@dataclass(frozen=True, slots=True)
class Reading:
    """One statement of a résumé. `reference` is its place, the steps of a JSON Pointer: `work/0/highlights/1`.

    `technologies` are the keywords the résumé itself gives it; no vocabulary is applied.
    """

    reference: str
    text: str
    technologies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resume:
    """A document that was found to be in order, with what was read of it."""

    document: Mapping[str, Any]
    name: str | None
    label: str | None
    readings: tuple[Reading, ...]
    text: str


@dataclass(frozen=True, slots=True)
class StoredResume(Resume):
    id: ResumeId
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ResumeHeading:
    """A résumé as a list shows it: documents may be large."""

    id: ResumeId
    name: str | None
    label: str | None
    created_at: datetime
