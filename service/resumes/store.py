"""The table of résumés, and every statement that touches it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, MetaData, Row, Table, Text, Uuid, delete, func, insert, select

from service.kernel.database import Transaction, export_of, read_page
from service.kernel.database.paging import Listed, Window
from service.kernel.identifiers import UserId
from service.resumes.model import ResumeHeading, ResumeId, StoredResume

resumes = Table(
    "resumes",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("name", Text),
    Column("label", Text),
    Column("document", JSON, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

# A document may be a megabyte: a page of an export stays within a few.
EXPORTS = (export_of("resumes", select(resumes), owner=resumes.c.user_id, key=(resumes.c.id,), rows_per_page=5),)


async def insert_resume(tx: Transaction, *, user: UserId, resume: StoredResume) -> None:
    values = {"id": resume.id, "name": resume.name, "label": resume.label, "created_at": resume.created_at}
    await tx.execute(insert(resumes).values(user_id=user, document=dict(resume.document), **values))


async def count_resumes(tx: Transaction, *, user: UserId) -> int:
    return await tx.scalar(select(func.count()).select_from(resumes).where(resumes.c.user_id == user))


async def find_resume(tx: Transaction, *, user: UserId, resume: ResumeId) -> tuple[Mapping[str, Any], datetime] | None:
    """The document, and when it was stored."""
    row = await tx.row(
        select(resumes.c.document, resumes.c.created_at).where(resumes.c.user_id == user, resumes.c.id == resume)
    )
    return None if row is None else (row.document, row.created_at)


async def has_resume(tx: Transaction, *, user: UserId, resume: ResumeId) -> bool:
    return await tx.row(select(resumes.c.id).where(resumes.c.user_id == user, resumes.c.id == resume)) is not None


async def find_resumes(tx: Transaction, *, user: UserId, window: Window) -> Listed[ResumeHeading]:
    """Newest first."""
    matching = select(resumes.c.id, resumes.c.name, resumes.c.label, resumes.c.created_at)
    matching = matching.where(resumes.c.user_id == user)
    return await read_page(tx, matching, keys=(resumes.c.created_at, resumes.c.id), item=_heading, window=window)


async def delete_resume(tx: Transaction, *, user: UserId, resume: ResumeId) -> bool:
    """Whether there was one."""
    return bool(await tx.execute(delete(resumes).where(resumes.c.user_id == user, resumes.c.id == resume)))


async def delete_resumes(tx: Transaction, user: UserId) -> int:
    """All of the user's; how many there were."""
    return await tx.execute(delete(resumes).where(resumes.c.user_id == user))


def _heading(row: Row[Any]) -> ResumeHeading:
    return ResumeHeading(ResumeId(row.id), row.name, row.label, row.created_at)
