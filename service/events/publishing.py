"""Publishing an event, and forgetting old ones."""

import msgspec

from service.events import Event, name_of, store
from service.kernel.database import Database, Transaction, sweep
from service.kernel.identifiers import UserId

# One statement of some milliseconds.
EVENTS_PER_BATCH = 5_000
BATCHES_MAX = 1_000


async def publish(tx: Transaction, event: Event, *, user: UserId) -> None:
    """Tell the user's listeners, once and only if the transaction is committed."""
    await store.insert_event(tx, user, name_of(type(event)), msgspec.to_builtins(event))


async def purge_old_events(db: Database, *, kept_hours: float) -> int:
    """Delete the events that are older; how many there were. One sweep, safe beside others."""

    async def batch(tx: Transaction, *, limit: int) -> int:
        return await store.delete_old(tx, kept_hours=kept_hours, limit=limit)

    return await sweep(db, batch, rows_per_batch=EVENTS_PER_BATCH, batches_max=BATCHES_MAX)
