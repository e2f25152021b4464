"""The four answers of the gateway, and what a unit finds around it."""

import asyncio
import threading
import traceback
from collections.abc import AsyncIterator
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from uuid import UUID, uuid4

import anyio
import anyio.lowlevel
import pytest
import sniffio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from service.kernel.database import (
    Bounds,
    Database,
    DatabaseUnavailable,
    Transaction,
    async_url,
    home_loop,
    open_database,
    pool,
)
from service.kernel.database.failures import sqlstate
from service.kernel.database.server import write_nothing
from tests.kernel.database_tables import TABLES, Signal, connections, done, insert_done, one, sleep, until_quiet
from tests.postgres import Server

pytestmark = pytest.mark.anyio

whose = ContextVar("whose", default="nobody's")


@pytest.fixture(scope="module")
def database_url(database_url: str, postgres_server: Server) -> str:
    postgres_server.execute(TABLES, url=database_url)
    return database_url


@pytest.fixture
async def lone(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    """A pool of one connection that waits 50 ms for it."""
    async with open_database(database_url, pool_size=1, bounds=Bounds(acquire_seconds=0.05)) as database:
        yield database


@pytest.mark.parametrize("state", ["53000", "53100", "53200", "53400"])
@pytest.mark.parametrize("verb", ["run", "read"])
async def test_a_server_without_room_or_memory_is_the_databases_trouble(db: Database, state: str, verb: str) -> None:
    async def fail(tx: Transaction) -> None:
        await tx.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))

    with pytest.raises(DatabaseUnavailable) as raised:
        await getattr(db, verb)(fail)
    assert sqlstate(raised.value.__cause__ or raised.value) == state


async def test_a_server_that_takes_no_writes_is_the_databases_trouble(db: Database) -> None:
    async def write(tx: Transaction) -> None:
        await tx.execute(text("SET LOCAL transaction_read_only = on"))
        await tx.execute(text("CREATE TABLE never (n int)"))

    with pytest.raises(DatabaseUnavailable):
        await db.run_system(write)


async def test_it_is_found_out_by_writing_nothing(db: Database) -> None:
    async def refused(tx: Transaction) -> None:
        await tx.execute(text("SET LOCAL transaction_read_only = on"))
        await write_nothing(tx)

    await db.run_system(write_nothing)
    with pytest.raises(DatabaseUnavailable, match="takes no writes"):
        await db.run_system(refused)


async def test_a_value_is_committed(db: Database) -> None:
    number = uuid4()
    assert await db.run(insert_done, number, commit_seconds=0.0) == number
    assert await db.read(done) == {number}


