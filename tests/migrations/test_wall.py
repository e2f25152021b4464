"""What `guard` and `allow` build, and that every table stands behind it."""

from collections.abc import Iterator

import pytest
from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.kernel.database import Database, Transaction, acting_for, open_database
from service.kernel.identifiers import TenantId, UserId
from service.migrations.wall import allow, guard
from tests.postgres import Server
from tests.schema import apply_alone, as_migration

pytestmark = pytest.mark.anyio

# Alembic's own; it says nothing of anybody.
UNGUARDED = {"alembic_version"}

ANN, WORKS = UserId("ann"), TenantId("works")


async def test_every_table_of_the_schema_is_guarded(db: Database) -> None:
    async def unguarded(tx: Transaction) -> set[str]:
        rows = await tx.rows(
            text("""
                SELECT relname FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relrowsecurity
            """)
        )
        return {row.relname for row in rows}

    assert await db.run_system(unguarded) - UNGUARDED == set()


def build() -> None:
    op.execute("""
        CREATE TABLE of_users (user_id text);
        CREATE TABLE people (id text);
        CREATE TABLE of_tenants (tenant_id text);
        CREATE TABLE of_everyone (body text);
        CREATE TABLE of_the_system (body text);
        CREATE TABLE "of its own" (body text);
    """)
    guard("of_users", by="user")
    guard("people", by="user", column="id")
    guard("of_tenants", by="tenant")
    guard("of_everyone", by="everyone")
    guard("of_the_system", by="system")
    allow("of its own", "SELECT, INSERT", where="body LIKE current_setting('overture.user', true) || '''s %'")
    for table in ("of_users", "people", "of_tenants", "of_everyone", "of_the_system"):
        op.execute(f"INSERT INTO {table} VALUES ('ann'), ('bob'), ('works'), ('')")
    op.execute("INSERT INTO \"of its own\" VALUES ('ann''s own'), ('bob''s own')")


@pytest.fixture(scope="module")
def walled_url(postgres_server: Server) -> Iterator[str]:
    with postgres_server.database() as url:
        apply_alone(url, "0001_wall.py")
        as_migration(url, build)
        yield url


@pytest.mark.parametrize(
    ("table", "of_ann", "of_nobody"),
    [
        ("of_users", ["ann"], []),
        ("people", ["ann"], []),
        ("of_tenants", ["works"], []),
        ("of_everyone", ["", "ann", "bob", "works"], ["", "ann", "bob", "works"]),
        ('"of its own"', ["ann's own"], []),
    ],
)
async def test_who_sees_what(
    walled_url: str, anyio_backend: str, table: str, of_ann: list[str], of_nobody: list[str]
) -> None:
    async def values(tx: Transaction) -> list[str]:
        return sorted(row[0] for row in await tx.rows(text(f"SELECT * FROM {table}")))

    async with open_database(walled_url, pool_size=1) as db:
        with acting_for(ANN, WORKS):
            assert await db.read(values) == of_ann
        assert await db.read(values) == of_nobody
        assert len(await db.run_system(values)) >= 2


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO of_users VALUES ('bob')",
        "INSERT INTO of_users VALUES ('')",
        "INSERT INTO of_tenants VALUES ('elsewhere')",
        "UPDATE people SET id = 'bob'",
        "SELECT * FROM of_the_system",
        "INSERT INTO \"of its own\" VALUES ('bob''s own')",
        'DELETE FROM "of its own"',
        "TRUNCATE of_users",
        "ALTER TABLE of_users DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE mine (id int)",
    ],
)
async def test_what_ann_may_not_do(walled_url: str, anyio_backend: str, statement: str) -> None:
    async def attempt(tx: Transaction) -> int:
        return await tx.execute(text(statement))

    async with open_database(walled_url, pool_size=1) as db:
        with acting_for(ANN, WORKS), pytest.raises(DBAPIError, match=r"row-level security|permission|must be owner"):
            await db.run(attempt)
