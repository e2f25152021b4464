"""Purchases and refunds: what is clawed back, what becomes a debt, and who pays it."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from sqlalchemy import text

from service.credits import operations as credits
from service.credits.model import COINS_MAX, CreditsExhausted, Refund, TransactionKind
from service.credits.store import expire_holds
from service.kernel.database import Database, Transaction
from tests.credits.wallets import (
    ADA,
    BOB,
    acting,
    assert_sound,
    balance,
    charge,
    debt,
    entries,
    give,
    lines,
    purchase,
    refund,
    release,
    reserve,
)
from tests.interrupted import cancelled_at_each_statement

pytestmark = pytest.mark.anyio


async def test_a_purchase_is_of_the_house_s_sales_and_happens_once(db: Database) -> None:
    await give(db, 10)
    first = await purchase(db, 5)
    await reserve(db, 1)
    assert await purchase(db, 5) == first
    assert await balance(db) == (1, 14)
    assert await entries(db) == {"available": 14, "held": 1, "issuance": -10, "sales": -5}
    await assert_sound(db)


async def test_a_refund_takes_back_what_is_there(db: Database) -> None:
    await give(db, 0)
    await purchase(db, 5)
    assert await refund(db, 5) == Refund(clawed_back=5, debt=0)
    assert (await balance(db), await debt(db)) == ((0, 0), 0)
    assert await lines(db) == [("purchase", 5, 5, 0), ("refund", -5, 0, 0)]
    assert await entries(db) == {"sales": -5, "refunds": 5}
    await assert_sound(db)


async def test_what_is_no_longer_there_is_a_debt(db: Database) -> None:
    await give(db, 0)
    await purchase(db, 5)
    await charge(db, await reserve(db, 3), 3)
    assert await refund(db, 5) == Refund(clawed_back=2, debt=3)
    assert (await balance(db), await debt(db)) == ((0, 0), 3)
    assert (await lines(db))[-1] == ("refund", -5, 0, 0)
    assert await entries(db) == {"sales": -5, "refunds": 5, "revenue": 3, "debt": -3}
    with pytest.raises(CreditsExhausted):
        await reserve(db, 1)
    await assert_sound(db)


async def test_a_refund_happens_once_per_reference_and_answers_the_first(db: Database) -> None:
    await give(db, 3)
    first = await refund(db, 5)
    await purchase(db, 9)
    assert await refund(db, 5) == first == Refund(clawed_back=3, debt=2)
    with pytest.raises(ValueError, match="took back 5 coins before"):
        await refund(db, 4)
    assert (await balance(db), await debt(db)) == ((0, 7), 0)
    await assert_sound(db)


async def test_parts_of_an_order_are_refunded_one_by_one(db: Database) -> None:
    await give(db, 0)
    await purchase(db, 5)
    assert await refund(db, 2, "refund:1") == Refund(clawed_back=2, debt=0)
    assert await refund(db, 3, "refund:2") == Refund(clawed_back=3, debt=0)
    assert await balance(db) == (0, 0)
    await assert_sound(db)


Payer = Callable[[Database], Awaitable[Any]]


async def _grant(db: Database) -> None:
    with acting(ADA):
        await db.run(credits.grant, user=ADA, amount=10, kind=TransactionKind.GRANT, reference="gift")


async def _purchase(db: Database) -> None:
    await purchase(db, 10, "order:2")


@pytest.mark.parametrize("pay", [_purchase, _grant])
async def test_what_comes_next_pays_the_debt_first(db: Database, pay: Payer) -> None:
    await give(db, 0)
    assert await refund(db, 4) == Refund(clawed_back=0, debt=4)
    await pay(db)
    assert (await balance(db), await debt(db)) == ((0, 6), 0)
    assert (await lines(db))[-1][1:] == (10, 6, 0)
    await assert_sound(db)


async def test_a_small_payment_pays_a_part(db: Database) -> None:
    await give(db, 0)
    await refund(db, 4)
    after = await purchase(db, 3)
    assert (after.available, after.debt) == (0, 1)
    assert (await balance(db), await debt(db)) == ((0, 0), 1)
    await assert_sound(db)


async def test_what_a_hold_keeps_is_not_touched_and_pays_when_it_comes_back(db: Database) -> None:
    """Otherwise a reservation would hide coins from a refund."""
    await give(db, 10)
    hold = await reserve(db, 8)
    assert await refund(db, 5) == Refund(clawed_back=2, debt=3)
    assert (await balance(db), await debt(db)) == ((8, 0), 3)
    await release(db, hold)
    assert (await balance(db), await debt(db)) == ((0, 5), 0)
    assert (await lines(db))[-1] == ("release", 8, 5, 0)
    await assert_sound(db)


async def test_the_rest_of_a_charge_pays_too(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db, 10)
    await refund(db, 6)
    after = await charge(db, hold, 3)
    assert (after.available, after.debt) == (1, 0)
    await assert_sound(db)


async def test_swept_holds_pay_in_the_order_of_their_lines(db: Database) -> None:
    for user in (ADA, BOB):
        await give(db, 10, user=user)
        for amount in (2, 3, 5):
            await reserve(db, amount, user=user, expires_in_seconds=-1)
    await refund(db, 4)
    assert await db.run_system(expire_holds, limit=100) == 6
    assert (await balance(db), await debt(db)) == ((0, 6), 0)
    assert await balance(db, user=BOB) == (0, 10)
    await assert_sound(db)  # also that what each line says was available and owed after it adds up


async def test_twenty_parallel_refunds_of_one_reference_are_one(crowd: Database) -> None:
    await give(crowd, 3)
    answers: list[Refund] = []

    async def take() -> None:
        answers.append(await refund(crowd, 5))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(take)
    assert answers == [Refund(clawed_back=3, debt=2)] * 20
    assert await debt(crowd) == 2
    await assert_sound(crowd)


BAD_COINS: list[Any] = [0, -1, True, 0.5, "1", None, COINS_MAX + 1]


@pytest.mark.parametrize("coins", BAD_COINS)
async def test_what_is_no_number_of_coins_is_refused_at_the_door(db: Database, coins: Any) -> None:
    await give(db, 10)
    for move in (purchase, refund):
        with pytest.raises((TypeError, ValueError), match="coins"):
            await move(db, coins)
    assert len(await lines(db)) == 1


async def test_nothing_is_available_beside_a_debt_whatever_the_code_does(db: Database) -> None:
    await give(db, 0)
    await refund(db, 4)

    async def cheat(tx: Transaction) -> None:
        await tx.execute(text("UPDATE wallets SET available = 1"))

    with acting(ADA), pytest.raises(Exception, match="wallets_debt_is_paid_first"):
        await db.run(cheat)


async def test_left_at_any_statement_a_refund_leaves_nothing(db: Database) -> None:
    await give(db, 3)
    before = await lines(db)

    async def unit(tx: Transaction) -> None:
        await credits.refund(tx, user=ADA, coins=5, reference="refund:1")
        await credits.refund(tx, user=ADA, coins=5, reference="refund:1")

    async def check() -> None:
        assert await lines(db) == before
        await assert_sound(db)

    with acting(ADA):
        assert await cancelled_at_each_statement(db, unit, check) == 5
    await check()
