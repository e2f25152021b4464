"""Résumés over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from service.kernel.clock import Clock
from service.kernel.database import Database, Transaction
from service.kernel.errors import NotFound
from service.kernel.identifiers import Identifiers
from service.resumes import operations as resumes
from service.resumes.model import ResumeId
from service.resumes.schema import JsonResumeDocument, ResumeAnswer, ResumeInList, resume_answer, resume_in_list
from service.web.endpoint import Call, Endpoint
from service.web.paging import Page, Paging, page_of

_NEWEST_FIRST = "résumés, newest first"
_KEYS = tuple[datetime, UUID]


def routes(*, db: Database, identifiers: Identifiers, clock: Clock) -> Sequence[Endpoint]:
    async def create_resume(call: Call[dict[str, Any], None]) -> ResumeAnswer:
        """Store a JSON Resume document.

        It is kept whole. An e-mail written from it cites its statements by their place, such as `work/0/highlights/1`.
        """
        read = resumes.read_document(call.body)
        resume_id, now = ResumeId(identifiers.uuid7()), clock.now()

        async def store(tx: Transaction) -> ResumeAnswer:
            stored = await resumes.create(tx, user=call.principal.user, resume=read, resume_id=resume_id, now=now)
            answer = resume_answer(stored)
            await call.remember(tx, answer)
            return answer

        return await db.run(store)

    async def list_resumes(call: Call[None, Paging]) -> Page[ResumeInList]:
        """The user's résumés, newest first, without their sections."""
        window = call.query.window(_NEWEST_FIRST, _KEYS)
        listed = await db.read(resumes.list_resumes, user=call.principal.user, window=window)
        return page_of(
            call.query, listed, order=_NEWEST_FIRST, position=lambda r: (r.created_at, r.id), item=resume_in_list
        )

    async def read_resume(call: Call[None, None]) -> ResumeAnswer:
        """One résumé."""
        return resume_answer(await db.read(resumes.find, user=call.principal.user, resume=_resume_id(call)))

    async def delete_resume(call: Call[None, None]) -> None:
        """Delete it. E-mails written from it stay as they are."""
        await db.run(resumes.delete, user=call.principal.user, resume=_resume_id(call))

    many, one, tag = "/api/resumes", "/api/resumes/{resume_id:uuid}", "resumes"
    return (
        Endpoint(
            "POST",
            many,
            create_resume,
            answer=ResumeAnswer,
            status=201,
            body=JsonResumeDocument,  # pyright: ignore[reportArgumentType] - a decorated type is no `type` to pyright
            idempotent=True,
            tag=tag,
        ),
        Endpoint("GET", many, list_resumes, answer=Page[ResumeInList], query=Paging, tag=tag),
        Endpoint("GET", one, read_resume, answer=ResumeAnswer, problems=(NotFound,), tag=tag),
        Endpoint("DELETE", one, delete_resume, status=204, problems=(NotFound,), tag=tag),
    )


def _resume_id(call: Call[Any, Any]) -> ResumeId:
    return ResumeId(call.path["resume_id"])
