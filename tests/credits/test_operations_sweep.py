"""The sweep of expired holds."""

from typing import Any

import anyio
import pytest

from service.credits import operations
from service.credits.operations import sweep_expired_holds
from service.kernel.database import Database
from tests.credits.wallets import assert_sound, balance, give, release, reserve

pytestmark = pytest.mark.anyio


async def test_a_sweep_goes_on_until_nothing_is_due(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "HOLDS_PER_BATCH", 2)
    await give(db, 10)
    open_ = await reserve(db)
    for _ in range(5):
        await reserve(db, expires_in_seconds=-1)
    assert await sweep_expired_holds(db) == 5
    assert await sweep_expired_holds(db) == 0
    assert await balance(db) == (1, 9)
    assert await release(db, open_)
    await assert_sound(db, sweep_seconds=0)


async def test_a_sweep_ends_however_much_is_due(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "HOLDS_PER_BATCH", 1)
    monkeypatch.setattr(operations, "BATCHES_MAX", 3)
    await give(db, 10)
    for _ in range(5):
        await reserve(db, expires_in_seconds=-1)
    assert await sweep_expired_holds(db) == 3


async def test_a_sweep_cancelled_between_batches_has_done_those_before(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "HOLDS_PER_BATCH", 1)
    await give(db, 10)
    for _ in range(3):
        await reserve(db, expires_in_seconds=-1)
    with anyio.CancelScope() as scope:
        run_system: Any = db.run_system

        async def once(*args: Any, **kwargs: Any) -> Any:
            done = await run_system(*args, **kwargs)
            scope.cancel()
            return done

        monkeypatch.setattr(db, "run_system", once)
        await sweep_expired_holds(db)
    monkeypatch.undo()
    assert scope.cancelled_caught
    assert await balance(db) == (2, 8)
    await assert_sound(db)
