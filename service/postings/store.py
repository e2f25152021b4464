"""The table of postings. It belongs to no user: what a public page says is the same for all, and is fetched once."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from service.kernel.database import Transaction
from service.postings.model import JobContext, JobContextBody

metadata = MetaData()

postings = Table(
    "postings",
    metadata,
    Column("url", Text, primary_key=True),
    Column("content_hash", LargeBinary, nullable=False),
    Column("reader_version", Integer, nullable=False),
    Column("context", JSONB, nullable=False),
    Column("text", Text, nullable=False),
    Column("refreshed_at", DateTime(timezone=True), nullable=False),
)


class Stored(NamedTuple):
    """A posting as it was read last; `is_fresh` as the database's clock sees it."""

    context: JobContext
    content_hash: bytes
    reader_version: int
    is_fresh: bool


async def find_posting(tx: Transaction, url: str, ttl_seconds: float) -> Stored | None:
    age = func.extract("epoch", func.clock_timestamp() - postings.c.refreshed_at)
    statement = select(
        postings.c.context,
        postings.c.text,
        postings.c.content_hash,
        postings.c.reader_version,
        (age < ttl_seconds).label("is_fresh"),
    ).where(postings.c.url == url)
    row = await tx.row(statement)
    if row is None:
        return None
    context = msgspec.convert({**row.context, "text": row.text}, JobContext)
    return Stored(context, row.content_hash, row.reader_version, row.is_fresh)


async def put_posting(tx: Transaction, url: str, context: JobContext, content_hash: bytes, reader_version: int) -> None:
    """Write what was read; of two that were fetched at once the later stays."""
    body: JobContextBody = context.body()
    new = insert(postings).values(
        url=url,
        content_hash=content_hash,
        reader_version=reader_version,
        context=msgspec.to_builtins(body),
        text=context.text,
        refreshed_at=func.clock_timestamp(),
    )
    columns = ("content_hash", "reader_version", "context", "text", "refreshed_at")
    await tx.execute(
        new.on_conflict_do_update(index_elements=["url"], set_={name: new.excluded[name] for name in columns})
    )
