"""What the web room does in the background."""

from service.kernel.database import Database, swept
from service.web import store

# One statement of some milliseconds.
KEYS_PER_BATCH = 1_000
BATCHES_MAX = 1_000


async def purge_idempotency_keys(db: Database) -> int:
    """Delete the keys whose time is over; how many there were. One sweep, safe beside others."""
    return await swept(db, store.purge_expired, rows_per_batch=KEYS_PER_BATCH, batches_max=BATCHES_MAX)
