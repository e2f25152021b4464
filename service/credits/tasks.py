"""What credits does in the background."""

from service.credits import operations as credits
from service.kernel.database import Database, swept

# One transaction of a sweep: short enough (some 10 ms) that a request never waits long for a wallet being swept.
HOLDS_PER_BATCH = 100
BATCHES_MAX = 1_000


async def sweep_expired_holds(db: Database) -> int:
    """Give back what every hold past its expiry keeps; how many there were. One sweep, safe beside others.

    Wallets that somebody is busy with are left for the next sweep.
    """
    return await swept(db, credits.expire_due, rows_per_batch=HOLDS_PER_BATCH, batches_max=BATCHES_MAX)
