"""The table of postings. It belongs to no user: what a public page says is the same for all, and is fetched once.

Its key is the digest of the address, and the address is not kept: what stands in its query (`?applicant=...`) may be
somebody's own, and outlives every user here.
"""

from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from service.kernel.database import Transaction
from service.postings.model import JobContext, Refreshed

metadata = MetaData()

# Beside the fields of the job context, in its document.
_UNREAD = "is_unread"

postings = Table(
    "postings",
    metadata,
    Column("url_hash", LargeBinary, primary_key=True),
    Column("content_hash", LargeBinary, nullable=False),
    Column("reader_version", Integer, nullable=False),
    Column("context", JSONB, nullable=False),
    Column("text", Text, nullable=False),
    Column("refreshed_at", DateTime(timezone=True), nullable=False),
)


class Stored(NamedTuple):
    """A posting as it was read last; `age_seconds` and `is_fresh` as the database's clock sees it;
    `is_unread` where it has a gap that no model has looked at."""

    context: JobContext
    content_hash: bytes
    reader_version: int
    is_fresh: bool
    age_seconds: float
    is_unread: bool = False


async def find_posting(tx: Transaction, url: str, ttl_seconds: float) -> Stored | None:
    age = func.extract("epoch", func.clock_timestamp() - postings.c.refreshed_at)
    statement = select(
        postings.c.context,
        postings.c.text,
        postings.c.content_hash,
        postings.c.reader_version,
        (age < ttl_seconds).label("is_fresh"),
        age.label("age_seconds"),
    ).where(postings.c.url_hash == _url_hash(url))
    row = await tx.row(statement)
    if row is None:
        return None
    context = msgspec.convert({**row.context, "text": row.text, "url": url}, JobContext)
    is_unread = bool(row.context.get(_UNREAD))
    return Stored(context, row.content_hash, row.reader_version, row.is_fresh, float(row.age_seconds), is_unread)


async def put_posting(tx: Transaction, url: str, read: Refreshed, reader_version: int) -> None:
    """Write what was read; of two that were fetched at once the later stays."""
    new = insert(postings).values(
        url_hash=_url_hash(url),
        content_hash=read.content_hash,
        reader_version=reader_version,
        context=_document(read),
        text=read.context.text,
        refreshed_at=func.clock_timestamp(),
    )
    columns = ("content_hash", "reader_version", "context", "text", "refreshed_at")
    await tx.execute(
        new.on_conflict_do_update(index_elements=["url_hash"], set_={name: new.excluded[name] for name in columns})
    )


async def put_reading(tx: Transaction, url: str, read: Refreshed) -> bool:
    """Write what a model added to a posting that was stored before it; False, changing nothing, where the page has
    other content by now."""
    stored = (postings.c.url_hash == _url_hash(url)) & (postings.c.content_hash == read.content_hash)
    return await tx.execute(update(postings).where(stored).values(context=_document(read))) == 1


def _url_hash(url: str) -> bytes:
    return sha256(url.encode()).digest()


def _document(read: Refreshed) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(read.context.body())
    document.pop("url", None)
    return document | {_UNREAD: True} if read.is_unread else document
