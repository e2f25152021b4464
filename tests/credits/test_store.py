"""Statements that meet: real parallel connections over one wallet, and the two walls between two people's."""

import itertools
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import uuid4

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.credits import operations as credits
from service.credits.model import CreditsExhausted, Hold, HoldNotOpen
from service.credits.store import expire_holds, find_balance
from service.kernel.database import Database, Transaction, unit
from service.kernel.identifiers import UserId
from tests.credits.wallets import (
    ADA,
    BOB,
    acting,
    assert_sound,
    balance,
    charge,
    entries,
    give,
    lines,
    release,
    reserve,
)
from tests.kernel.database_tables import Signal

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def no_second_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway would try again after a deadlock; the order of locks must be such that there is none."""
    monkeypatch.setattr(unit, "TRIES_MAX", 1)


Settle = Callable[[Database, Hold], Awaitable[bool]]


async def together(*calls: Callable[[], Awaitable[Any]]) -> list[Any]:
    """All at once; the results in the order of the calls."""
    results: list[Any] = [None] * len(calls)

    async def run(index: int, call: Callable[[], Awaitable[Any]]) -> None:
        results[index] = await call()

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            for index, call in enumerate(calls):
                group.start_soon(run, index, call)
    return results


async def test_sixty_parallel_spends_of_ten_coins_are_exactly_ten(crowd: Database) -> None:
    await give(crowd, 10)

    async def spend() -> bool:
        try:
            hold = await reserve(crowd)
        except CreditsExhausted:
            return False
        await charge(crowd, hold, 1, f"insights:{uuid4()}")
        return True

    assert (await together(*[spend] * 60)).count(True) == 10
    assert await balance(crowd) == (0, 0)
    assert await entries(crowd) == {"issuance": -10, "revenue": 10}
    assert len(await lines(crowd)) == 21
    await assert_sound(crowd)


async def test_forty_parallel_reservations_of_one_operation_are_one_hold(crowd: Database) -> None:
    await give(crowd, 10)
    operation = uuid4()
    made = await together(*[lambda: reserve(crowd, 2, operation=operation)] * 40)
    assert len(set(made)) == 1
    assert await balance(crowd) == (2, 8)
    await assert_sound(crowd)


async def try_charge(db: Database, hold: Hold) -> bool:
    try:
        await charge(db, hold, 1, "insights:1")
    except HoldNotOpen:
        return False
    return True


async def try_charge_for_another(db: Database, hold: Hold) -> bool:
    try:
        await charge(db, hold, 2, "insights:2")
    except HoldNotOpen:
        return False
    return True


async def try_expire(db: Database, hold: Hold) -> bool:
    """Make it due, and sweep. The lines below are one unit, so that no charge comes between."""

    async def unit(tx: Transaction) -> int:
        due = text("UPDATE holds SET expires_at = clock_timestamp() WHERE id = :id AND state = 'open'")
        await tx.execute(due, {"id": hold.id})
        return await expire_holds(tx, limit=1)

    return await db.run_system(unit) == 1


SETTLERS: tuple[Settle, ...] = (try_charge, try_charge_for_another, release, try_expire)


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(SETTLERS, 2)))
async def test_of_two_that_settle_one_hold_at_once_one_does(crowd: Database, one: Settle, other: Settle) -> None:
    await give(crowd, 60)
    for _ in range(15):
        hold = await reserve(crowd, 3)
        done = await together(partial(one, crowd, hold), partial(other, crowd, hold))
        if True not in done:  # the sweeper leaves a wallet that the other one has, and the other one came too late
            assert try_expire in (one, other)
            done = [await release(crowd, hold)]
        assert done.count(True) == 1
    await assert_sound(crowd)
    assert (await balance(crowd))[0] == 0


async def test_everybody_at_once_on_one_wallet(crowd: Database) -> None:
    await give(crowd, 60)

    async def race() -> bool:
        hold = await reserve(crowd, 3)
        done = await together(*[partial(settle, crowd, hold) for settle in SETTLERS])
        return done[:3].count(True) <= 1  # the sweep may have expired another racer's hold

    assert all(await together(*[race] * 20))
    await crowd.run_system(expire_holds, limit=100)
    await assert_sound(crowd)


async def test_forty_parallel_charges_of_one_hold_with_one_reference_are_one(crowd: Database) -> None:
    await give(crowd, 10)
    hold = await reserve(crowd, 3)
    assert len(set(await together(*[lambda: charge(crowd, hold, 2)] * 40))) == 1
    assert [line[:2] for line in await lines(crowd)] == [("grant", 10), ("reserve", -3), ("charge", -2)]
    await assert_sound(crowd)


async def test_parallel_sweeps_share_the_work_and_do_it_once(crowd: Database) -> None:
    for user in [UserId(f"user {number}") for number in range(8)]:
        await give(crowd, 10, user=user)
        for _ in range(3):
            await reserve(crowd, user=user, expires_in_seconds=-1)

    async def sweep() -> int:
        expired = 0
        while batch := await crowd.run_system(expire_holds, limit=4):
            expired += batch
        return expired

    assert sum(await together(*[sweep] * 6)) + await sweep() == 24
    await assert_sound(crowd)


async def test_a_sweep_does_not_wait_for_a_wallet_that_somebody_has(db: Database) -> None:
    await give(db, 10)
    await give(db, 10, user=BOB)
    await reserve(db, expires_in_seconds=-1)
    await reserve(db, user=BOB, expires_in_seconds=-1)
    locked = Signal()

    async def keep(tx: Transaction) -> None:
        await tx.rows(text("SELECT id FROM wallets WHERE user_id = 'ada' FOR UPDATE"))
        locked.fire()
        await tx.rows(text("SELECT pg_sleep(60)"))

    async with anyio.create_task_group() as group:
        group.start_soon(db.run_system, keep)
        await locked.wait()
        with anyio.fail_after(30):
            assert await db.run_system(expire_holds, limit=10) == 1
        group.cancel_scope.cancel()
    assert await balance(db) == (1, 9)
    assert await db.run_system(expire_holds, limit=10) == 1


async def test_a_sweep_decides_on_what_a_hold_has_become_meanwhile(db: Database) -> None:
    """Its snapshot still shows the hold open; by the time it gets the row, somebody has settled it."""
    await give(db, 10)
    await reserve(db, expires_in_seconds=-1)
    settled = Signal()

    async def settle(tx: Transaction) -> None:
        await tx.execute(text("UPDATE holds SET state = 'released', settled_at = clock_timestamp()"))
        settled.fire()
        while not await tx.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            await tx.execute(text("SELECT pg_sleep(0.005)"))

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(db.run_system, settle)
            await settled.wait()
            assert await db.run_system(expire_holds, limit=10) == 0
    assert [kind for kind, *_ in await lines(db)] == ["grant", "reserve"]


TABLES = ("wallets", "holds", "ledger_transactions", "ledger_entries")


@pytest.mark.parametrize("table", TABLES)
async def test_the_second_wall_hides_another_s_rows(db: Database, table: str) -> None:
    await give(db, 10)
    await reserve(db)
    await give(db, 0, user=BOB)

    async def count(tx: Transaction) -> int:
        return await tx.scalar(text(f"SELECT count(*) FROM {table}"))

    with acting(ADA):
        assert await db.read(count) > 0
    with acting(BOB):
        assert await db.read(count) == (1 if table == "wallets" else 0)
    assert await db.read(count) == 0  # nobody acts


async def test_the_first_wall_hides_another_s_rows_from_one_who_sees_all(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db)
    assert (await db.run_system(find_balance, user=BOB)).balance == 0
    with pytest.raises(CreditsExhausted):
        await db.run_system(
            credits.reserve, user=BOB, amount=1, operation=hold.operation, hold=hold.id, expires_in_seconds=60.0
        )


async def test_another_s_hold_can_be_neither_charged_nor_released(db: Database) -> None:
    await give(db, 10)
    await give(db, 10, user=BOB)
    hold = await reserve(db)
    with pytest.raises(HoldNotOpen, match="There is no hold"):
        await charge(db, hold, 1, user=BOB)
    assert await release(db, hold, user=BOB) is False
    assert await balance(db) == (1, 9)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE ledger_transactions SET amount = 100",
        "DELETE FROM ledger_transactions",
        "UPDATE ledger_entries SET amount = 100",
        "DELETE FROM ledger_entries",
        "DELETE FROM holds",
        "DELETE FROM wallets",
        "INSERT INTO wallets (user_id) VALUES ('bob')",
        "INSERT INTO ledger_entries SELECT wallet_id + 1, transaction_id, 'revenue', 5 FROM ledger_entries LIMIT 1",
        "INSERT INTO holds SELECT gen_random_uuid(), id + 1, gen_random_uuid(), 1, 'open' FROM wallets",
    ],
)
async def test_nobody_who_acts_for_a_user_can_tamper_with_the_ledger(db: Database, tampering: str) -> None:
    await give(db, 10)
    await reserve(db)

    async def tamper(tx: Transaction) -> None:
        await tx.execute(text(tampering))

    with acting(ADA), pytest.raises(DBAPIError, match=r"permission denied|row-level security"):
        await db.run(tamper)
    await assert_sound(db)


async def test_a_deleted_account_leaves_a_ledger_of_nobody_that_still_adds_up(db: Database) -> None:
    await give(db, 10)
    await charge(db, await reserve(db, 3), 2)
    await reserve(db, expires_in_seconds=-1)

    async def delete(tx: Transaction) -> int:
        return await tx.execute(text("DELETE FROM users WHERE id = 'ada'"))

    async def whose(tx: Transaction) -> list[str | None]:
        return [row.user_id for row in await tx.rows(text("SELECT user_id FROM wallets"))]

    with acting(ADA):
        assert await db.run(delete) == 1
    assert await db.run_system(whose) == [None]
    assert await balance(db) == (0, 0)
    assert await db.run_system(expire_holds, limit=10) == 1
    assert await entries(db) == {"available": 8, "issuance": -10, "revenue": 2}
    await assert_sound(db)


async def test_the_database_itself_refuses_a_second_settlement(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db)
    await charge(db, hold, 1)

    async def again(tx: Transaction) -> None:
        await tx.execute(
            text("""
            INSERT INTO ledger_transactions (wallet_id, kind, hold_id, amount, available_after, held_after, reference)
            SELECT wallet_id, 'release', id, 1, 10, 0, 'x' FROM holds
        """)
        )

    with pytest.raises(DBAPIError, match="once_per_hold"):
        await db.run_system(again)
