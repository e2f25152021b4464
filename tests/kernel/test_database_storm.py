"""Thousands of random cancellations: no lie about COMMIT, no leaked connection, no orphaned query."""

import asyncio
import math
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import anyio
import pytest
from sqlalchemy import text

from service.kernel.database import CommitUnknown, Database, DatabaseUnavailable, PoolState, Transaction, open_database
from tests.kernel.database_tables import TABLES, busy_elsewhere, connections, done, insert_done, until_quiet
from tests.postgres import Server

pytestmark = [pytest.mark.anyio, pytest.mark.storm]

UNITS = 2000
LANES = 20
POOL_SIZE = 20
# One unit in a hundred may cost its connection.
RECONNECTS_MAX = UNITS // 100


@pytest.fixture(scope="module")
def database_url(database_url: str, postgres_server: Server) -> str:
    postgres_server.execute(TABLES, url=database_url)
    return database_url


Unit = Callable[[Transaction, UUID, int, float], Awaitable[None]]


async def short(tx: Transaction, number: UUID, account: int, seconds: float) -> None:
    """Five statements on a row lock of the lane's own, up to 5 ms each, then a COMMIT that takes 2 ms."""
    await tx.row(text("SELECT balance FROM accounts WHERE id = :id FOR UPDATE"), {"id": account})
    await tx.scalar(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})
    await tx.execute(text("UPDATE accounts SET balance = balance + 1 WHERE id = :id"), {"id": account})
    await insert_done(tx, number, commit_seconds=0.002)
    await tx.scalar(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds / 2})


async def contended(tx: Transaction, number: UUID, account: int, seconds: float) -> None:
    """On two rows that all lanes want, and one unit in eight keeps for long: waits outlast the grace, and are cut."""
    await short(tx, number, account % 2 + 1, seconds)
    if number.int % 8 == 0:
        await tx.scalar(text("SELECT pg_sleep(0.3)"))


@dataclass
class Storm:
    """What the callers were told, for each of their units."""

    answers: dict[UUID, str] = field(default_factory=dict[UUID, str])

    def lies(self, committed: set[UUID]) -> list[UUID]:
        assert "unknown" not in self.answers.values()  # the server was there all the time
        told = {"value": True, "cancelled": False, "busy": False}
        return [number for number, answer in self.answers.items() if (number in committed) is not told[answer]]

    async def lane(
        self,
        db: Database,
        unit: Unit,
        seed: int,
        *,
        units: int,
        patience_seconds: float,
    ) -> None:
        chance = random.Random(seed)
        for _ in range(units):
            number = uuid4()
            answer = "cancelled"
            # However fast the machine is: some are left alone, and some are given no time at all.
            patience = chance.choice([0, math.inf, *[chance.random() * patience_seconds] * 6])
            with anyio.move_on_after(patience):
                try:
                    await db.run(unit, number, seed, chance.uniform(0, 0.005))
                    answer = "value"
                except CommitUnknown:
                    answer = "unknown"
                except DatabaseUnavailable:  # a lock waited for too long, on a machine that stood still for seconds
                    answer = "busy"
            self.answers[number] = answer


async def aftermath(db: Database, storm: Storm) -> PoolState:
    """Every invariant at rest; the pool's state for what the storm cost."""
    state = db.pool_state()
    assert (state.checked_out, state.overflow, state.waiting) == (0, 0, 0)
    assert await db.run_system(busy_elsewhere) == []
    assert await db.run_system(connections) <= POOL_SIZE
    committed = await db.run_system(done)
    assert storm.lies(committed) == []
    assert await db.run_system(balances) == len(committed)
    return state


async def balances(tx: Transaction) -> int:
    return await tx.scalar(text("SELECT sum(balance) FROM accounts"))


async def blow(db: Database, unit: Unit, *, units: int, patience_seconds: float) -> Storm:
    storm = Storm()
    async with anyio.create_task_group() as lanes:
        for seed in range(1, LANES + 1):
            lanes.start_soon(
                lambda seed: storm.lane(db, unit, seed, units=units // LANES, patience_seconds=patience_seconds), seed
            )
    return storm


async def usual_patience(db: Database, unit: Unit) -> float:
    """Twice what a unit takes on this machine today, so that about half of them are cancelled."""
    began = anyio.current_time()
    await blow(db, unit, units=5 * LANES, patience_seconds=math.inf)
    await db.run_system(forget)
    return 2 * (anyio.current_time() - began) / 5


async def forget(tx: Transaction) -> None:
    await tx.execute(text("DELETE FROM done"))
    await tx.execute(text("UPDATE accounts SET balance = 0"))


async def test_random_cancellations(database_url: str) -> None:
    async with open_database(database_url, pool_size=POOL_SIZE) as db:
        storm = await blow(db, short, units=UNITS, patience_seconds=await usual_patience(db, short))
        state = await aftermath(db, storm)
        counts = Counter(storm.answers.values())
        print(f"\n{counts}, reconnects {state.opened - POOL_SIZE}")
        assert counts["cancelled"] > UNITS / 10
        assert counts["value"] > UNITS / 10
        assert state.opened - POOL_SIZE <= RECONNECTS_MAX


async def test_random_cancellations_of_waits_on_locks(database_url: str) -> None:
    async with open_database(database_url, pool_size=POOL_SIZE) as db:
        most, storm = [0], Storm()
        async with open_database(database_url, pool_size=1) as observer, anyio.create_task_group() as watching:
            watching.start_soon(watch_connections, observer, most)
            storm = await blow(db, contended, units=UNITS // 5, patience_seconds=0.3)
            watching.cancel_scope.cancel()
        await until_quiet(db)
        state = await aftermath(db, storm)
        counts = Counter(storm.answers.values())
        print(f"\n{counts}, reconnects {state.opened - POOL_SIZE}, at most {most[0]} connections")
        assert state.opened > POOL_SIZE  # or this storm shows nothing that the first does not
        assert most[0] <= POOL_SIZE


async def watch_connections(observer: Database, most: list[int]) -> None:
    while True:
        most[0] = max(most[0], await observer.run_system(connections) - 1)  # its own
        await anyio.sleep(0.01)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_native_cancellations(database_url: str) -> None:
    """`task.cancel()`, which AnyIO's shields do not see; what a server does at shutdown."""
    async with open_database(database_url, pool_size=POOL_SIZE) as db:
        chance, storm, patience_seconds = random.Random(7), Storm(), await usual_patience(db, short)

        async def one_unit(number: UUID, account: int) -> None:
            storm.answers[number] = "cancelled"
            await db.run(short, number, account, chance.uniform(0, 0.005))
            storm.answers[number] = "value"

        async def lane(account: int) -> None:
            for _ in range(20):
                task = asyncio.create_task(one_unit(uuid4(), account))
                await asyncio.wait({task}, timeout=chance.uniform(0, patience_seconds))
                task.cancel()
                await asyncio.wait({task})

        await asyncio.gather(*(lane(account) for account in range(1, LANES + 1)))
        await aftermath(db, storm)
        assert set(storm.answers.values()) == {"cancelled", "value"}
