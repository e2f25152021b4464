"""What a list costs when the table has grown: each call on 1 000 000 jobs over the same call on 10 000, over HTTP.

    python -m tests.benchmarks.growth --programs /usr/lib/postgresql/15/bin [--calls 250] [--keep DIR] [--plans-only]

Both tenants stand beside the same 1000 small ones, each in a database of its own on one server, served by a process of
its own; one connection asks, the two in turns. What is printed is the ratio of the medians. Afterwards every statement
of every call is planned aloud (auto_explain, in the service's own sessions, often enough for generic plans to come),
and a sequential scan in any plan on the large table fails the run (on the small one, some are PostgreSQL's best: they
are named). Wants a PostgreSQL with pg_trgm and auto_explain.
"""

import argparse
import json
import os
import platform
import re
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import anyio

from service.kernel.identifiers import UserId
from tests.benchmarks.bare_server import sealed
from tests.benchmarks.figures import spread, table
from tests.benchmarks.hammer import Blows
from tests.benchmarks.jobs_data import HUNDREDTH, MANY, TENTH, Tenants, company
from tests.benchmarks.list_stage import OURS, asked, filled, folder, postgres, served, struck
from tests.benchmarks.stage import until_idle
from tests.journeys.process import Service, token
from tests.postgres import connected

LARGE = UserId("large")
SMALL = [UserId(f"small-{number}") for number in range(1000)]
JOBS = {"ten_thousand": 10_000, "million": 1_000_000}
RATIO_MAX = 1.3
TURNS = 5
# A connection plans with the parameters five times, and only then decides whether it goes on without them.
PLANNED_CALLS = 12
# Different ones, so that no call is answered from what the one before has warmed.
VARIETY = 50
# Organizations that both tables have.
SHARED_ORGANIZATIONS = 200
# Small enough that every connection has prepared its statements before it is measured.
POOL = {"OVERTURE_POOL_SIZE": "2"}
PLAN = re.compile(r"plan:\n((?:\t.*\n)+)")
# Seven rows: reading them all is the shortest way.
SCANNED_WHOLE = {"job_statuses"}


@dataclass(frozen=True)
class Call:
    """`targets` are asked for in turn. `is_promised`: within the ratio. Else it is printed to be known: of a share of
    the rows, the small table counts some hundreds and the large one 10 000, so that more is done there.
    """

    name: str
    targets: Mapping[str, Sequence[str]]
    is_promised: bool = True
    person: UserId = LARGE


def everywhere(name: str, *queries: Mapping[str, Any], is_promised: bool = True, person: UserId = LARGE) -> Call:
    """The same in both tables."""
    targets = [_target(query) for query in queries]
    return Call(name, dict.fromkeys(JOBS, targets), is_promised, person)


def _target(query: Mapping[str, Any]) -> str:
    return f"/api/jobs?{urlencode(query)}" if query else "/api/jobs"


async def calls(urls: Mapping[str, str]) -> list[Call]:
    sorts = ("date", "application_date", "company", "job_title", "resume")
    few = [{"search": company(place).lower()} for place in range(0, SHARED_ORGANIZATIONS, 4)]
    return [
        everywhere("first page", {}),
        await deep("cursor page, deep", urls, sort="date", order="DESC", key="created_at"),
        await deep("cursor page, deep, by company", urls, sort="company", order="ASC", key="lower(company)"),
        everywhere("page 100", {"page": 100}),
        *(
            everywhere(f"by {sort}, {order}", {"orderBy": sort, "order": order})
            for sort in sorts
            for order in ("ASC", "DESC")
        ),
        everywhere("search, 50 hits", *few),
        everywhere("search, 50 hits, by title", *({**query, "orderBy": "job_title", "order": "ASC"} for query in few)),
        everywhere("search, no hit", *({"search": f"nobody {number}"} for number in range(VARIETY))),
        everywhere(f"search, 4 rows of 5 ({MANY})", {"search": MANY}),
        everywhere(f"search, 4 rows of 5 ({MANY}), by company", {"search": MANY, "orderBy": "company", "order": "ASC"}),
        everywhere(f"search, 1 row of 10 ({TENTH})", {"search": TENTH}, is_promised=False),
        everywhere(f"search, 1 row of 100 ({HUNDREDTH})", {"search": HUNDREDTH}, is_promised=False),
        everywhere("search, two letters (en)", {"search": "en"}, is_promised=False),
        everywhere("status, 3 rows of 5 (Lead)", {"status": "Lead"}),
        everywhere("status, 1 row of 100 (Accepted)", {"status": "Accepted"}, is_promised=False),
        everywhere(
            "status, by company", {"status": "Applied", "orderBy": "company", "order": "ASC"}, is_promised=False
        ),
        everywhere("search and status", {"search": MANY, "status": "Applied"}, is_promised=False),
        everywhere("a small tenant's first page", {}, person=SMALL[500]),
        everywhere("a small tenant's search", {"search": MANY}, person=SMALL[500]),
    ]


