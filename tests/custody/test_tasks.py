"""The alarm."""

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from service.custody import store
from service.custody.tasks import watch_invariants
from service.kernel.database import Database, Transaction
from tests.credits.wallets import give
from tests.postgres import connected

pytestmark = pytest.mark.anyio


async def test_a_sound_ledger_is_passed_over_in_silence(db: Database) -> None:
    await give(db, 10)
    with capture_logs() as logs:
        assert await watch_invariants(db, sweep_seconds=60) == []
    assert logs == []


async def test_a_breach_is_logged_as_an_error_that_says_where(db: Database) -> None:
    await give(db, 10)

    async def steal(tx: Transaction) -> None:
        await tx.execute(text("UPDATE wallets SET available = available - 1"))

    await db.run_system(steal)
    with capture_logs() as logs:
        assert len(await watch_invariants(db, sweep_seconds=60)) == 1
    (line,) = logs
    assert (line["log_level"], line["event"]) == ("error", "invariant violated")
    assert line["invariant"] == "wallets-equal-their-entries"
    assert "available 9 held 0 debt 0, by its entries 10 and 0 and 0" in line["found"]


async def test_of_two_that_check_at_once_one_does(db: Database, database_url: str) -> None:
    await give(db, 10)

    async def hold_and_try(tx: Transaction) -> tuple[bool, bool]:
        ours = await store.is_ours_to_check(tx)
        return ours, await in_another_session()

    async def in_another_session() -> bool:
        async with connected(database_url) as other:
            return await other.fetchval(f"SELECT pg_try_advisory_xact_lock({store.CHECKING_LOCK})")

    assert await db.run_system(hold_and_try) == (True, False)
