"""Events: what happened to a user, published in the transaction of its cause, so that they are there together or not
at all.

A slice declares its events as `Event`s and calls `publish` in the unit of work that causes them; nothing here knows a
slice. Owns the table `events`. Rows are kept for OVERTURE_EVENTS_KEPT_HOURS and go with the account.

Entry points: `Event`, `publish`, `purge_old_events`; `store.inserted_from` for a statement that is its own cause.
"""

import msgspec

from service.events import store
from service.kernel.database import Database, Transaction, sweep
from service.kernel.identifiers import UserId


class Event(msgspec.Struct, frozen=True, tag_field="type"):
    """What happened. Each kind is a subclass with a name: `class EmailStatus(Event, tag="email.status")`."""


def name_of(kind: type[Event]) -> str:
    """The `type` of its events."""
    return str(kind.__struct_config__.tag)


# One statement of some milliseconds.
EVENTS_PER_BATCH = 5_000
BATCHES_MAX = 1_000


async def publish(tx: Transaction, event: Event, *, user: UserId) -> None:
    """Tell the user's listeners, once and only if the transaction is committed."""
    await store.insert_event(tx, user, name_of(type(event)), msgspec.to_builtins(event))


async def purge_old_events(db: Database, *, kept_hours: float) -> int:
    """Delete events older than `kept_hours` and return their number. One sweep; several may run at once."""

    async def batch(tx: Transaction, *, limit: int) -> int:
        return await store.delete_old(tx, kept_hours=kept_hours, limit=limit)

    return await sweep(db, batch, rows_per_batch=EVENTS_PER_BATCH, batches_max=BATCHES_MAX)
