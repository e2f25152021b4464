"""The alarm."""

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from service.custody.tasks import watch_invariants
from service.kernel.database import Database, Transaction
from tests.credits.wallets import give

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
    assert "available 9 held 0, by its entries 10 and 0" in line["found"]
