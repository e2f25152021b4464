"""The tables the gateway's tests write to, and the units of work that do."""

from uuid import UUID

import anyio
import trio
from sqlalchemy import text

from service.kernel.database import Database, Transaction

# `done.slowly` makes COMMIT itself take time: the trigger is deferred to it.
TABLES = """
    CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL DEFAULT 0);
    INSERT INTO accounts SELECT number FROM generate_series(1, 40) AS number;
    CREATE SCHEMA seeds;
    CREATE TABLE seeds.accounts AS TABLE accounts;
    CREATE TABLE done (id uuid PRIMARY KEY, slowly double precision NOT NULL);
    CREATE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_sleep(NEW.slowly); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON done
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow_commit();
    CREATE TABLE once (id int CONSTRAINT one_of_each UNIQUE DEFERRABLE INITIALLY DEFERRED);
    CREATE SEQUENCE tries;
    CREATE TABLE fickle (id int);
    CREATE FUNCTION fail_twice() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('tries') % 3 <> 0 THEN RAISE EXCEPTION 'again' USING ERRCODE = 'serialization_failure'; END IF;
            RETURN NULL;
        END $$;
    CREATE CONSTRAINT TRIGGER fail_twice AFTER INSERT ON fickle
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_twice();
    GRANT ALL ON ALL TABLES IN SCHEMA public TO overture_app;
    GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO overture_app;
"""


async def one(tx: Transaction) -> int:
    return await tx.scalar(text("SELECT 1"))


async def sleep(tx: Transaction, seconds: float) -> None:
    await tx.scalar(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})


async def insert_done(tx: Transaction, number: UUID, *, commit_seconds: float = 0.0) -> UUID:
    statement = text("INSERT INTO done (id, slowly) VALUES (:id, :slowly)")
    assert await tx.execute(statement, {"id": number, "slowly": commit_seconds}) == 1
    return number


async def done(tx: Transaction) -> set[UUID]:
    return {row.id for row in await tx.rows(text("SELECT id FROM done"))}


async def backend(tx: Transaction) -> int:
    return await tx.scalar(text("SELECT pg_backend_pid()"))


async def busy_elsewhere(tx: Transaction, query: str = "%") -> list[int]:
    """Server processes of this database that do something, this one excepted."""
    rows = await tx.rows(
        text("""
            SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
              AND state <> 'idle' AND query LIKE :query
        """),
        {"query": query},
    )
    return [row.pid for row in rows]


async def connections(tx: Transaction) -> int:
    return await tx.scalar(
        text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = :kind"),
        {"kind": "client backend"},
    )


async def until_busy(db: Database, query: str) -> int:
    """The server process that runs such a query, once there is one."""
    with anyio.fail_after(30):
        while not (found := await db.run_system(busy_elsewhere, query)):
            await anyio.sleep(0.005)
    return found[0]


async def until_quiet(db: Database) -> None:
    with anyio.fail_after(30):
        while await db.run_system(busy_elsewhere):
            await anyio.sleep(0.005)


class Signal:
    """Set inside a unit, on whichever thread that runs; awaited by the test."""

    def __init__(self) -> None:
        self._event = anyio.Event()
        self._token = anyio.lowlevel.current_token().native_token

    def fire(self) -> None:
        if isinstance(self._token, trio.lowlevel.TrioToken):
            self._token.run_sync_soon(self._event.set)
        else:
            self._event.set()

    async def wait(self) -> None:
        await self._event.wait()