async def deep(name: str, urls: Mapping[str, str], *, sort: str, order: str, key: str) -> Call:
    """Cursors to places all over the second half of each table."""
    targets: dict[str, list[str]] = {}
    for database, url in urls.items():
        places = [JOBS[database] * (VARIETY + number) // (2 * VARIETY) for number in range(VARIETY)]
        async with connected(url) as connection:
            rows = await connection.fetch(
                f"SELECT key, id FROM (SELECT {key} AS key, id, row_number() OVER (ORDER BY {key} {order}, id {order}) "
                "AS place FROM jobs WHERE tenant_id = $1) AS ordered WHERE place = ANY ($2)",
                f"user:{LARGE}",
                places,
            )
        cursors = [
            sealed(f"jobs by {sort} {order}, status None, search None", 2, row["key"], row["id"]) for row in rows
        ]
        targets[database] = [_target({"orderBy": sort, "order": order, "cursor": cursor}) for cursor in cursors]
    return Call(name, targets)


@dataclass
class Found:
    """Seconds of each answer, by database; and the plans there were."""

    taken: dict[str, list[float]] = field(default_factory=lambda: {database: [] for database in JOBS})
    plans: dict[str, set[str]] = field(default_factory=lambda: {database: set() for database in JOBS})

    def p50(self, database: str) -> float:
        return spread(self.taken[database]).p50

    @property
    def ratio(self) -> float:
        return self.p50("million") / self.p50("ten_thousand")


async def measured(
    urls: Mapping[str, str], made: Sequence[Call], *, directory: Path, count: int, patience_seconds: float
) -> dict[str, Found]:
    found = {call.name: Found() for call in made}
    async with AsyncExitStack() as stack:
        services = {
            database: await stack.enter_async_context(
                served(OURS, database_url=url, directory=directory, environment=POOL)
            )
            for database, url in urls.items()
        }
        for call in made:
            await until_idle(patience_seconds)
            for service in services.items():
                await struck(_blows(*service, call, VARIETY))
            for _ in range(TURNS):
                for database, service in services.items():
                    hit = await struck(_blows(database, service, call, -(-count // TURNS)))
                    assert set(hit.statuses) == {200}, (call, hit.statuses)
                    found[call.name].taken[database] += hit.taken
            said(f"{call.name}: {found[call.name].ratio:.2f}")
    return found


def _blows(database: str, service: Service, call: Call, count: int) -> Blows:
    targets = tuple(call.targets[database])
    return Blows(service.base_url, targets, token(call.person), connections=1, seconds=60.0, calls=count)


async def planned(
    urls: Mapping[str, str], made: Sequence[Call], found: Mapping[str, Found], *, directory: Path, log: Path
) -> dict[str, set[str]]:
    """Note the plans of every statement of every call; the sequential scans among them, by database."""
    scans: dict[str, set[str]] = {database: set() for database in JOBS}
    for database, url in urls.items():
        async with served(
            OURS, database_url=url, directory=directory, environment={"OVERTURE_POOL_SIZE": "1"}
        ) as service:
            for call in made:
                began = _size(log)
                await struck(_blows(database, service, call, PLANNED_CALLS))
                for plan in _plans(log, began):
                    found[call.name].plans[database] |= {steps} if (steps := " + ".join(_steps(plan))) else set()
                    scans[database] |= {f"{call.name}: {scan}" for scan in _scans(plan)}
    return scans


@contextmanager
def planning_aloud(server: str) -> Generator[None]:
    settings = {"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0"}
    settings |= {"auto_explain.log_format": "json"}
    for database in JOBS:
        for name, value in settings.items():
            asked(server, f"ALTER DATABASE {database} SET {name} = '{value}'")
    try:
        yield
    finally:
        for database in JOBS:
            asked(server, f"ALTER DATABASE {database} RESET ALL")


def _size(log: Path) -> Mapping[Path, int]:
    return {file: file.stat().st_size for file in log.glob("*.log")}


def _plans(log: Path, began: Mapping[Path, int]) -> Iterator[Mapping[str, Any]]:
    for file in log.glob("*.log"):
        said_since = file.read_bytes()[began.get(file, 0) :].decode(errors="replace")
        for found in PLAN.finditer(said_since):
            yield json.loads(found[1])["Plan"]


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)


def _steps(plan: Mapping[str, Any]) -> Iterator[str]:
    """The nodes that say how the tables are read, and what is sorted."""
    for node in _nodes(plan):
        where = node.get("Index Name") or node.get("Relation Name")
        if where or "Sort" in node["Node Type"]:
            yield " ".join(part for part in (node["Node Type"], where) if part)


def _scans(plan: Mapping[str, Any]) -> Iterator[str]:
    for node in _nodes(plan):
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] not in SCANNED_WHOLE:
            yield f"Seq Scan on {node['Relation Name']}"


def report(made: Sequence[Call], found: Mapping[str, Found], *, load_before: float, count: int) -> str:
    lines: list[list[str]] = []
    for call in made:
        one = found[call.name]
        mark = "" if not call.is_promised else " ok" if one.ratio <= RATIO_MAX else " ABOVE"
        small, large = (f"{one.p50(database) * 1000:.2f}" for database in JOBS)
        lines.append(
            [call.name, small, large, f"**{one.ratio:.2f}**{mark}" if call.is_promised else f"{one.ratio:.2f}"]
        )
    conditions = (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}; load before: "
        f"{load_before:.2f}. {count} calls each, one connection. Promised where bold: at most {RATIO_MAX:g}."
    )
    head = ["call", "p50 ms at 10 000", "p50 ms at 1 000 000", "ratio"]
    return "\n\n".join(["## Benchmark: growth", conditions, table(head, lines)])


def plans_report(made: Sequence[Call], found: Mapping[str, Found], scans: Mapping[str, set[str]]) -> str:
    lines = [
        [call.name, *("<br>".join(sorted(found[call.name].plans[database])) for database in JOBS)] for call in made
    ]
    parts = [table(["call", *(f"plans at {jobs}" for jobs in JOBS.values())], lines)]
    for database, jobs in JOBS.items():
        parts.append("\n".join([f"Sequential scans at {jobs}: {len(scans[database])}", *sorted(scans[database])]))
    return "\n\n".join(parts)


def said(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    parser.add_argument("--programs", type=Path, required=True, help="PostgreSQL's, with pg_trgm and auto_explain")
    parser.add_argument("--calls", type=int, default=250, help="of each kind, on each table")
    parser.add_argument("--keep", type=Path, help="a directory for the data, kept for the next run")
    parser.add_argument("--plans-only", action="store_true")
    parser.add_argument("--only", help="the calls whose names hold this")
    parser.add_argument("--patience", type=float, default=0.0, help="seconds to wait for an idle machine, each time")
    given = parser.parse_args()
    with folder(given.keep) as directory, postgres(directory, given.programs) as server:
        urls = {
            database: filled(server, database, [Tenants((LARGE,), jobs), Tenants(SMALL, 20)])
            for database, jobs in JOBS.items()
        }
        made = [call for call in anyio.run(calls, urls) if (given.only or "") in call.name]
        load_before, found = os.getloadavg()[0], {call.name: Found() for call in made}
        if not given.plans_only:
            work = partial(measured, directory=directory, count=given.calls, patience_seconds=given.patience)
            found = anyio.run(work, urls, made)
            print(report(made, found, load_before=load_before, count=given.calls))
        log = directory / given.programs.parent.name / "log"
        with planning_aloud(server):
            scans = anyio.run(partial(planned, directory=directory, log=log), urls, made, found)
        print(plans_report(made, found, scans))
    sys.exit(1 if scans["million"] else 0)


if __name__ == "__main__":
    main()
