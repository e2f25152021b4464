"""What every test may ask for: the two backends, and real PostgreSQL.

One embedded server per run, one template database migrated once, one database per module cloned from it; the rows a
test committed are deleted after it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from service.kernel.database import Database, open_database
from service.migrations.migrate import migrate
from tests.postgres import Server, connected, database_name, started_server

# Enough for the concurrency of ordinary tests, few enough to open in a few milliseconds.
POOL_SIZE = 5


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
