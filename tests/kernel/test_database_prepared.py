"""Statements that are sent past SQLAlchemy: the same rows, and the same fate of whatever goes wrong."""

from typing import Any
from uuid import uuid4

import anyio
import pytest
from asyncpg import DivisionByZeroError
from sqlalchemy import JSON, Enum, Integer, Select, Text, bindparam, column, func, literal, literal_column, select, text

from service.kernel.database import Database, DatabaseUnavailable, Transaction, prepare
from tests.kernel.database_tables import TABLES, Signal, busy_elsewhere, done, insert_done, one, until_quiet
from tests.postgres import Server

NUMBER = bindparam("number", type_=Integer)
COUNTED = (
    select(column("n", Integer), (column("n", Integer) * NUMBER).label("product"), literal("each", Text).label("word"))
    .select_from(func.generate_series(1, NUMBER).alias("n"))
    .order_by(text("1"))
    .limit(bindparam("fetched", type_=Integer))
)
SLEEP = prepare(select(func.pg_sleep(bindparam("seconds", type_=Integer))))
DIVIDE = prepare(select(literal_column("1", Integer) // NUMBER))


@pytest.fixture(scope="module")
def database_url(database_url: str, postgres_server: Server) -> str:
    postgres_server.execute(TABLES, url=database_url)
    return database_url


@pytest.mark.anyio
async def test_the_rows_are_those_of_the_statement(db: Database) -> None:
    given = {"number": 3, "fetched": 2}

    async def both(tx: Transaction) -> None:
        statement = prepare(COUNTED)
        rows, plain = await tx.rows(statement, given), await tx.rows(COUNTED, given)
        assert [tuple(row) for row in rows] == [tuple(row) for row in plain] == [(1, 3, "each"), (2, 6, "each")]
        assert [(row.n, row.product, row.word) for row in rows] == [(row.n, row.product, row.word) for row in plain]
        first = await tx.row(statement, given)
        assert first is not None
        assert (first.n, await tx.scalar(statement, given), await tx.execute(statement, given)) == (1, 1, 2)
        nothing = given | {"number": 0}
        assert (await tx.row(statement, nothing), await tx.scalar(statement, nothing)) == (None, None)
        with pytest.raises(KeyError):
            await tx.rows(statement, {"fetched": 1})

    await db.run(both)


@pytest.mark.parametrize(
    "statement",
    [
        select(column("state", Enum("on", "off"))),
        select(column("n", Integer)).where(column("document", JSON) == bindparam("given", type_=JSON)),
        select(column("n", Integer)).where(column("n", Integer).in_([1, 2])),
    ],
    ids=["a column", "a parameter", "a list"],
)
def test_what_would_have_to_be_converted_is_refused(statement: Select[*tuple[Any, ...]]) -> None:
    with pytest.raises(TypeError):
        prepare(statement)


@pytest.mark.anyio
@pytest.mark.parametrize("is_swallowed", [False, True])
async def test_after_an_error_nothing_is_committed(db: Database, *, is_swallowed: bool) -> None:
    async def broken(tx: Transaction) -> None:
        await insert_done(tx, uuid4())
        if not is_swallowed:
            await tx.rows(DIVIDE, {"number": 0})
        with pytest.raises(DivisionByZeroError):
            await tx.rows(DIVIDE, {"number": 0})

    with pytest.raises(DivisionByZeroError):
        await db.run(broken)
    assert await db.read(done) == set()


@pytest.mark.anyio
async def test_a_lost_connection_is_unavailable(db: Database) -> None:
    async def sleep(tx: Transaction) -> None:
        await insert_done(tx, uuid4())
        await tx.rows(SLEEP, {"seconds": 30})

    async def asked() -> None:
        with pytest.raises(DatabaseUnavailable):
            await db.run(sleep)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(asked)
            while not (sleeping := await db.run_system(busy_elsewhere, "SELECT pg_sleep%")):
                await anyio.sleep(0.005)
            await db.run_system(terminate, sleeping[0])
    assert await db.read(done) == set()
    assert await db.run(one) == 1
    assert db.pool_state().checked_out == 0


async def terminate(tx: Transaction, process: int) -> None:
    await tx.scalar(text("SELECT pg_terminate_backend(:process)"), {"process": process})


@pytest.mark.anyio
async def test_it_is_cancelled_on_the_server(db: Database) -> None:
    signal = Signal()

    async def long(tx: Transaction) -> None:
        signal.fire()
        await tx.rows(SLEEP, {"seconds": 30})

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(db.run, long)
            await signal.wait()
            group.cancel_scope.cancel()
        await until_quiet(db)
    assert db.pool_state().checked_out == 0
    assert db.pool_state().opened == db.pool_state().size
