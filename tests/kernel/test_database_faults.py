"""Frozen, killed and restarted servers: control comes back within the bounds, with the right kind of answer."""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from uuid import UUID, uuid4

import anyio
import anyio.to_thread
import pytest
from sqlalchemy.exc import DBAPIError

from service.kernel.database import Bounds, CommitUnknown, Database, DatabaseUnavailable, Transaction, open_database
from service.kernel.database.failures import sqlstate
from tests.kernel.database_tables import TABLES, done, insert_done, one, sleep, until_busy
from tests.postgres import Server, started_server

pytestmark = [pytest.mark.anyio, pytest.mark.process]

# The shape of the defaults, eight times as fast.
BOUNDS = Bounds(
    statement_seconds=1.0,
    command_seconds=1.25,
    exchange_seconds=1.5,
    acquire_seconds=2.0,
    connect_seconds=2.0,
    grace_seconds=0.1,
    force_seconds=0.25,
    ending_seconds=0.25,
)
# No promise, but an end for what hangs.
HANGS_SECONDS = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One that may be broken without breaking the others' tests."""
    with started_server() as server:
        yield server


@pytest.fixture(scope="module")
def database_url(server: Server) -> str:
    server.execute("CREATE ROLE overture_app NOLOGIN;" + TABLES)
    return server.url()


