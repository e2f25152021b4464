"""The second wall: PostgreSQL itself shows a unit only the rows of whom it acts for."""

from collections.abc import AsyncIterator

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.kernel.database import Database, Transaction, acting_for, open_database
from service.kernel.database.failures import sqlstate
from service.kernel.database.wall import Acting, opening, quote_literal, system_opening
from service.kernel.identifiers import TenantId, UserId
from tests.postgres import Server

pytestmark = pytest.mark.anyio

ANN, BOB = UserId("ann"), UserId('bob o\'neill \\ "x" $$; DROP TABLE notes; --')
WORKS, HOME = TenantId("works"), TenantId("home")

# The policies are what `service.migrations.wall.guard` writes; tests/migrations compares.
TABLES = """
    CREATE TABLE notes (user_id text, tenant_id text, body text);
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY notes_wall ON notes
        USING (user_id = (SELECT nullif(current_setting('overture.user', true), '')))
        WITH CHECK (user_id = (SELECT nullif(current_setting('overture.user', true), '')));
    CREATE TABLE boards (tenant_id text, body text);
    ALTER TABLE boards ENABLE ROW LEVEL SECURITY;
    CREATE POLICY boards_wall ON boards
        USING (tenant_id = (SELECT nullif(current_setting('overture.tenant', true), '')));
    GRANT SELECT, INSERT, UPDATE, DELETE ON notes, boards TO overture_app;
"""


@pytest.fixture(scope="module")
def database_url(database_url: str, postgres_server: Server) -> str:
    postgres_server.execute(TABLES, url=database_url)
    return database_url


@pytest.fixture
async def lone(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    """One connection, so that every unit is the next user of the one before."""
    async with open_database(database_url, pool_size=1) as database:
        yield database


async def write(tx: Transaction, user: str, body: str) -> None:
    await tx.execute(text("INSERT INTO notes VALUES (:user, 't', :body)"), {"user": user, "body": body})


async def bodies(tx: Transaction) -> list[str]:
    return [row.body for row in await tx.rows(text("SELECT body FROM notes ORDER BY body"))]


async def change_everything(tx: Transaction) -> int:
    changed = await tx.execute(text("UPDATE notes SET body = 'mine now'"))
    return changed + await tx.execute(text("DELETE FROM notes"))


async def settings(tx: Transaction) -> tuple[str, str, str]:
    names = ("role", "overture.user", "overture.tenant")
    role, user, tenant = [
        await tx.scalar(text("SELECT coalesce(current_setting(:name, true), '')"), {"name": name}) for name in names
    ]
    return role, user, tenant


@pytest.fixture
async def two_notes(lone: Database) -> None:
    for user in (ANN, BOB):
        with acting_for(user, WORKS):
            await lone.run(write, user, f"of {user}")


@pytest.mark.usefixtures("two_notes")
async def test_each_sees_their_own_rows_only(lone: Database) -> None:
    for user in (ANN, BOB):
        with acting_for(user, WORKS):
            assert await lone.read(bodies) == [f"of {user}"]


@pytest.mark.usefixtures("two_notes")
async def test_nobody_sees_nothing(lone: Database) -> None:
    assert lone.wall_is_up
    assert await lone.run(bodies) == []
    assert await lone.run(change_everything) == 0


@pytest.mark.usefixtures("two_notes")
async def test_the_system_sees_all(lone: Database) -> None:
    with acting_for(ANN, WORKS):
        assert await lone.run_system(bodies) == ["of ann", f"of {BOB}"]


@pytest.mark.usefixtures("two_notes")
async def test_others_rows_can_be_neither_changed_nor_forged(lone: Database) -> None:
    with acting_for(BOB, WORKS):
        assert await lone.run(change_everything) == 2  # changed one, deleted one: his
        with pytest.raises(DBAPIError, match="row-level security") as caught:
            await lone.run(write, ANN, "forged")
    assert sqlstate(caught.value) == "42501"
    assert await lone.run_system(bodies) == ["of ann"]


async def test_a_tenants_rows(lone: Database) -> None:
    async def post(tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO boards VALUES ('works', 'at works')"))

    async def posted(tx: Transaction) -> int:
        return len(await tx.rows(text("SELECT * FROM boards")))

    with acting_for(ANN, WORKS):
        await lone.run(post)
    with acting_for(BOB, WORKS):
        assert await lone.read(posted) == 1
    with acting_for(ANN, HOME):
        assert await lone.read(posted) == 0
    assert await lone.read(posted) == 0


async def test_nothing_is_left_for_the_next_user_of_the_connection(lone: Database) -> None:
    class Refused(Exception):
        pass

    async def refuse(tx: Transaction) -> None:
        assert await settings(tx) == ("overture_app", ANN, HOME)
        raise Refused

    with acting_for(ANN, HOME):
        assert await lone.run(settings) == ("overture_app", ANN, HOME)
        with pytest.raises(Refused):
            await lone.run(refuse)
        with anyio.move_on_after(0.02):
            await lone.run(lambda tx: tx.scalar(text("SELECT pg_sleep(0.1)")))
    assert await lone.run(settings) == ("overture_app", "", "")
    assert await lone.run_system(settings) == ("none", "", "")


async def test_acting_ends_with_its_block_and_nests(lone: Database) -> None:
    with acting_for(ANN, HOME):
        with acting_for(BOB, WORKS):
            assert (await lone.run(settings))[1:] == (BOB, WORKS)
        assert (await lone.run(settings))[1:] == (ANN, HOME)
    assert (await lone.run(settings))[1:] == ("", "")


async def test_concurrent_callers_do_not_mix(db: Database) -> None:
    async def ask(user: UserId) -> None:
        with acting_for(user, WORKS):
            for _ in range(10):
                assert (await db.run(settings))[1] == user

    async with anyio.create_task_group() as many:
        for number in range(20):
            many.start_soon(ask, UserId(f"user {number}"))


async def test_without_the_role_units_run_and_the_gateway_says_so(lone: Database, database_url: str) -> None:
    async def create_outsider(tx: Transaction) -> None:
        await tx.execute(text("DROP ROLE IF EXISTS outsider"))
        await tx.execute(text("CREATE ROLE outsider LOGIN"))

    await lone.run_system(create_outsider)
    async with open_database(database_url.replace("postgres@", "outsider@"), pool_size=1) as db:
        assert not db.wall_is_up
        with acting_for(ANN, HOME):
            assert await db.run(settings) == ("none", ANN, HOME)


@pytest.mark.parametrize("name", ["nul \0", "half a pair \ud83d"])
def test_text_that_postgresql_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="NUL"), acting_for(UserId(name), WORKS):
        pass
    with pytest.raises(ValueError, match="NUL"), acting_for(ANN, TenantId(name)):
        pass


def test_literals() -> None:
    assert quote_literal("o'neill \\") == "'o''neill \\'"


def test_first_words() -> None:
    limits = (("lock_timeout", "3000"),)
    assert opening(Acting(ANN, HOME), as_app=True, is_read_only=True, limits=limits) == (
        "BEGIN READ ONLY; SELECT set_config('overture.user', 'ann', true), "
        "set_config('overture.tenant', 'home', true), set_config('lock_timeout', '3000', true), "
        "set_config('role', 'overture_app', true)"
    )
    assert "role" not in opening(Acting(ANN, HOME), as_app=False, is_read_only=False, limits=limits)
    assert system_opening(limits=limits) == "BEGIN; SELECT set_config('lock_timeout', '3000', true)"
