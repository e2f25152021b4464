"""The table of events, and every statement that touches it.

Ids are `<xid>-<n>`. Transactions commit in another order than they begin, so a listener that resumes by number alone
misses what was written by a slower one. Listeners read in the order (xid, id), and only what is below
`pg_snapshot_xmin(pg_current_snapshot())`: every transaction of that far back has ended.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from service.kernel.database import Transaction, export_of
from service.kernel.identifiers import UserId

_events = Table(
    "events",
    MetaData(),
    Column("user_id", Text),
    Column("id", BigInteger),
    Column("type", Text),
    Column("data", JSONB),
    Column("at", DateTime(timezone=True)),
)

EXPORTS = (
    export_of(
        "events",
        select(_events.c.id, _events.c.type, _events.c.data, _events.c.at),
        owner=_events.c.user_id,
        key=(_events.c.id,),
    ),
)


async def insert_event(tx: Transaction, user: UserId, name: str, data: Mapping[str, Any]) -> None:
    fields = {field: value for field, value in data.items() if field != "type"}
    await tx.execute(insert(_events).values(user_id=user, type=name, data=fields))


def inserted_from(name: str, rows: str) -> str:
    """SQL that publishes one event for each row of the query `rows`: to its `user_id`, with its other columns as data.
    For a statement that is itself the cause: a round trip less, where each costs as much as the statement."""
    data = "to_jsonb(happened) - 'user_id'"
    return f"INSERT INTO events (user_id, type, data) SELECT user_id, '{name}', {data} FROM ({rows}) AS happened"  # noqa: S608 - constants


async def delete_old(tx: Transaction, *, kept_hours: float, limit: int) -> int:
    """For the sweeper, with `run_system`: delete up to `limit` events that are older; how many there were."""
    oldest_kept = func.clock_timestamp() - kept_hours * literal_column("interval '1 hour'")
    place: ColumnElement[Any] = literal_column("ctid")  # of a row that is locked until it is deleted
    due = select(place).select_from(_events).where(_events.c.at < oldest_kept).limit(limit)
    return await tx.execute(delete(_events).where(place.in_(due.with_for_update(skip_locked=True))))


async def erase(tx: Transaction, user: UserId) -> Mapping[str, int]:
    """Delete the user's events; how many there were."""
    return {"events": await tx.execute(delete(_events).where(_events.c.user_id == user))}
