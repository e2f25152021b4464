"""Probes over a real database, and without one."""

from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from service.health.checks import Check
from service.health.routes import routes
from service.kernel.database import Database, DatabaseUnavailable
from service.kernel.supervision import Phase
from tests.web.application import NoDatabase, Parts, bearer

pytestmark = pytest.mark.anyio


@dataclass
class Readiness:
    phase: Phase = Phase.SERVING


class Away(NoDatabase):
    async def read(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        raise DatabaseUnavailable("postgresql://u:hunter2@db does not answer")


class Full(NoDatabase):
    """Reads, and takes writes once there is room."""

    has_room = False
    writes = 0

    async def run_system(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.writes += 1
        if not self.has_room:
            raise DatabaseUnavailable("The database has no room for it; nothing was committed.")


class Frozen(NoDatabase):
    async def read(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        await anyio.sleep_forever()


def client(parts: Parts, phase: Phase = Phase.SERVING, checks: tuple[Check, ...] = ()) -> Any:
    return parts.client(
        *routes(
            db=parts.db,
            metrics=parts.metrics,
            tasks=parts.tasks,
            readiness=Readiness(phase),
            version="1.2.3",
            optional_checks=checks,
        )
    )


async def fails() -> None:
    raise ConnectionError("redis://:hunter2@cache")


async def test_all_is_well(db: Database, anyio_backend: str) -> None:
    async with client(Parts(db=db)) as http:
        health = await http.get("/health")
        assert health.status_code == 200
        report = health.json()
        assert (report["status"], report["version"], report["backend"]) == ("ok", "1.2.3", anyio_backend)
        assert report["checks"]["database"]["status"] == "ok"
        assert report["checks"]["database"]["latency_ms"] > 0
        assert (await http.get("/health/ready")).json() == {"status": "ready"}
        assert (await http.get("/health/startup")).json() == {"status": "started"}
        pool = (await http.get("/health/db-pool")).json()
        assert set(pool) == {"size", "checked_out", "overflow", "checked_in", "waiting"}
        assert (pool["checked_out"], pool["waiting"]) == (0, 0)


@pytest.mark.parametrize("gone", [Away(), Frozen()])
async def test_without_the_database_it_is_alive_and_not_ready(gone: Database) -> None:
    async with client(Parts(db=gone)) as http:
        with anyio.fail_after(30):
            health = await http.get("/health")
            ready = await http.get("/health/ready")
            live = await http.get("/health/live")
    assert (health.status_code, health.json()["status"]) == (503, "failing")
    assert (ready.status_code, ready.json()) == (503, {"status": "no-database"})
    assert live.status_code == 200
    assert "hunter2" not in health.text


async def test_an_optional_dependency_degrades(db: Database) -> None:
    async with client(Parts(db=db), checks=(Check("cache", fails, is_required=False),)) as http:
        health = await http.get("/health")
        assert (health.status_code, health.json()["status"]) == (200, "degraded")
        assert health.json()["checks"]["cache"]["status"] == "failing"
        assert (await http.get("/health/ready")).status_code == 200


@pytest.mark.parametrize(("phase", "said"), [(Phase.STARTING, "starting"), (Phase.DRAINING, "draining")])
async def test_a_process_that_does_not_serve_is_not_ready(phase: Phase, said: str) -> None:
    parts = Parts()
    parts.in_flight.refuse()
    async with client(parts, phase) as http:
        ready = await http.get("/health/ready")
        assert (ready.status_code, ready.json()) == (503, {"status": said})
        assert (await http.get("/health/live")).status_code == 200
        assert (await http.get("/health/startup")).status_code == (503 if phase is Phase.STARTING else 200)


async def test_the_root_says_who_it_is_and_shows_people_the_documentation() -> None:
    async with client(Parts()) as http:
        assert (await http.get("/")).json() == {"name": "overture", "version": "1.2.3", "docs": "/docs"}
        page = await http.get("/", headers={"accept": "text/html,application/xhtml+xml"})
        assert (page.status_code, page.headers["location"]) == (303, "/docs")


async def test_figures_are_prometheus_text() -> None:
    async with client(Parts()) as http:
        await http.get("/health/live")
        figures = await http.get("/metrics")
    assert figures.headers["content-type"].startswith("text/plain")
    assert 'overture_http_requests_total{method="GET",route="/health/live",status="200"} 1.0' in figures.text


async def test_the_live_tree_is_for_admins() -> None:
    async with client(Parts()) as http:
        assert (await http.get("/debug/tasks", headers={"authorization": ""})).status_code == 401
        assert (await http.get("/debug/tasks")).status_code == 403
        tree = (await http.get("/debug/tasks", headers=bearer("root", scopes=["admin"]))).json()
    (task,) = tree["tasks"]
    assert (task["kind"], task["name"]) == ("request", "GET /debug/tasks")
    assert task["deadline_in_seconds"] > 0


async def test_a_database_that_takes_no_writes_is_not_ready_and_found_again_at_once() -> None:
    db = Full()
    async with client(Parts(db=db)) as http:
        for _ in range(2):
            assert (await http.get("/health/ready")).json() == {"status": "no-database"}
        db.has_room = True
        for _ in range(3):
            assert (await http.get("/health/ready")).status_code == 200
    assert db.writes == 3, "after a write that went well, the next is not due"