async def test_the_own_error_of_a_unit_rolls_back_and_keeps_type_and_traceback(db: Database) -> None:
    class Refused(Exception):
        pass

    async def refuse(tx: Transaction) -> None:
        await insert_done(tx, uuid4())
        raise Refused("by the unit")

    with pytest.raises(Refused, match="by the unit") as caught:
        await db.run(refuse)
    assert "refuse" in [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert await db.read(done) == set()
    assert db.pool_state().checked_out == 0


async def test_an_error_of_a_statement_keeps_type_and_traceback(db: Database) -> None:
    async def insert_twice(tx: Transaction) -> None:
        number = uuid4()
        await insert_done(tx, number)
        await insert_done(tx, number)

    with pytest.raises(IntegrityError) as caught:
        await db.run(insert_twice)
    assert sqlstate(caught.value) == "23505"
    assert "insert_twice" in [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert await db.read(done) == set()


async def test_an_error_of_commit_has_the_type_of_a_statements(db: Database) -> None:
    async def break_a_deferred_constraint(tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO once VALUES (1), (1)"))

    with pytest.raises(IntegrityError) as caught:
        await db.run(break_a_deferred_constraint)
    assert sqlstate(caught.value) == "23505"
    assert db.pool_state().checked_out == 0
    assert await db.run(one) == 1


async def test_a_swallowed_error_is_not_reported_as_committed(db: Database) -> None:
    async def swallow(tx: Transaction) -> str:
        await insert_done(tx, uuid4())
        with suppress(DBAPIError):
            await tx.execute(text("SELECT 1 / 0"))
        return "all is well"

    with pytest.raises(DBAPIError, match="division by zero"):
        await db.run(swallow)
    assert await db.read(done) == set()


async def test_reading_cannot_write(db: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only transaction"):
        await db.read(insert_done, uuid4())


async def test_four_ways_to_ask(db: Database) -> None:
    async def ask(tx: Transaction) -> None:
        numbers = text("SELECT number FROM generate_series(1, :last) AS number")
        assert [row.number for row in await tx.rows(numbers, {"last": 3})] == [1, 2, 3]
        first = await tx.row(numbers, {"last": 3})
        assert first is not None
        assert first.number == 1
        assert await tx.row(numbers, {"last": 0}) is None
        assert await tx.scalar(numbers, {"last": 0}) is None
        assert await tx.execute(text("UPDATE accounts SET balance = 0 WHERE id <= 7")) == 7

    await db.run(ask)


async def test_context_variables_are_seen_in_the_unit_and_the_loop_is_asyncio(db: Database) -> None:
    async def look(tx: Transaction) -> tuple[str, str]:
        await anyio.lowlevel.checkpoint()  # a trio trap in an asyncio task would be fatal
        return whose.get(), sniffio.current_async_library()

    token = whose.set("the caller's")
    assert await db.run(look) == ("the caller's", "asyncio")
    whose.reset(token)


async def test_a_serialization_failure_in_commit_is_tried_again(db: Database) -> None:
    tries = 0

    async def fickle(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        await tx.execute(text("INSERT INTO fickle VALUES (1)"))

    await db.run(fickle)
    assert tries == 3


async def test_tries_are_bounded(db: Database) -> None:
    tries = 0

    async def always(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        await tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = 'serialization_failure'; END $$"))

    with pytest.raises(DatabaseUnavailable) as caught:
        await db.run(always)
    assert isinstance(caught.value.__cause__, DBAPIError)
    assert (sqlstate(caught.value.__cause__), tries) == ("40001", 3)
    assert db.pool_state().checked_out == 0


async def test_a_deadlock_is_tried_again(db: Database) -> None:
    meeting = asyncio.Barrier(2)  # units run on an asyncio loop, whatever the test runs on
    tries = 0

    async def add(tx: Transaction, first: int, second: int) -> None:
        nonlocal tries
        tries += 1
        await tx.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
        await tx.execute(text("UPDATE accounts SET balance = balance + 1 WHERE id = :id"), {"id": first})
        if tries <= 2:
            await meeting.wait()
        await tx.execute(text("UPDATE accounts SET balance = balance + 1 WHERE id = :id"), {"id": second})

    before = await db.read(balances)
    async with anyio.create_task_group() as both:
        both.start_soon(lambda: db.run_system(add, 1, 2))
        both.start_soon(lambda: db.run_system(add, 2, 1))
    assert await db.read(balances) == before + 4
    assert tries == 3


async def balances(tx: Transaction) -> int:
    return await tx.scalar(text("SELECT sum(balance) FROM accounts"))


async def test_nobody_waits_for_a_place_without_end(lone: Database) -> None:
    busy = Signal()

    async def hold(tx: Transaction) -> None:
        busy.fire()
        await sleep(tx, 0.3)

    async with anyio.create_task_group() as both:
        both.start_soon(lone.run, hold)
        await busy.wait()
        with pytest.raises(DatabaseUnavailable) as caught:
            await lone.run(one)
        assert isinstance(caught.value.__cause__, TimeoutError)
    assert lone.pool_state().waiting == 0
    assert await lone.run(one) == 1


async def test_who_comes_after_too_many_is_refused_at_once(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "WAITING_MAX", 2)
    monkeypatch.setattr(pool, "WAITING_MAX_PER_PLACE", 1)
    busy, answers = Signal(), list[int]()

    async def hold(tx: Transaction) -> None:
        busy.fire()
        await sleep(tx, 0.3)

    async with open_database(database_url, pool_size=1) as db:

        async def ask() -> None:
            answers.append(await db.run(one))

        async with anyio.create_task_group() as group:
            group.start_soon(db.run, hold)
            await busy.wait()
            group.start_soon(ask)
            group.start_soon(ask)
            with anyio.fail_after(30):
                while db.pool_state().waiting < 2:
                    await anyio.sleep(0.005)
            with pytest.raises(DatabaseUnavailable, match="Too many wait"):
                await db.run(one)
            assert answers == []
        assert answers == [1, 1]
        assert db.pool_state().waiting == 0


def test_the_wait_has_room_for_all_generations_in_flight() -> None:
    assert pool.WAITING_MAX >= 5 * 200


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_a_loop_that_cannot_be_made_holds_nobody(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_descriptors() -> asyncio.AbstractEventLoop:
        raise OSError("too many open files")

    monkeypatch.setattr(home_loop, "new_event_loop", no_descriptors)
    monkeypatch.setattr(home_loop, "THREAD_SECONDS", 60)
    with anyio.fail_after(30), pytest.raises(DatabaseUnavailable, match="event loop") as caught:
        async with open_database(database_url, pool_size=1):
            pytest.fail("it was entered")
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_a_thread_that_does_not_start_is_given_up(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def slow() -> asyncio.AbstractEventLoop:
        release.wait()
        raise OSError("late")

    monkeypatch.setattr(home_loop, "new_event_loop", slow)
    monkeypatch.setattr(home_loop, "THREAD_SECONDS", 0.1)
    try:
        with anyio.fail_after(30), pytest.raises(DatabaseUnavailable, match="event loop"):
            async with open_database(database_url, pool_size=1):
                pytest.fail("it was entered")
    finally:
        release.set()


async def test_the_pool_is_warm_and_never_larger(db: Database) -> None:
    size = db.pool_state().size
    assert (db.pool_state().opened, db.pool_state().checked_in) == (size, size)
    async with anyio.create_task_group() as many:
        for _ in range(4 * size):
            many.start_soon(db.run, one)
    assert await db.run_system(connections) == size
    assert db.pool_state().opened == size


async def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        async with open_database(f"postgresql://postgres@/nowhere?host={tmp_path}"):
            pass
    assert isinstance(caught.value.__cause__, OSError)


async def test_a_server_without_free_slots(db: Database, database_url: str) -> None:
    async def limit(tx: Transaction) -> None:
        await tx.execute(text("DROP ROLE IF EXISTS crowded"))
        await tx.execute(text("CREATE ROLE crowded LOGIN CONNECTION LIMIT 1"))

    await db.run_system(limit)
    with pytest.raises(DatabaseUnavailable) as caught:
        async with open_database(database_url.replace("postgres@", "crowded@"), pool_size=3):
            pass
    assert caught.value.__cause__
    assert sqlstate(caught.value.__cause__) == "53300"


async def test_a_lock_held_too_long(database_url: str) -> None:
    busy = Signal()

    async def hold(tx: Transaction) -> None:
        await tx.row(text("SELECT * FROM accounts WHERE id = 1 FOR UPDATE"))
        busy.fire()
        await sleep(tx, 0.4)

    async def want(tx: Transaction) -> None:
        await tx.row(text("SELECT * FROM accounts WHERE id = 1 FOR UPDATE"))

    async with (
        open_database(database_url, pool_size=2, bounds=Bounds(lock_seconds=0.05)) as db,
        anyio.create_task_group() as both,
    ):
        both.start_soon(db.run, hold)
        await busy.wait()
        with pytest.raises(DatabaseUnavailable) as caught:
            await db.run(want)
        assert caught.value.__cause__
        assert sqlstate(caught.value.__cause__) == "55P03"
        assert db.pool_state().opened == 2


async def test_units_under_way_end_before_the_gateway_closes_and_new_ones_are_refused(database_url: str) -> None:
    busy, answers, number = Signal(), list[UUID](), uuid4()

    async def insert_slowly(tx: Transaction) -> UUID:
        busy.fire()
        return await insert_done(tx, number, commit_seconds=0.1)

    async def ask() -> None:
        answers.append(await db.run(insert_slowly))

    async with anyio.create_task_group() as group, open_database(database_url, pool_size=2) as db:
        group.start_soon(ask)
        await busy.wait()
    assert answers == [number]
    with pytest.raises(DatabaseUnavailable, match="closed"):
        await db.run(one)
    assert "database" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("patience_seconds", [0.0, 0.001, 0.004, 0.016])
async def test_opening_can_be_cancelled(database_url: str, db: Database, patience_seconds: float) -> None:
    with anyio.move_on_after(patience_seconds):
        async with open_database(database_url, pool_size=20):
            await anyio.sleep_forever()
    with anyio.fail_after(30):
        while await db.run_system(connections) > db.pool_state().size:
            await anyio.sleep(0.005)
    threads = [thread.name for thread in threading.enumerate()].count("database")
    assert threads == (1 if sniffio.current_async_library() == "trio" else 0)  # `db` has one


async def test_the_listener_is_told_how_each_unit_ended(database_url: str) -> None:
    heard: list[str] = []

    def listen(ending: str, seconds: float) -> None:
        assert seconds >= 0
        heard.append(ending)

    async with open_database(database_url, pool_size=1, on_unit=listen) as db:
        await db.run(one)
        with pytest.raises(ProgrammingError):
            await db.run(lambda tx: tx.rows(text("SELECT nonsense")))
        with anyio.move_on_after(0.01):
            await db.run(sleep, 0.1)
    assert heard == ["committed", "failed", "cancelled"]


# -- cancellation ---------------------------------------------------------------------------------------------------


async def three_statements(tx: Transaction, number: UUID, *, here: int, signal: Signal) -> UUID:
    """Fires as statement `here` (of 1 to 3, or 4 for COMMIT) begins, and takes its time there."""
    for statement in (1, 2, 3):
        if statement == here:
            signal.fire()
        await sleep(tx, 0.1 if statement == here else 0)
    await insert_done(tx, number, commit_seconds=0.1 if here == 4 else 0)
    if here == 4:
        signal.fire()
    return number


@pytest.mark.parametrize("here", [1, 2, 3])
async def test_cancelled_at_a_statement_nothing_is_committed(db: Database, here: int) -> None:
    signal = Signal()
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: db.run(three_statements, uuid4(), here=here, signal=signal))
        await signal.wait()
        group.cancel_scope.cancel()
    assert db.pool_state().checked_out == 0
    assert db.pool_state().opened == db.pool_state().size  # the statement ended within the grace
    assert await db.read(done) == set()


async def test_cancelled_in_commit_the_value_is_kept(db: Database) -> None:
    signal, answers, number = Signal(), list[UUID](), uuid4()

    async def ask() -> None:
        answers.append(await db.run(three_statements, number, here=4, signal=signal))
        await anyio.lowlevel.checkpoint()
        raise AssertionError("the cancellation was lost")

    async with anyio.create_task_group() as group:
        group.start_soon(ask)
        await signal.wait()
        await db.run_system(until_committing)
        group.cancel_scope.cancel()
    assert answers == [number]
    assert await db.read(done) == {number}


async def until_committing(tx: Transaction) -> None:
    active = text("SELECT count(*) FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'")
    while not await tx.scalar(active):
        await tx.execute(text("SELECT pg_stat_clear_snapshot()"))


async def test_cancelled_while_waiting_for_a_place(database_url: str) -> None:
    busy = Signal()

    async def hold(tx: Transaction) -> None:
        busy.fire()
        await sleep(tx, 0.2)

    async with open_database(database_url, pool_size=1) as lone, anyio.create_task_group() as both:
        both.start_soon(lone.run, hold)
        await busy.wait()
        with anyio.move_on_after(0.02) as scope:
            await lone.run(insert_done, uuid4())
        assert scope.cancelled_caught
        assert (lone.pool_state().waiting, lone.pool_state().checked_out) == (0, 1)
        assert await lone.run(done) == set()


async def test_a_caller_cancelled_before_it_begins(db: Database) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await db.run(insert_done, uuid4())
    assert scope.cancelled_caught
    assert await db.read(done) == set()


async def test_a_long_statement_is_cancelled_on_the_server(db: Database) -> None:
    signal = Signal()

    async def long(tx: Transaction) -> None:
        await insert_done(tx, uuid4())
        signal.fire()
        await sleep(tx, 30)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(db.run, long)
            await signal.wait()
            group.cancel_scope.cancel()
        await until_quiet(db)
    assert db.pool_state().checked_out == 0
    assert await db.read(done) == set()


async def test_a_unit_that_swallows_its_cancellation_is_not_committed(db: Database) -> None:
    signal = Signal()

    async def stubborn(tx: Transaction) -> str:
        await insert_done(tx, uuid4())
        signal.fire()
        try:
            await sleep(tx, 30)
        except asyncio.CancelledError:
            return "never mind"
        raise AssertionError

    async with anyio.create_task_group() as group:
        group.start_soon(db.run, stubborn)
        await signal.wait()
        group.cancel_scope.cancel()
    assert await db.read(done) == set()
    assert db.pool_state().checked_out == 0


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_native_cancellation_too_late_is_delivered_again(db: Database) -> None:
    signal, number, heard = Signal(), uuid4(), list[str]()

    async def ask() -> None:
        await db.run(three_statements, number, here=4, signal=signal)
        heard.append("value")
        current = asyncio.current_task()
        assert current
        assert current.cancelling() == 1
        await asyncio.sleep(0)
        heard.append("not cancelled")

    task = asyncio.create_task(ask())
    await signal.wait()
    await db.run_system(until_committing)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == ["value"]
    assert await db.read(done) == {number}


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_native_cancellations_repeated_do_not_break_the_answer(db: Database) -> None:
    signal = Signal()
    task = asyncio.create_task(db.run(three_statements, uuid4(), here=2, signal=signal))
    await signal.wait()
    for _ in range(5):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert db.pool_state().checked_out == 0
    assert await db.read(done) == set()


# -- URLs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
def test_every_spelling_of_the_scheme(scheme: str) -> None:
    assert async_url(f"{scheme}://u:p%40@host:1/d").render_as_string(hide_password=False) == (
        "postgresql+asyncpg://u:p%40@host:1/d"
    )


def test_sslmode_of_libpq_is_ssl_of_asyncpg() -> None:
    assert async_url("postgres://host/d?sslmode=require&host=x").query == {"host": "x", "ssl": "require"}


@pytest.mark.parametrize("url", ["mysql://host/d", "host/d", "", "postgres:/x"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        async_url(url)
