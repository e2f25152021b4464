"""Purging keys whose time is over."""

import pytest
from sqlalchemy import text

from service.kernel.database import Database, Transaction
from service.web import tasks
from service.web.tasks import purge_idempotency_keys

pytestmark = pytest.mark.anyio


async def test_expired_keys_go_batch_by_batch_and_others_stay(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "KEYS_PER_BATCH", 2)

    async def keep(tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO users (id, email) VALUES ('ada', 'ada@example.com')"))
        await tx.execute(
            text(
                """
                INSERT INTO idempotency_keys
                    (claim_id, user_id, method, path, key, body_hash, leased_until, expires_at)
                SELECT gen_random_uuid(), 'ada', 'POST', '/x', n::text, '', now(), now() + (n - 5) * interval '1 day'
                FROM generate_series(0, 6) AS n
                """
            )
        )

    await db.run_system(keep)
    assert await purge_idempotency_keys(db) == 6
    assert await purge_idempotency_keys(db) == 0
