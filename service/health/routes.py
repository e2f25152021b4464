"""Probes, metrics and the live task tree over HTTP. They answer while the process drains, too."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, cast

import msgspec
import sniffio

from service.health.checks import Check, Checked, DatabaseCheck, health_of, run
from service.health.schema import (
    CheckReport,
    HealthReport,
    Live,
    LiveTask,
    LiveTasks,
    Pool,
    Ready,
    Root,
    Startup,
)
from service.kernel.database import Database
from service.kernel.supervision import Phase
from service.kernel.telemetry import TaskTree
from service.kernel.telemetry.metrics import MEDIA_TYPE, Metrics
from service.web.endpoint import Access, Call, Endpoint, Reply, Text

_UNAVAILABLE = {503: "The same, when it is not so."}


class Readiness(Protocol):
    """`kernel.supervision.Root`, as far as the probes ask."""

    @property
    def phase(self) -> Phase: ...


def routes(
    *,
    db: Database,
    metrics: Metrics,
    tasks: TaskTree,
    readiness: Readiness,
    version: str,
    optional_checks: Sequence[Check] = (),
) -> list[Endpoint]:
    checks = (Check("database", DatabaseCheck(db)), *optional_checks)
    probes = _Probes(db=db, metrics=metrics, tasks=tasks, readiness=readiness, version=version, checks=checks)

    public = Access.PUBLIC
    declared = [
        Endpoint(
            "GET", "/", probes.root, Root, access=public, other_statuses={303: "To a browser: the documentation."}
        ),
        Endpoint("GET", "/health", probes.health, HealthReport, access=public, other_statuses=_UNAVAILABLE),
        Endpoint("GET", "/health/live", probes.live, Live, access=public),
        Endpoint("GET", "/health/ready", probes.ready, Ready, access=public, other_statuses=_UNAVAILABLE),
        Endpoint("GET", "/health/startup", probes.startup, Startup, access=public, other_statuses=_UNAVAILABLE),
        Endpoint("GET", "/health/db-pool", probes.pool, Pool, access=public),
        Endpoint("GET", "/metrics", probes.figures, access=public, sends=Text("text/plain")),
        Endpoint("GET", "/debug/tasks", probes.live_tasks, LiveTasks, access=Access.ADMIN),
    ]
    return [replace(endpoint, is_probe=True, tag="health") for endpoint in declared]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Probes:
    db: Database
    metrics: Metrics
    tasks: TaskTree
    readiness: Readiness
    version: str
    checks: Sequence[Check]

    async def root(self, call: Call[None, None]) -> Root | Reply:
        """Which service this is."""
        if "text/html" in call.headers.get("accept", ""):
            return Reply(b"", {"location": "/docs", "vary": "accept"}, status=303)
        return Root("overture", self.version, "/docs")

    async def health(self, _call: Call[None, None]) -> Reply:
        """How this process and what it stands on are, each check within 1 s."""
        checked = await run(self.checks)
        health = health_of(checked)
        backend = cast("Literal['asyncio', 'trio']", sniffio.current_async_library())
        report = HealthReport(health, self.version, backend, {name: _report(of) for name, of in checked.items()})
        return Reply(report, status=503 if health == "failing" else 200)

    async def live(self, _call: Call[None, None]) -> Live:
        """200 as long as the event loop turns; touches nothing else."""
        return Live("ok")

    async def ready(self, _call: Call[None, None]) -> Reply:
        """Whether requests can be served: not while starting or draining, and not without the database."""
        phase = self.readiness.phase
        if phase is not Phase.SERVING:
            return Reply(Ready("starting" if phase is Phase.STARTING else "draining"), status=503)
        checked = await run([check for check in self.checks if check.is_required])
        return Reply(Ready("ready")) if health_of(checked) == "ok" else Reply(Ready("no-database"), status=503)

    async def startup(self, _call: Call[None, None]) -> Reply:
        """200 once migrations are checked and the pool is open."""
        if self.readiness.phase is Phase.STARTING:
            return Reply(Startup("starting"), status=503)
        return Reply(Startup("started"))

    async def pool(self, _call: Call[None, None]) -> Pool:
        """The database connections of this process."""
        state = self.db.pool_state()
        return Pool(
            size=state.size,
            checked_out=state.checked_out,
            overflow=state.overflow,
            checked_in=state.checked_in,
            waiting=state.waiting,
        )

    async def figures(self, _call: Call[None, None]) -> Reply:
        """Figures in Prometheus' text format."""
        return Reply(self.metrics.exposition(), media_type=MEDIA_TYPE)

    async def live_tasks(self, _call: Call[None, None]) -> LiveTasks:
        """The live task tree: every request, branch and background task, with its age, deadline and state."""
        return LiveTasks(msgspec.convert(self.tasks.describe(), list[LiveTask]))


def _report(checked: Checked) -> CheckReport:
    return CheckReport("ok" if checked.is_ok else "failing", round(checked.seconds * 1000, 1))
