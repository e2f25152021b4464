"""The verbs of résumés. Those that take `tx` belong into a unit of work: `db.run(resumes.create, ...)`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.adapters.resume_reader import ResumeReader
from service.kernel.database import Transaction
from service.kernel.database.paging import Listed, Window
from service.kernel.errors import FieldError, InvalidRequest, NotFound
from service.kernel.identifiers import UserId
from service.resumes import json_resume, store
from service.resumes.model import RESUMES_MAX, Resume, ResumeHeading, ResumeId, StoredResume, TooManyResumes
from service.resumes.statements import one_line_of, statements_of, text_of

EXPORTS = store.EXPORTS


def check(document: Mapping[str, Any]) -> None:
    """Raises InvalidRequest, as `read_document` does, for a document that is not in order; keeps nothing of it."""
    json_resume.read(document)


def read_document(document: Mapping[str, Any]) -> Resume:
    """A JSON Resume document checked and read, not stored. Raises InvalidRequest with pointers from its root.

    One that says nothing is in order here: it gives nothing to cite.
    """
    content = json_resume.read(document)
    basics = content.basics
    return Resume(
        document=document,
        name=one_line_of(basics.name) or None if basics else None,
        label=one_line_of(basics.label) or None if basics else None,
        statements=statements_of(content),
        text=text_of(content),
    )


async def read_file(content: bytes, *, file_name: str, reader: ResumeReader) -> Resume:
    """What is recognised in a file, as a JSON Resume document checked and read like one that is sent; not stored.

    Raises what the reader raises: UnreadableResume, Overloaded, Unavailable.
    """
    return read_document(await reader.read(content, file_name=file_name))


async def create(tx: Transaction, *, user: UserId, resume: Resume, resume_id: ResumeId, now: datetime) -> StoredResume:
    """Store a résumé. Raises InvalidRequest for one in which there is nothing to read, TooManyResumes where the user
    has as many as a user may have (calls at the same time may exceed that by as many as they are)."""
    if not resume.text:
        what = "says nothing that could be cited: give `basics`, `work`, `projects`, `education` or `skills`"
        raise InvalidRequest(f"The résumé {what}.", errors=[FieldError("", what)])
    if await store.count_resumes(tx, user=user) >= RESUMES_MAX:
        raise TooManyResumes(f"You have {RESUMES_MAX} résumés already; delete one of them first.")
    stored = _stored(resume, resume_id, now)
    await store.insert_resume(tx, user=user, resume=stored)
    return stored


async def find(tx: Transaction, *, user: UserId, resume: ResumeId) -> StoredResume:
    """The user's résumé. Raises NotFound, also for one that is another's."""
    found = await store.find_resume(tx, user=user, resume=resume)
    if found is None:
        raise _missing(resume)
    document, created_at = found
    return _stored(read_document(document), resume, created_at)


async def find_document(tx: Transaction, *, user: UserId, resume: ResumeId) -> Mapping[str, Any]:
    """The user's document as it was taken in, and so in order. Raises NotFound, also for one that is another's."""
    found = await store.find_resume(tx, user=user, resume=resume)
    if found is None:
        raise _missing(resume)
    return found[0]


async def require(tx: Transaction, *, user: UserId, resume: ResumeId) -> None:
    """Raises NotFound where the user has no such résumé."""
    if not await store.has_resume(tx, user=user, resume=resume):
        raise _missing(resume)


async def list_resumes(tx: Transaction, *, user: UserId, window: Window) -> Listed[ResumeHeading]:
    """The user's résumés, newest first, without their documents; `window.after` is (created_at, id)."""
    return await store.find_resumes(tx, user=user, window=window)


async def delete(tx: Transaction, *, user: UserId, resume: ResumeId) -> None:
    """Delete the user's résumé. Raises NotFound. E-mails written from it keep what they cite."""
    if not await store.delete_resume(tx, user=user, resume=resume):
        raise _missing(resume)


async def erase(tx: Transaction, user: UserId) -> Mapping[str, int]:
    """Delete all the user's résumés; how many there were."""
    return {"resumes": await store.delete_resumes(tx, user)}


def _stored(resume: Resume, resume_id: ResumeId, created_at: datetime) -> StoredResume:
    return StoredResume(
        document=resume.document,
        name=resume.name,
        label=resume.label,
        statements=resume.statements,
        text=resume.text,
        id=resume_id,
        created_at=created_at,
    )


def _missing(resume: ResumeId) -> NotFound:
    return NotFound(f"There is no résumé {resume}.")
