"""Figures for Prometheus, in a registry of their own: one `Metrics` per process, made where its resources open."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import anyio
import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

log = structlog.get_logger(__name__)

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4

# A generation lasts seconds, a read milliseconds; the request limit is 60 s.
_REQUEST_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60)
# The promise is a lag below 50 ms; what lies beyond a second is one fault whatever its length.
_LAG_BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1)
# A unit of work takes milliseconds; the gateway's own bound is some seconds.
_UNIT_BUCKETS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)

# Ten samples a second cost nothing measurable and meet every stall longer than the promise.
LAG_INTERVAL_SECONDS = 0.1
# A stall worth a line in the log: every caller noticed it.
LAG_WARNING_SECONDS = 1.0


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.requests = Counter(
            "overture_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "overture_http_request_duration_seconds",
            "From a request's first byte to the end of its answer.",
            ("method", "route"),
            buckets=_REQUEST_BUCKETS_SECONDS,
            registry=self.registry,
        )
        self.requests_in_flight = Gauge(
            "overture_http_requests_in_flight", "Requests being served now.", registry=self.registry
        )
        self.event_loop_lag_seconds = Histogram(
            "overture_event_loop_lag_seconds",
            "How much later than asked a sleeping task woke.",
            buckets=_LAG_BUCKETS_SECONDS,
            registry=self.registry,
        )
        self.database_unit_seconds = Histogram(
            "overture_database_unit_duration_seconds",
            "Units of work, by how they ended.",
            ("outcome",),
            buckets=_UNIT_BUCKETS_SECONDS,
            registry=self.registry,
        )
        self.waiting_for_operator = Gauge(
            "overture_waiting_for_operator", "What a person has to decide, by kind.", ("what",), registry=self.registry
        )
        self._pool = Gauge("overture_database_pool", "Connections, by state.", ("state",), registry=self.registry)
        self._tasks = Gauge("overture_event_loop_tasks", "Tasks of the event loop, alive now.", registry=self.registry)

    @contextmanager
    def request(self) -> Generator[None]:
        """A request is being served."""
        self.requests_in_flight.inc()
        try:
            yield
        finally:
            self.requests_in_flight.dec()

    def count_answer(self, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is the declared path, never the one asked for: labels must stay few."""
        self.requests.labels(method, route, str(status)).inc()
        self.request_seconds.labels(method, route).observe(seconds)

    def count_unit(self, outcome: str, seconds: float) -> None:
        """`outcome`: committed, cancelled, unknown or failed."""
        self.database_unit_seconds.labels(outcome).observe(seconds)

    def watch_pool(self, state: Callable[[], Any]) -> None:
        """Ask `state()` (a `kernel.database.PoolState`) at every scrape."""
        for name in ("size", "checked_out", "overflow", "checked_in", "waiting"):
            self._pool.labels(name).set_function(lambda name=name: float(getattr(state(), name)))

    def watch_tasks(self) -> None:
        """Count the event loop's tasks at every scrape, which has to happen on that loop.

        All of them: the server's for each connection, the background's, and any that was
        forgotten. At rest and seen over one connection, it is always the same number.
        """
        self._tasks.set_function(lambda: float(len(anyio.get_running_tasks())))

    def exposition(self) -> bytes:
        """The whole registry in Prometheus' text format, of media type `MEDIA_TYPE`."""
        return generate_latest(self.registry)


async def watch_event_loop(metrics: Metrics) -> None:
    """Measure the loop's lag for ever: how much later than asked this task wakes."""
    while True:
        asked = anyio.current_time() + LAG_INTERVAL_SECONDS
        await anyio.sleep_until(asked)
        lag = max(0.0, anyio.current_time() - asked)
        metrics.event_loop_lag_seconds.observe(lag)
        if lag >= LAG_WARNING_SECONDS:
            log.warning("the event loop stalled", seconds=round(lag, 3))
