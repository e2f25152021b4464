"""A sweep: many short transactions over everybody's rows, instead of one long one."""

from collections.abc import Awaitable, Callable

from service.kernel.database.gateway import Database
from service.kernel.database.transaction import Transaction

# `batch(tx, limit=n)` deals with at most `n` rows and answers how many it found.
Batch = Callable[..., Awaitable[int]]


async def swept(db: Database, batch: Batch, *, rows_per_batch: int, batches_max: int) -> int:
    """Run batches as the owner until one finds nothing; how many rows they dealt with.

    Ends after `batches_max` even if rows fall due as fast as they are dealt with: the next sweep goes on. Cancelled
    between two batches, those before stand.
    """

    async def one(tx: Transaction) -> int:
        return await batch(tx, limit=rows_per_batch)

    total = 0
    for _ in range(batches_max):
        found = await db.run_system(one)
        total += found
        if found == 0:
            break
    return total
