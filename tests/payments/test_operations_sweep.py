"""Orders that nobody pays."""

import pytest
from sqlalchemy import text

from service.kernel.database import Database, Transaction
from service.payments.operations.orders import UNPAID_SECONDS, expire_unpaid_orders
from tests.credits.wallets import assert_sound, give
from tests.payments.shopping import Shop, purchases, theirs_of

pytestmark = pytest.mark.anyio


async def test_an_order_nobody_paid_in_a_day_expires_and_can_still_be_paid(db: Database) -> None:
    await give(db, 0)
    shop = Shop(db)
    paid, late, young = [await shop.order("razorpay") for _ in range(3)]
    await shop.razorpay_says(shop.razorpay_events.captured(theirs_of(paid)))
    await _backdate(db, UNPAID_SECONDS + 1, paid["order_id"], late["order_id"])
    await _backdate(db, UNPAID_SECONDS - 60, young["order_id"])

    assert await expire_unpaid_orders(db) == 1
    assert [await shop.status(order) for order in (paid, late, young)] == ["paid", "expired", "created"]
    assert await expire_unpaid_orders(db) == 0

    await shop.razorpay_says(shop.razorpay_events.captured(theirs_of(late)))
    assert await shop.status(late) == "paid"
    assert await purchases(db) == [("purchase", 100), ("purchase", 100)]
    await assert_sound(db)


async def _backdate(db: Database, seconds_ago: float, *orders: str) -> None:
    async def make(tx: Transaction) -> None:
        words = "UPDATE orders SET created_at = clock_timestamp() - make_interval(secs => :ago) WHERE id = :id"
        for order in orders:
            await tx.execute(text(words), {"ago": seconds_ago, "id": order})

    await db.run_system(make)
