"""The table of background work, and the one sweep that stands in it whole."""

from types import SimpleNamespace
from typing import cast

import pytest

from service import worker
from service.kernel.database import Database, Transaction
from service.kernel.supervision import Lasting, Periodic
from service.resources import Resources
from service.worker import background_tasks, purge_idempotency_keys, sweepers


def resources(**more: object) -> Resources:
    """As much of the resources as declaring the table needs."""
    known = {"db": None, "metrics": None, "refresh_keys": None, "settings": SimpleNamespace(sweep_seconds=60.0)}
    return cast("Resources", SimpleNamespace(**(known | more)))


def test_everything_that_runs_beside_the_requests_is_in_the_table() -> None:
    tasks = background_tasks(resources())
    assert [(type(task), task.name) for task in tasks] == [
        (Periodic, "expire holds"),
        (Periodic, "purge idempotency keys"),
        (Periodic, "check invariants"),
        (Lasting, "event loop watch"),
    ]


def test_keys_that_others_publish_are_refreshed() -> None:
    async def refresh() -> None: ...

    assert "refresh signing keys" in [task.name for task in background_tasks(resources(refresh_keys=refresh))]


def test_holds_are_swept_as_often_as_configured() -> None:
    (holds, *_) = sweepers(resources(settings=SimpleNamespace(sweep_seconds=7.0)))
    assert holds.every_seconds == 7


@pytest.mark.anyio
async def test_purging_goes_on_until_a_batch_is_not_full(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    batches = [worker.ROWS_PER_BATCH, worker.ROWS_PER_BATCH, 3]

    async def purged(_tx: Transaction, *, limit: int) -> int:
        assert limit == worker.ROWS_PER_BATCH
        return batches.pop(0)

    monkeypatch.setattr(worker, "purge_expired", purged)
    assert await purge_idempotency_keys(db) == 2 * worker.ROWS_PER_BATCH + 3
    assert batches == []
