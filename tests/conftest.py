"""What every test may ask for: the two backends, and real PostgreSQL; and what is known of every test.

One embedded server per run, one template database migrated once, one database per module cloned from it; the rows a
test committed are deleted after it.
"""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import settings

from service.kernel.database import Database, open_database
from service.migrations.migrate import migrate
from tests.postgres import Server, connected, database_name, started_server
from tests.properties import GATE

# Enough for the concurrency of ordinary tests, few enough to open in a few milliseconds.
POOL_SIZE = 5


settings.load_profile(GATE)


def pytest_itemcollected(item: pytest.Item) -> None:
    if isinstance(item, pytest.Function) and "postgres_server" in item.fixturenames:
        item.add_marker("process")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    with _processes_only_where_marked(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    with _processes_only_where_marked(item):
        return (yield)


@contextmanager
def _processes_only_where_marked(item: pytest.Item) -> Generator[None]:
    """The fast lane leaves out what is marked, so a test that starts a process without the mark fails everywhere."""
    with pytest.MonkeyPatch.context() as patch:
        if not item.get_closest_marker("process"):
            patch.setattr(subprocess.Popen, "__init__", _refuse_to_start)
        yield


def _refuse_to_start(*_: object, **__: object) -> None:
    raise AssertionError("a test that starts a process is to be marked: pytest.mark.process")


@pytest.fixture(params=["asyncio", "trio"], scope="module")
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    with started_server() as server:
        yield server


@pytest.fixture(scope="session")
def template_database(postgres_server: Server) -> Iterator[str]:
    """The name of a database with every migration applied, for `CREATE DATABASE ... TEMPLATE`."""
    with postgres_server.database() as url:
        migrate(url)
        asyncio.run(_remember_seeds(url))
        yield database_name(url)


@pytest.fixture(scope="module")
def database_url(postgres_server: Server, template_database: str) -> Iterator[str]:
    """A fresh migrated database for this module."""
    with postgres_server.database(template=template_database) as url:
        yield url


@pytest.fixture(autouse=True)
def tables_are_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test that used the module's database: every row goes that a migration did not put there."""
    yield
    if "database_url" in request.fixturenames:
        asyncio.run(_empty(request.getfixturevalue("database_url")))


@pytest.fixture
async def db(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    async with open_database(database_url, pool_size=POOL_SIZE) as database:
        yield database


async def _remember_seeds(url: str) -> None:
    """Copy the rows that migrations wrote to the schema `seeds`, from where `_empty` brings them back."""
    async with connected(url) as connection:
        await connection.execute("CREATE SCHEMA seeds")
        for table in await _tables(connection):
            if await connection.fetchval(f"SELECT EXISTS (SELECT FROM public.{table})"):
                await connection.execute(f"CREATE TABLE seeds.{table} AS TABLE public.{table}")


async def _empty(url: str) -> None:
    async with connected(url) as connection:
        # DELETE, not TRUNCATE: a hundred times cheaper on small tables. Replica role: no foreign keys, no triggers.
        statements = ["SET session_replication_role = replica"]
        statements += [f"DELETE FROM public.{table}" for table in await _tables(connection)]
        seeds = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'seeds'")
        for seed in seeds:
            name = _quoted(seed["tablename"])
            statements.append(f"INSERT INTO public.{name} OVERRIDING SYSTEM VALUE TABLE seeds.{name}")
        await connection.execute("; ".join(statements))


async def _tables(connection: Any) -> list[str]:
    rows = await connection.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    )
    return [_quoted(row["tablename"]) for row in rows]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
