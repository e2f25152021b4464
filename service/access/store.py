"""Idempotency keys: who claimed which, until when, and the answer that is given again.

`remember` is what a story may call (through `Call.remember`): it runs in the transaction that has the effect, so that
effect and stored answer are there together or not at all. A claim that lost its lease to another can not remember.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    and_,
    delete,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from service.kernel.database import Invariant, Transaction, export_of
from service.kernel.errors import Kind, ServiceError
from service.kernel.identifiers import UserId

KEPT_SECONDS = 24 * 3600

_keys = Table(
    "idempotency_keys",
    MetaData(),
    Column("user_id", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("claim_id", Uuid, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("leased_until", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("status", SmallInteger),
    Column("media_type", Text),
    Column("headers", LargeBinary),
    Column("answer", LargeBinary),
)
_now = func.clock_timestamp()

# An answer may hold a whole e-mail, or some megabytes of what was wrong with the lines of a file.
EXPORTS = (
    export_of(
        "idempotency_keys",
        select(_keys.c.method, _keys.c.path, _keys.c.key, _keys.c.expires_at, _keys.c.status, _keys.c.answer),
        owner=_keys.c.user_id,
        key=(_keys.c.method, _keys.c.path, _keys.c.key),
        rows_per_page=5,
    ),
)

INVARIANTS = (
    Invariant(
        "idempotency-keys-have-one-answer",
        "A key that was answered has the whole answer, of a success; one key has one row.",
        """
        SELECT format('a key of %s %s, claim %s: status %s', method, path, claim_id, status) AS detail
        FROM idempotency_keys
        WHERE status IS NOT NULL AND (status NOT BETWEEN 200 AND 299 OR num_nulls(media_type, headers, answer) > 0)
        UNION ALL
        SELECT format('%s rows of one key of %s %s', count(*), method, path)
        FROM idempotency_keys GROUP BY user_id, method, path, key HAVING count(*) > 1
        """,
    ),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call was answered with, as it goes over the wire: status, headers, bytes."""

    status: int
    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class LeaseLost(ServiceError):
    """The request ran past its lease and another one took the key over; this one's effect is rolled back."""

    kind, slug, title = Kind.CONFLICT, "idempotency-in-progress", "A request with this key is running"


@dataclass(frozen=True, slots=True)
class Claim:
    """One request's hold on one key; `claim_id` tells it from every other request with the same key. `body_hash` says
    what was asked, or as much of it as is known before a body that is read while it arrives."""

    claim_id: UUID
    user: UserId
    method: str
    path: str
    key: str
    body_hash: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody else has the key: with its `answer`, or, while there is none, for what is left of a lease."""

    body_hash: bytes
    answer: Answer | None
    lease_left_seconds: float = 0.0


async def claim(tx: Transaction, wanted: Claim, *, lease_seconds: float) -> Held | None:
    """Take the key: None when it is ours now. An expired answer and an expired lease are taken over."""
    fresh = {
        "claim_id": wanted.claim_id,
        "body_hash": wanted.body_hash,
        "leased_until": _after(lease_seconds),
        "expires_at": _after(lease_seconds + KEPT_SECONDS),
        "status": None,
        "media_type": None,
        "headers": None,
        "answer": None,
    }
    statement = (
        insert(_keys)
        .values(user_id=wanted.user, method=wanted.method, path=wanted.path, key=wanted.key, **fresh)
        .on_conflict_do_update(index_elements=_keys.primary_key.columns, set_=fresh, where=_is_over())
        .returning(_keys.c.claim_id)
    )
    if await tx.scalar(statement) is not None:
        return None
    left = func.extract("epoch", _keys.c.leased_until - _now).label("lease_left")
    row = await tx.row(select(_keys, left).where(_is_place_of(wanted)))
    if row is None:  # freed between the two statements: as good as running, the caller comes back at once
        return Held(wanted.body_hash, None)
    return Held(row.body_hash, _answer(row), float(row.lease_left))


async def remember(tx: Transaction, held: Claim, answer: Answer) -> None:
    """Keep the answer for 24 hours, with the hash of all that was asked, in the transaction of its effect. Raises
    LeaseLost."""
    statement = (
        update(_keys)
        .where(_is_place_of(held), _keys.c.claim_id == held.claim_id)
        .values(
            body_hash=held.body_hash,
            status=answer.status,
            media_type=answer.media_type,
            headers=msgspec.json.encode(answer.headers),
            answer=answer.body,
            expires_at=_after(KEPT_SECONDS),
        )
    )
    if not await tx.execute(statement):
        raise LeaseLost("Another request with this Idempotency-Key took over; ask again for its answer.")


async def free(tx: Transaction, held: Claim) -> Answer | None:
    """Give the key back unless its effect was committed; then, the answer that was stored with it."""
    mine = and_(_is_place_of(held), _keys.c.claim_id == held.claim_id)
    if await tx.execute(delete(_keys).where(mine, _keys.c.status.is_(None))):
        return None
    row = await tx.row(select(_keys).where(mine))
    return None if row is None else _answer(row)


async def purge_expired(tx: Transaction, *, limit: int) -> int:
    """For the sweeper, with `run_system`: delete up to `limit` rows whose time is over; how many there were."""
    primary = tuple_(*_keys.primary_key.columns)
    due = (
        select(*_keys.primary_key.columns)
        .where(_keys.c.expires_at < _now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return await tx.execute(delete(_keys).where(primary.in_(due)))


async def erase(tx: Transaction, user: UserId) -> Mapping[str, int]:
    """Delete all keys of the user with their answers; how many there were. A request under way loses its key."""
    return {"idempotency_keys": await tx.execute(delete(_keys).where(_keys.c.user_id == user))}


def _is_place_of(wanted: Claim) -> Any:
    return and_(
        _keys.c.user_id == wanted.user,
        _keys.c.method == wanted.method,
        _keys.c.path == wanted.path,
        _keys.c.key == wanted.key,
    )


def _is_over() -> Any:
    return or_(_keys.c.expires_at < _now, and_(_keys.c.status.is_(None), _keys.c.leased_until < _now))


def _after(seconds: float) -> Any:
    return _now + seconds * literal_column("interval '1 second'")


def _answer(row: Any) -> Answer | None:
    if row.status is None:
        return None
    headers = msgspec.json.decode(row.headers, type=dict[str, str])
    return Answer(row.status, row.answer, row.media_type, headers)
