"""What credits does in the background."""

from service.credits import operations as credits
from service.kernel.database import Database

# One transaction of a sweep: short enough (some 10 ms) that a request never waits long for a wallet being swept.
HOLDS_PER_BATCH = 100
# A sweep ends even if holds fall due as fast as it expires them; the next one goes on.
BATCHES_MAX = 1_000


async def sweep_expired_holds(db: Database) -> int:
    """Give back what every hold past its expiry keeps; how many there were. One sweep, safe beside others.

    Wallets that somebody is busy with are left for the next sweep. Cancelled between two batches, the batches before
    stand.
    """
    expired = 0
    for _ in range(BATCHES_MAX):
        batch = await db.run_system(credits.expire_due, limit=HOLDS_PER_BATCH)
        expired += batch
        if batch == 0:
            break
    return expired
