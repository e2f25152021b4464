"""What payments do in the background."""

from service.kernel.database import Database, Transaction, sweep
from service.payments import store

# As long as a checkout session of Stripe's lives (https://docs.stripe.com/api/checkout/sessions/create, `expires_at`).
# Razorpay's orders have no end of their own, and say nothing when nobody pays them.
UNPAID_SECONDS = 86_400.0
# One statement of some milliseconds.
ORDERS_PER_BATCH = 500
BATCHES_MAX = 1_000


async def expire_unpaid_orders(db: Database) -> int:
    """Mark the orders that nobody paid within a day; how many there were. One sweep, safe beside others.

    It forbids nothing: a payment that is reported later is credited as any other.
    """

    async def batch(tx: Transaction, *, limit: int) -> int:
        return await store.expire_unpaid(tx, older_than_seconds=UNPAID_SECONDS, limit=limit)

    return await sweep(db, batch, rows_per_batch=ORDERS_PER_BATCH, batches_max=BATCHES_MAX)
