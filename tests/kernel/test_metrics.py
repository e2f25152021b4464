"""The figures, and the loop's lag in virtual time."""

import anyio
import pytest
from structlog.testing import capture_logs
from trio.testing import MockClock

from service.kernel.database import PoolState
from service.kernel.telemetry.metrics import LAG_INTERVAL_SECONDS, Metrics, watch_event_loop


def figure(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_two_processes_worth_of_metrics_do_not_meet() -> None:
    first, second = Metrics(), Metrics()
    first.count_answer("GET", "/health", 200, 0.01)
    assert figure(first, "overture_http_requests_total", method="GET", route="/health", status="200") == 1
    assert figure(second, "overture_http_requests_total", method="GET", route="/health", status="200") is None


def test_requests_in_flight_are_counted_also_when_they_fail() -> None:
    metrics = Metrics()

    def failing_request() -> None:
        with metrics.request():
            assert figure(metrics, "overture_http_requests_in_flight") == 1
            raise ValueError("a mistake")

    with pytest.raises(ValueError, match="a mistake"):
        failing_request()
    assert figure(metrics, "overture_http_requests_in_flight") == 0


def test_units_of_work_are_told_apart_by_their_end() -> None:
    metrics = Metrics()
    metrics.count_unit("committed", 0.002)
    metrics.count_unit("cancelled", 0.1)
    name = "overture_database_unit_duration_seconds_count"
    assert (figure(metrics, name, outcome="committed"), figure(metrics, name, outcome="cancelled")) == (1, 1)


def test_the_pool_is_asked_at_every_scrape() -> None:
    metrics = Metrics()
    states = [PoolState(20, 1, 0, 19, 0), PoolState(20, 20, 0, 0, 7)]
    current = iter(state for state in states for _ in range(5))
    metrics.watch_pool(lambda: next(current))
    assert b'overture_database_pool{state="checked_out"} 1.0' in metrics.exposition()
    assert b'overture_database_pool{state="waiting"} 7.0' in metrics.exposition()


@pytest.mark.anyio
async def test_the_tasks_of_the_loop_are_counted_at_every_scrape() -> None:
    metrics = Metrics()
    metrics.watch_tasks()
    before = figure(metrics, "overture_event_loop_tasks")
    assert before
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.sleep_forever)
        assert figure(metrics, "overture_event_loop_tasks") == before + 1
        group.cancel_scope.cancel()
    assert figure(metrics, "overture_event_loop_tasks") == before


@pytest.mark.trio
async def test_a_loop_that_turns_has_no_lag(autojump_clock: object) -> None:
    metrics = Metrics()
    with anyio.move_on_after(10 * LAG_INTERVAL_SECONDS + 0.01):
        await watch_event_loop(metrics)
    assert figure(metrics, "overture_event_loop_lag_seconds_count") == 10
    assert figure(metrics, "overture_event_loop_lag_seconds_bucket", le="0.001") == 10


@pytest.mark.trio
async def test_a_stall_is_measured_and_logged(mock_clock: MockClock) -> None:
    metrics = Metrics()
    with capture_logs() as logged:
        async with anyio.create_task_group() as group:
            group.start_soon(watch_event_loop, metrics)
            await anyio.wait_all_tasks_blocked()
            mock_clock.jump(2 + LAG_INTERVAL_SECONDS)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
    assert figure(metrics, "overture_event_loop_lag_seconds_sum") == pytest.approx(2)
    assert [line["event"] for line in logged] == ["the event loop stalled"]
