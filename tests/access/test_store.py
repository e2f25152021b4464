"""The rows of idempotency keys: how long they stand, who sees them, and how they go."""

import pytest
from sqlalchemy import text

from service.access import store
from service.kernel.database import Transaction, acting_for
from service.kernel.identifiers import TenantId, UserId
from tests.web.shop import ITEM, Shop, keyed

pytestmark = pytest.mark.anyio


async def test_an_expired_answer_is_forgotten(shop: Shop) -> None:
    async with shop.parts().client(shop.endpoint()) as client:
        first = await client.post("/orders", json=ITEM, headers=keyed("k"))
        assert await shop.keys("expires_at BETWEEN now() + interval '23 h' AND now() + interval '25 h'") == 1
        await shop.execute("UPDATE idempotency_keys SET expires_at = now() - interval '1 s'")
        again = await client.post("/orders", json=ITEM, headers=keyed("k"))
    assert again.json()["number"] != first.json()["number"]


async def test_the_sweeper_takes_what_is_over_and_no_more_than_asked(shop: Shop) -> None:
    async with shop.parts().client(shop.endpoint()) as client:
        for number in range(4):
            await client.post("/orders", json=ITEM, headers=keyed(f"k{number}"))
    await shop.execute("UPDATE idempotency_keys SET expires_at = now() - interval '1 s' WHERE key <> 'k0'")

    async def purge(tx: Transaction) -> int:
        return await store.purge_expired(tx, limit=2)

    assert [await shop.db.run_system(purge) for _ in range(3)] == [2, 1, 0]
    assert await shop.keys("key = 'k0'") == 1


async def test_the_rows_go_with_the_account(shop: Shop) -> None:
    async with shop.parts().client(shop.endpoint()) as client:
        await client.post("/orders", json=ITEM, headers=keyed("k"))
    await shop.execute("DELETE FROM users WHERE id = 'ada'")
    assert await shop.keys() == 0


async def test_the_wall_hides_another_users_keys(shop: Shop) -> None:
    async with shop.parts().client(shop.endpoint()) as client:
        await client.post("/orders", json=ITEM, headers=keyed("k"))

    async def count(tx: Transaction) -> int:
        return await tx.scalar(text("SELECT count(*) FROM idempotency_keys"))

    with acting_for(UserId("bob"), TenantId("user:bob")):
        assert await shop.db.run(count) == 0
    with acting_for(UserId("ada"), TenantId("user:ada")):
        assert await shop.db.run(count) == 1
