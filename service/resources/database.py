"""The database: the configured one or the embedded PostgreSQL, at the revision that this version needs."""

import os
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from subprocess import PIPE

import anyio
import structlog

from service.adapters.local_postgres import Owner
from service.kernel.database import SURVEY, Database, open_database
from service.kernel.errors import Unavailable
from service.migrations import applied_revision, newest_revision
from service.settings import Settings

log = structlog.get_logger(__name__)

# Creating the whole schema takes about a second; a migration of much data is run by hand before the start.
MIGRATE_TIMEOUT_SECONDS = 120.0

# One more connection, for as long as the block: with time for statements that read whole tables, of which none is to
# hold up those who wait for a place in the pool.
Survey = Callable[[], AbstractAsyncContextManager[Database]]


class SchemaOutdated(Unavailable):
    """The database is not at the revision this version of the service was written for."""

    slug, title = "schema-outdated", "The database's schema is not the expected one"


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncGenerator[str, None]:
    """The URL of the configured database, or of the embedded one, which is migrated and runs as long as this block."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    from service.adapters.local_postgres.launcher import local_postgres  # noqa: PLC0415  (only where it is used)

    async with local_postgres(_embedded_root(settings)) as url:
        await _bring_up_to_date(url)
        yield url


@contextmanager
def unmigrated_database_url(settings: Settings) -> Generator[str, None, None]:
    """The database's address past any pooler, its schema left as it is: for a command that migrates it, outside any
    event loop."""
    if settings.direct_url is not None:
        yield settings.direct_url
        return
    from service.adapters.local_postgres.launcher import blocking_local_postgres  # noqa: PLC0415

    with blocking_local_postgres(_embedded_root(settings)) as url:
        yield url


@asynccontextmanager
async def open_command_database(settings: Settings) -> AsyncGenerator[Database, None]:
    """One connection, for a command that works on the database and on nothing else. Raises `SchemaOutdated`."""
    async with database_url(settings) as url, open_database(url, pool_size=1) as db:
        await require_newest_schema(db)
        yield db


def embedded_owners(settings: Settings) -> Sequence[Owner]:
    """The processes that hold the embedded PostgreSQL up right now."""
    from service.adapters.local_postgres.launcher import current_owners  # noqa: PLC0415

    return current_owners(_embedded_root(settings))


def _embedded_root(settings: Settings) -> Path:
    return settings.data_dir / "postgresql"


def survey_of(url: str) -> Survey:
    """What opens a connection to that database for reading whole tables."""
    return partial(open_database, url, pool_size=1, bounds=SURVEY)


async def _bring_up_to_date(url: str) -> None:
    """Migrate the embedded database if it is behind, in a process of its own: alembic starts a loop of its own."""
    async with open_database(url, pool_size=1) as db:
        applied = await db.run_system(applied_revision)
    if applied == newest_revision():
        return
    log.info("migrating", applied=applied, newest=newest_revision())
    with anyio.move_on_after(MIGRATE_TIMEOUT_SECONDS):
        await _migrate(url)
        return
    raise SchemaOutdated(
        f"Migrating the embedded database took longer than {MIGRATE_TIMEOUT_SECONDS:g} s; run `overture migrate`."
    )


async def _migrate(url: str) -> None:
    process = await anyio.run_process(
        [sys.executable, "-m", "service", "migrate"],
        env={**os.environ, "DATABASE_URL": url},
        stdin=None,
        stdout=PIPE,
        stderr=PIPE,
        check=False,
    )
    if process.returncode:
        lines = process.stderr.decode(errors="replace").strip().splitlines()
        raise SchemaOutdated(
            f"The embedded database could not be migrated: {lines[-1] if lines else 'no reason given'}"
        )


async def require_newest_schema(db: Database) -> None:
    """Refuse to serve on a schema that this version was not written for."""
    applied, newest = await db.run_system(applied_revision), newest_revision()
    if applied != newest:
        raise SchemaOutdated(
            f"The database is at revision {applied or 'none'} and this version needs {newest}; run `overture migrate`."
        )
