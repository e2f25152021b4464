"""The table of background work."""

import math
from types import SimpleNamespace
from typing import cast

import anyio
import pytest
from sqlalchemy import text

from service.background import background_tasks, count_payment_events, sweepers
from service.kernel.database import Database, Transaction
from service.kernel.supervision import Lasting, Periodic
from service.kernel.telemetry.metrics import Metrics
from service.resources import Resources, survey_of


def resources(**more: object) -> Resources:
    """As much of the resources as declaring the table needs."""
    known = {
        "db": None,
        "metrics": None,
        "refresh_keys": None,
        "settings": SimpleNamespace(sweep_seconds=60.0, events_kept_hours=24),
        "shared": SimpleNamespace(keep_redis=None),
    }
    return cast("Resources", SimpleNamespace(**(known | more)))


def test_everything_that_runs_beside_the_requests_is_in_the_table() -> None:
    tasks = background_tasks(resources())
    assert [(type(task), task.name) for task in tasks] == [
        (Periodic, "expire holds"),
        (Periodic, "expire unpaid orders"),
        (Periodic, "purge idempotency keys"),
        (Periodic, "purge old events"),
        (Periodic, "check invariants"),
        (Lasting, "event loop watch"),
        (Periodic, "count payment events"),
    ]


def test_keys_that_others_publish_are_refreshed() -> None:
    async def refresh() -> None: ...

    assert "refresh signing keys" in [task.name for task in background_tasks(resources(refresh_keys=refresh))]


def test_a_configured_redis_is_kept_connected_and_never_fatal() -> None:
    async def keep() -> None: ...

    tasks = background_tasks(resources(shared=SimpleNamespace(keep_redis=keep)))
    (redis,) = [task for task in tasks if task.name == "stay connected to redis"]
    assert isinstance(redis, Periodic)
    assert redis.timeout_seconds == math.inf


def test_holds_are_swept_as_often_as_configured() -> None:
    (holds, *_) = sweepers(resources(settings=SimpleNamespace(sweep_seconds=7.0, events_kept_hours=24)))
    assert holds.every_seconds == 7


@pytest.mark.anyio
async def test_the_invariants_are_checked_with_time_for_whole_tables(database_url: str, anyio_backend: str) -> None:
    async def patience(tx: Transaction) -> str:
        return await tx.scalar(text("SHOW statement_timeout"))

    survey = survey_of(database_url)
    async with survey() as db:
        assert await db.run_system(patience) == "1min"
    tasks = {task.name: task for task in background_tasks(resources(survey=survey))}
    with anyio.fail_after(30):
        await tasks["check invariants"].run()


@pytest.mark.anyio
async def test_what_waits_for_an_operator_is_a_figure(db: Database) -> None:
    metrics = Metrics()
    await count_payment_events(resources(db=db, metrics=metrics))
    assert b'overture_waiting_for_operator{what="payment events, flagged"} 0.0' in metrics.exposition()
