"""Résumés over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service.access.rates import BULK
from service.adapters.resume_reader import ACCEPTED, FILE_MAX_BYTES, ResumeReader, UnreadableResume
from service.kernel.clock import Clock
from service.kernel.concurrency import Shares, TooManyInFlight
from service.kernel.database import Database, Transaction
from service.kernel.errors import NotFound, Overloaded, Unavailable
from service.kernel.identifiers import Identifiers, UserId
from service.resumes import operations as resumes
from service.resumes.model import Resume, ResumeId, TooManyResumes
from service.resumes.schema import JsonResumeDocument, ResumeAnswer, ResumeInList, resume_answer, resume_in_list
from service.web.endpoint import Call, Endpoint, FormFile, JsonBody, JsonOrFile
from service.web.paging import Page, Paging, page_of
from service.web.uploads import UploadedFile

_NEWEST_FIRST = "résumés, newest first"
_KEYS = tuple[datetime, UUID]

# A file made to take long holds a reader for seconds, and there are two: one person's hold one at the most.
FILES_READ_FOR_EACH = 1


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What the endpoints do; the docstrings are theirs."""

    db: Database
    reader: ResumeReader
    identifiers: Identifiers
    clock: Clock
    shares: Shares

    async def create_resume(self, call: Call[dict[str, Any] | UploadedFile, None]) -> ResumeAnswer:
        """Store a résumé: a JSON Resume document, or a file in which one is recognised.

        The document is kept whole. An e-mail written from it cites its statements by their place, such as
        `work/0/highlights/1`. What is recognised in a file (PDF, DOCX, Markdown, plain text) stands in it word for
        word, dates aside, which are ISO 8601; what is not recognised is kept under `other`. A repeat with the same
        `Idempotency-Key` is one with the same file of the same name, whatever the form's boundary is.
        """
        read = await self._read(call.body, call.principal.user)
        resume_id, now = ResumeId(self.identifiers.uuid7()), self.clock.now()

        async def store(tx: Transaction) -> ResumeAnswer:
            stored = await resumes.create(tx, user=call.principal.user, resume=read, resume_id=resume_id, now=now)
            answer = resume_answer(stored)
            await call.remember(tx, answer)
            return answer

        return await self.db.run(store)

    async def _read(self, body: dict[str, Any] | UploadedFile, user: UserId) -> Resume:
        if isinstance(body, UploadedFile):
            with self.shares.take(user):
                return await resumes.read_file(body.content, file_name=body.name, reader=self.reader)
        return resumes.read_document(body)

    async def list_resumes(self, call: Call[None, Paging]) -> Page[ResumeInList]:
        """The user's résumés, newest first, without their sections."""
        window = call.query.window(_NEWEST_FIRST, _KEYS)
        listed = await self.db.read(resumes.list_resumes, user=call.principal.user, window=window)
        return page_of(
            call.query, listed, order=_NEWEST_FIRST, position=lambda r: (r.created_at, r.id), item=resume_in_list
        )

    async def read_resume(self, call: Call[None, None]) -> ResumeAnswer:
        """One résumé."""
        return resume_answer(await self.db.read(resumes.find, user=call.principal.user, resume=_resume_id(call)))

    async def read_json_resume(self, call: Call[None, None]) -> Mapping[str, Any]:
        """The whole JSON Resume document: as it was sent, or as it was recognised in the file."""
        return await self.db.read(resumes.find_document, user=call.principal.user, resume=_resume_id(call))

    async def delete_resume(self, call: Call[None, None]) -> None:
        """Delete it. E-mails written from it stay as they are."""
        await self.db.run(resumes.delete, user=call.principal.user, resume=_resume_id(call))


def routes(*, db: Database, reader: ResumeReader, identifiers: Identifiers, clock: Clock) -> Sequence[Endpoint]:
    on = _Handlers(db, reader, identifiers, clock, Shares(each=FILES_READ_FOR_EACH))
    many, one, tag = "/api/resumes", "/api/resumes/{resume_id:uuid}", "resumes"
    return (
        Endpoint(
            "POST",
            many,
            on.create_resume,
            answer=ResumeAnswer,
            status=201,
            body=JsonOrFile(JsonBody(JsonResumeDocument), FormFile(FILE_MAX_BYTES, ACCEPTED)),
            idempotent=True,
            rate=BULK,
            problems=(UnreadableResume, TooManyResumes, TooManyInFlight, Overloaded, Unavailable),
            tag=tag,
        ),
        Endpoint("GET", many, on.list_resumes, answer=Page[ResumeInList], query=Paging, tag=tag),
        Endpoint("GET", one, on.read_resume, answer=ResumeAnswer, problems=(NotFound,), tag=tag),
        Endpoint(
            "GET",
            f"{one}/json-resume",
            on.read_json_resume,
            answer=JsonResumeDocument,
            problems=(NotFound,),
            tag=tag,
        ),
        Endpoint("DELETE", one, on.delete_resume, status=204, problems=(NotFound,), tag=tag),
    )


def _resume_id(call: Call[Any, Any]) -> ResumeId:
    return ResumeId(call.path["resume_id"])
