"""How PostgreSQL goes about a list of jobs: along an index, never through a whole table, with a plan made for the
values at hand and with one made without them."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.adapters.local_postgres import binaries
from service.crm.jobs.model import JobSort, Wanted
from service.crm.jobs.store import listing
from service.crm.leads import store as leads
from service.crm.model import Direction, Status
from service.kernel.database import prepare
from service.kernel.database.paging import Window
from service.kernel.identifiers import TenantId, UserId, personal_tenant
from service.migrations.migrate import migrate
from tests.benchmarks import jobs_data
from tests.benchmarks.jobs_data import HUNDREDTH, MANY, Tenants, company
from tests.postgres import Server, connected, started_server

pytestmark = pytest.mark.process

# More than are counted, so that walks stop before their end.
LARGE = Tenants([UserId("large")], 15_000)
SMALL = Tenants([UserId(f"small{number}") for number in range(100)], 5)
TENANT = personal_tenant(UserId("large"))

FIRST = Window(25)
DEEP = datetime(2025, 1, 1, 1, tzinfo=UTC)
BEHIND = {
    JobSort.DATE: (DEEP, 5_000),
    JobSort.APPLICATION_DATE: (None, 5_000),
    JobSort.COMPANY: ("green", 5_000),
    JobSort.JOB_TITLE: ("senior", 5_000),
    JobSort.RESUME: (DEEP, 5_000),
}
INDEX = {
    JobSort.DATE: "jobs_by_date",
    JobSort.APPLICATION_DATE: "jobs_by_application_date",
    JobSort.COMPANY: "jobs_by_company",
    JobSort.JOB_TITLE: "jobs_by_title",
    JobSort.RESUME: "jobs_by_resume_date",
}

Plans = dict[str, str]


def with_trigrams() -> Path | None:
    """The programs of a PostgreSQL that has pg_trgm, if there is one on PATH or where Debian puts them."""
    on_path = shutil.which("pg_config")
    found = [Path(on_path).parent] if on_path else []
    for programs in (*found, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)):
        if not ((programs / "postgres").exists() and (programs / "pg_config").exists()):
            continue
        told = subprocess.run([programs / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
        if (Path(told.stdout.strip()) / "extension" / "pg_trgm.control").exists():
            return programs
    return None


@pytest.fixture(scope="module")
def ordinary(postgres_server: Server, template_database: str) -> Iterator[str]:
    with postgres_server.database(template=template_database) as url:
        asyncio.run(fill(url))
        yield url


@pytest.fixture(scope="module")
def trigrams() -> Iterator[str]:
    programs = with_trigrams()
    if programs is None:
        pytest.skip("no PostgreSQL with pg_trgm is installed on this machine")
    with pytest.MonkeyPatch.context() as patched, ExitStack() as stack:
        patched.setattr(binaries, "find_installed", lambda: programs)
        server = stack.enter_context(started_server())
        url = stack.enter_context(server.database())
        migrate(url)
        asyncio.run(fill(url))
        yield url


async def fill(url: str) -> None:
    async with connected(url) as connection:
        for tenants in (SMALL, LARGE):
            await jobs_data.load(connection, tenants)
        await connection.execute("VACUUM ANALYZE jobs, deals, organizations, lead_events, workspaces")


def plans_of(url: str, statements: dict[str, tuple[Any, dict[str, Any]]], *, mode: str) -> Plans:
    """How each would be carried out as the application's role, for the large tenant."""
    return asyncio.run(_plans_of(url, statements, mode))


async def _plans_of(url: str, statements: dict[str, tuple[Any, dict[str, Any]]], mode: str) -> Plans:
    plans: Plans = {}
    async with connected(url) as connection:
        await connection.execute(f"SET plan_cache_mode = {mode}")
        await connection.execute("SELECT set_config('overture.tenant', $1, false)", TENANT)
        await connection.execute("SET role = overture_app")
        for name, (statement, parameters) in statements.items():
            built = prepare(statement)
            values = ", ".join(map(_literal, built.arguments(parameters)))
            await connection.execute(f"PREPARE planned AS {built.sql}")
            rows = await connection.fetch(f"EXPLAIN EXECUTE planned({values})")
            await connection.execute("DEALLOCATE planned")
            plans[name] = "\n".join(row[0] for row in rows)
    return plans


def _literal(value: Any) -> str:
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    return "'{}'".format(str(value).replace("'", "''"))


def statements_of(
    wanted: Wanted, window: Window, *, tenant: TenantId = TENANT
) -> dict[str, tuple[Any, dict[str, Any]]]:
    """The statements of one list, by what it is."""
    shape, parameters = listing.shape_of(wanted, window), listing.parameters_of(tenant, wanted, window)
    built = (
        {"looked up": listing.look_up(shape), "walked": listing.page_alone(shape)}
        if shape.is_looked_up_first
        else {"walked and counted": listing.page_with_count(shape)}
    )
    name = f"{wanted.sort} {wanted.order} {wanted.status} {wanted.search} {shape.start}"
    return {f"{name}: {how}": (statement, parameters) for how, statement in built.items()}


def windows(sort: JobSort) -> Sequence[Window]:
    return FIRST, Window(25, offset=5_000), Window(25, after=BEHIND[sort])


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
@pytest.mark.parametrize("sort", list(JobSort))
@pytest.mark.parametrize("server", ["ordinary", "trigrams"])
def test_a_list_is_read_along_its_index(request: pytest.FixtureRequest, server: str, sort: JobSort, mode: str) -> None:
    url = request.getfixturevalue(server)
    statements: dict[str, tuple[Any, dict[str, Any]]] = {}
    for order in Direction:
        for window in windows(sort):
            statements |= statements_of(Wanted(sort=sort, order=order), window)
        if sort is JobSort.DATE:
            statements |= statements_of(Wanted(status=Status.OFFER, order=order), FIRST)
    for name, plan in plans_of(url, statements, mode=mode).items():
        assert "Seq Scan" not in plan, f"{name}\n{plan}"
        assert "Only Scan using jobs_by_" in plan, f"{name}\n{plan}"  # the count
        if "offset" not in name:
            index = "jobs_by_status" if "Offer" in name else INDEX[sort]
            assert f"Scan using {index} on jobs" in plan or f"Scan Backward using {index} on jobs" in plan, plan


@pytest.mark.parametrize("sort", list(JobSort))
def test_a_search_goes_by_trigrams_or_along_an_index(trigrams: str, sort: JobSort) -> None:
    statements: dict[str, tuple[Any, dict[str, Any]]] = {}
    for search in (company(17), HUNDREDTH, MANY, "no such name"):
        for status in (None, Status.APPLIED):
            for window in windows(sort):
                statements |= statements_of(Wanted(status, search, sort), window)
    for name, plan in plans_of(trigrams, statements, mode="force_custom_plan").items():
        # Two thirds of so small a table are soonest found by reading it; `benchmarks.growth` looks at a million.
        if MANY in name and "looked up" in name:
            continue
        assert "Seq Scan" not in plan, f"{name}\n{plan}"
        if "looked up" in name and "None" in name:
            assert "Bitmap Index Scan on jobs_by_trigrams" in plan, f"{name}\n{plan}"


def test_a_history_is_read_by_its_lead(ordinary: str) -> None:
    parameters = {"tenant": TENANT, "lead": 5_000, "after": 0, "fetched": 26, "offset": 0}
    for mode in ("force_generic_plan", "force_custom_plan"):
        (plan,) = plans_of(ordinary, {"history": (leads.HISTORY, parameters)}, mode=mode).values()
        assert "Seq Scan" not in plan
        assert plan.count("events_of_a_lead") == 2