@pytest.fixture
async def db(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    async with open_database(database_url, pool_size=4, bounds=BOUNDS) as database:
        yield database


async def broken(
    db: Database, what: signal.Signals, query: str, call: Callable[[], Awaitable[object]], *, is_cancelled: bool
) -> object:
    """What the caller of a unit is told when the server process is hit while it runs the query, and stays so."""
    answer: object = "cancelled"
    pid = 0

    async def ask() -> None:
        nonlocal answer
        try:
            answer = await call()
        except (CommitUnknown, DatabaseUnavailable) as error:
            answer = type(error)

    try:
        with anyio.fail_after(HANGS_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(ask)
                pid = await until_busy(db, query)
                os.kill(pid, what)
                if is_cancelled:
                    group.cancel_scope.cancel()
    finally:
        if what is signal.SIGSTOP and pid:
            os.kill(pid, signal.SIGCONT)
    return answer


async def is_served(db: Database) -> bool:
    """As many at once as there are connections."""
    refused = list[DatabaseUnavailable]()

    async def ask() -> None:
        try:
            await db.run(sleep, 0.02)
        except DatabaseUnavailable as error:
            refused.append(error)

    async with anyio.create_task_group() as all_at_once:
        for _ in range(db.pool_state().size):
            all_at_once.start_soon(ask)
    return not refused


async def is_healthy(db: Database) -> bool:
    """Everybody is served again, once the server is back, and nothing is left over."""
    with anyio.fail_after(HANGS_SECONDS):
        while not await is_served(db):
            await anyio.sleep(0.02)
    state = db.pool_state()
    return (state.checked_out, state.overflow, state.waiting) == (0, 0, 0)


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_server_process_frozen_in_a_query(db: Database, *, is_cancelled: bool) -> None:
    answer = await broken(db, signal.SIGSTOP, "SELECT pg_sleep%", lambda: db.run(sleep, 0.5), is_cancelled=is_cancelled)
    assert answer == ("cancelled" if is_cancelled else DatabaseUnavailable)
    assert await is_healthy(db)


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_a_server_process_frozen_in_commit(db: Database, *, is_cancelled: bool) -> None:
    answer = await broken(
        db,
        signal.SIGSTOP,
        "COMMIT",
        lambda: db.run(insert_done, uuid4(), commit_seconds=0.5),
        is_cancelled=is_cancelled,
    )
    assert answer is CommitUnknown
    assert await is_healthy(db)


async def test_a_unit_that_swallows_the_loss_of_its_connection(db: Database) -> None:
    async def go_on(tx: Transaction) -> str:
        await insert_done(tx, uuid4())
        with suppress(DatabaseUnavailable):
            await sleep(tx, 0.5)
        return "all is well"

    answer = await broken(db, signal.SIGSTOP, "SELECT pg_sleep%", lambda: db.run(go_on), is_cancelled=False)
    assert answer is DatabaseUnavailable
    assert await is_healthy(db)
    assert await db.run_system(done) == set()


@pytest.mark.parametrize("what", [signal.SIGKILL, signal.SIGTERM])
async def test_a_server_process_killed_in_a_query(db: Database, what: signal.Signals) -> None:
    answer = await broken(db, what, "SELECT pg_sleep%", lambda: db.run(sleep, 0.9), is_cancelled=False)
    assert answer is DatabaseUnavailable
    assert await is_healthy(db)


@pytest.mark.parametrize("what", [signal.SIGKILL, signal.SIGTERM])
async def test_a_server_process_killed_in_commit(db: Database, what: signal.Signals) -> None:
    answer = await broken(
        db, what, "COMMIT", lambda: db.run(insert_done, uuid4(), commit_seconds=0.9), is_cancelled=False
    )
    assert answer is CommitUnknown
    assert await is_healthy(db)


async def test_a_statement_past_its_limit_is_stopped_by_the_server_and_keeps_its_connection(db: Database) -> None:
    opened = db.pool_state().opened
    with pytest.raises(DatabaseUnavailable) as caught:
        await db.run(sleep, 5)
    assert isinstance(caught.value.__cause__, DBAPIError)
    assert sqlstate(caught.value.__cause__) == "57014"
    assert db.pool_state().opened == opened
    assert await is_healthy(db)


async def test_a_restart_under_load_loses_nothing(db: Database, server: Server) -> None:
    answers = dict[UUID, str]()
    latest_value_at = 0.0
    stopped = anyio.Event()

    async def lane() -> None:
        nonlocal latest_value_at
        while not stopped.is_set():
            number = uuid4()
            try:
                await db.run(insert_done, number, commit_seconds=0.002)
                answers[number] = "committed"
                latest_value_at = anyio.current_time()
            except CommitUnknown:
                answers[number] = "unknown"
            except DatabaseUnavailable:
                answers[number] = "not committed"
                await anyio.sleep(0.01)

    async with anyio.create_task_group() as lanes:
        for _ in range(10):
            lanes.start_soon(lane)
        while len(answers) < 200:
            await anyio.sleep(0.01)
        await anyio.to_thread.run_sync(restart, server)
        started_at = anyio.current_time()
        with anyio.fail_after(HANGS_SECONDS):
            while latest_value_at < started_at:
                await anyio.sleep(0.01)
        print(f"\nresumed {latest_value_at - started_at:.3f} s after the start")
        stopped.set()

    committed = await db.run_system(done)
    told = {"committed": True, "not committed": False}
    lies = [
        number for number, answer in answers.items() if answer in told and (number in committed) is not told[answer]
    ]
    assert lies == []
    assert "not committed" in answers.values()
    assert await is_healthy(db)


def restart(server: Server) -> None:
    server.crash()
    server.start_again()


async def test_an_idle_pool_survives_a_restart_unnoticed(db: Database, server: Server) -> None:
    await anyio.to_thread.run_sync(restart, server)
    assert await db.run(one) == 1  # BEGIN noticed, and the pool connected anew
    assert await is_healthy(db)


async def test_a_caller_who_leaves_during_the_outage(db: Database, server: Server) -> None:
    await anyio.to_thread.run_sync(server.crash)
    try:
        for patience in (0.0, 0.001, 0.01, 0.1):
            with anyio.move_on_after(patience), pytest.raises(DatabaseUnavailable):
                await db.run(one)
        assert db.pool_state().checked_out == 0
    finally:
        await anyio.to_thread.run_sync(server.start_again)
    assert await is_healthy(db)
