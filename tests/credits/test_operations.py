"""The verbs of the ledger against real PostgreSQL: what each does, once, and what a repeat of it answers."""

from functools import partial
from typing import Any
from uuid import uuid4

import anyio
import pytest
from sqlalchemy import text

from service.credits import operations as credits
from service.credits.model import (
    COINS_MAX,
    CreditsExhausted,
    Hold,
    HoldId,
    HoldNotOpen,
    HoldState,
    TransactionKind,
)
from service.credits.store import expire_holds, find_transactions
from service.kernel.database import Database, Transaction
from service.kernel.database.paging import Window
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
from tests.interrupted import cancelled_at_each_statement

pytestmark = pytest.mark.anyio


async def test_a_grant_is_of_the_house_s_issuance_and_happens_once(db: Database) -> None:
    await give(db, 10)
    with acting(ADA):
        repeat = await db.run(credits.grant, user=ADA, amount=10, kind=TransactionKind.GRANT, reference="welcome")
    assert (repeat.balance, repeat.reserved, repeat.available) == (10, 0, 10)
    assert await balance(db) == (0, 10)
    assert await entries(db) == {"available": 10, "issuance": -10}
    await assert_sound(db)


async def test_a_repeated_grant_answers_what_the_first_left(db: Database) -> None:
    await give(db, 10)
    await reserve(db, 3)
    with acting(ADA):
        repeat = await db.run(credits.grant, user=ADA, amount=10, kind=TransactionKind.GRANT, reference="welcome")
    assert repeat.available == 10
    assert await balance(db) == (3, 7)


async def test_one_reference_may_be_granted_and_purchased(db: Database) -> None:
    await give(db, 10)
    with acting(ADA):
        after = await db.run(credits.grant, user=ADA, amount=5, kind=TransactionKind.PURCHASE, reference="welcome")
    assert after.available == 15
    assert await entries(db) == {"available": 15, "issuance": -10, "sales": -5}


async def test_twenty_parallel_grants_of_one_reference_are_one(crowd: Database) -> None:
    await give(crowd, 0)

    async def grant() -> None:
        with acting(ADA):
            await crowd.run(credits.grant, user=ADA, amount=5, kind=TransactionKind.PURCHASE, reference="order:1")

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(grant)
    assert await balance(crowd) == (0, 5)
    await assert_sound(crowd)


async def test_a_reservation_moves_available_to_held(db: Database) -> None:
    await give(db, 10)
    operation = uuid4()
    hold = await reserve(db, 4, operation=operation)
    assert (hold.amount, hold.operation, hold.state) == (4, operation, HoldState.OPEN)
    assert await balance(db) == (4, 6)
    assert await lines(db) == [("grant", 10, 10, 0), ("reserve", -4, 6, 4)]
    await assert_sound(db)


async def test_a_charge_spends_up_to_the_hold_and_gives_back_the_rest(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db, 4)
    after = await charge(db, hold, 3)
    assert (after.balance, after.reserved, after.available) == (7, 0, 7)
    assert await lines(db) == [("grant", 10, 10, 0), ("reserve", -4, 6, 4), ("charge", -3, 7, 0)]
    assert await entries(db) == {"available": 7, "issuance": -10, "revenue": 3}
    await assert_sound(db)


async def test_a_release_gives_everything_back_once(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db, 4)
    assert await release(db, hold) is True
    assert await release(db, hold) is False
    assert await lines(db) == [("grant", 10, 10, 0), ("reserve", -4, 6, 4), ("release", 4, 10, 0)]
    await assert_sound(db)


async def test_a_charge_of_nothing_is_a_release(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db, 4)
    assert (await charge(db, hold, 0)).available == 10
    assert (await lines(db))[-1] == ("release", 4, 10, 0)
    await assert_sound(db)


async def test_a_repeat_of_an_operation_answers_its_first_hold(db: Database) -> None:
    await give(db, 10)
    operation = uuid4()
    first = await reserve(db, 4, operation=operation)
    assert await reserve(db, 4, operation=operation) == first
    await charge(db, first, 4)
    assert (await reserve(db, 4, operation=operation)).state is HoldState.CHARGED
    with pytest.raises(ValueError, match="reserved 4 coins before"):
        await reserve(db, 5, operation=operation)
    assert await balance(db) == (0, 6)
    await assert_sound(db)


async def test_a_repeat_is_answered_when_nothing_more_is_available(db: Database) -> None:
    await give(db, 1)
    operation = uuid4()
    first = await reserve(db, 1, operation=operation)
    assert await reserve(db, 1, operation=operation) == first


async def test_the_operations_of_two_users_do_not_meet(db: Database) -> None:
    await give(db, 10)
    await give(db, 10, user=BOB)
    operation = uuid4()
    assert (await reserve(db, operation=operation)).id != (await reserve(db, operation=operation, user=BOB)).id


async def test_more_than_is_available_is_refused_with_price_and_balance(db: Database) -> None:
    await give(db, 3)
    with pytest.raises(CreditsExhausted, match="costs 4 coins and 3 are available") as refused:
        await reserve(db, 4)
    assert refused.value.extras == {"price": 4, "available": 3}
    assert await lines(db) == [("grant", 3, 3, 0)]


async def test_a_user_without_a_wallet_has_nothing(db: Database) -> None:
    assert await balance(db) == (0, 0)
    with pytest.raises(CreditsExhausted, match="costs 1 coin and 0 are available"):
        await reserve(db)


async def test_the_same_charge_again_answers_the_first(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db, 4)
    first = await charge(db, hold, 3, "insights:1")
    await reserve(db, 2)
    assert await charge(db, hold, 3, "insights:1") == first
    for amount, reference in ((3, "insights:2"), (2, "insights:1"), (0, "insights:1")):
        with pytest.raises(HoldNotOpen, match="is charged"):
            await charge(db, hold, amount, reference)
    assert await balance(db) == (2, 5)
    await assert_sound(db)


async def test_a_released_hold_cannot_be_charged(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db)
    await release(db, hold)
    with pytest.raises(HoldNotOpen, match="is released"):
        await charge(db, hold, 1)
    assert await release(db, Hold(HoldId(uuid4()), 1, uuid4(), HoldState.OPEN, hold.expires_at)) is False


async def test_a_hold_that_never_was_cannot_be_charged(db: Database) -> None:
    await give(db, 10)
    with acting(ADA), pytest.raises(HoldNotOpen, match="There is no hold"):
        await db.run(credits.charge, hold=HoldId(uuid4()), amount=1, reference="insights:1")


async def test_a_charge_above_the_hold_is_a_mistake(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db, 2)
    with pytest.raises(ValueError, match="hold of 2"):
        await charge(db, hold, 3)
    assert await balance(db) == (2, 8)


async def test_charging_an_expired_hold_fails_and_rolls_back_what_came_before(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db, 1, expires_in_seconds=-1)

    async def store_and_charge(tx: Transaction) -> None:
        await tx.execute(text("UPDATE users SET display_name = 'written'"))
        await credits.charge(tx, hold=hold.id, amount=1, reference="insights:1")

    with acting(ADA), pytest.raises(HoldNotOpen, match="is expired"):
        await db.run(store_and_charge)
    assert await db.run_system(_display_names) == [None]
    assert await balance(db) == (1, 9)
    assert await db.run_system(expire_holds, limit=10) == 1
    with pytest.raises(HoldNotOpen, match="is expired"):
        await charge(db, hold, 1)
    assert await balance(db) == (0, 10)
    await assert_sound(db)


async def _display_names(tx: Transaction) -> list[str | None]:
    return [row.display_name for row in await tx.rows(text("SELECT display_name FROM users"))]


async def test_an_expired_hold_that_nobody_swept_can_be_released(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db, 1, expires_in_seconds=-1)
    assert await release(db, hold) is True
    assert await db.run_system(expire_holds, limit=10) == 0
    await assert_sound(db)


async def test_a_price_of_nothing_leaves_no_trace_in_the_ledger(db: Database) -> None:
    await give(db, 0)
    hold = await reserve(db, 0)
    assert (await charge(db, hold, 0)).balance == 0
    assert await lines(db) == []
    with pytest.raises(HoldNotOpen):
        await charge(db, hold, 0)
    swept = await reserve(db, 0, expires_in_seconds=-1)
    assert await db.run_system(expire_holds, limit=10) == 1
    assert await release(db, swept) is False
    assert await lines(db) == []
    await assert_sound(db)


BAD_AMOUNTS: list[Any] = [-1, 2**53, 2**63, -(2**63), True, False, 0.5, 1.0, "1", None]


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
async def test_an_amount_that_is_no_number_of_coins_is_refused_at_the_door(db: Database, amount: Any) -> None:
    await give(db, 10)
    hold = await reserve(db)
    before = await lines(db)
    for move in (
        lambda: reserve(db, amount),
        lambda: charge(db, hold, amount),
        lambda: db.run(credits.grant, user=ADA, amount=amount, kind=TransactionKind.GRANT, reference="more"),
    ):
        with pytest.raises((TypeError, ValueError), match="coins"):
            await move()
    assert await lines(db) == before


async def test_nothing_cannot_be_granted(db: Database) -> None:
    with pytest.raises(ValueError, match=r"outside 1\.\."):
        await db.run(credits.grant, user=ADA, amount=0, kind=TransactionKind.GRANT, reference="nothing")


async def test_a_wallet_is_never_fuller_than_json_can_say(db: Database) -> None:
    await give(db, 0)
    with acting(ADA):
        await db.run(credits.grant, user=ADA, amount=COINS_MAX, kind=TransactionKind.GRANT, reference="all")
        with pytest.raises(Exception, match="wallets_check"):
            await db.run(credits.grant, user=ADA, amount=1, kind=TransactionKind.GRANT, reference="one more")


@pytest.mark.parametrize("reference", ["", "x" * 201, "insights:\x00", "insights:1\nBcc: x"])
async def test_a_reference_is_one_short_line(db: Database, reference: str) -> None:
    await give(db, 10)
    hold = await reserve(db)
    with pytest.raises(ValueError, match="printable"):
        await charge(db, hold, 1, reference)


async def test_a_sweep_expires_the_oldest_first_and_no_more_than_asked(db: Database) -> None:
    await give(db, 10)
    late, later, open_ = (
        await reserve(db, 1, expires_in_seconds=-20),
        await reserve(db, 2, expires_in_seconds=-10),
        await reserve(db, 3),
    )
    assert await db.run_system(expire_holds, limit=1) == 1
    assert await release(db, later) is True
    assert await release(db, late) is False
    assert await balance(db) == (open_.amount, 7)
    await assert_sound(db)


async def test_one_sweep_over_several_wallets_writes_each_line_as_if_alone(db: Database) -> None:
    for user in (ADA, BOB):
        await give(db, 10, user=user)
        for amount in (1, 2, 3):
            await reserve(db, amount, user=user, expires_in_seconds=-1)
    assert await db.run_system(expire_holds, limit=100) == 6
    assert sorted(amount for kind, amount, *_ in await lines(db) if kind == "expire") == [1, 1, 2, 2, 3, 3]
    assert await balance(db) == await balance(db, user=BOB) == (0, 10)
    await assert_sound(db)  # also that what each line says was available after it adds up


async def test_the_ledger_is_listed_newest_first_by_page_and_by_cursor(db: Database) -> None:
    await give(db, 10)
    await give(db, 99, user=BOB)
    for _ in range(3):
        await release(db, await reserve(db))
    with acting(ADA):
        first = await db.read(find_transactions, user=ADA, window=Window(limit=3), kind=None)
        behind = await db.read(find_transactions, user=ADA, window=Window(limit=3, offset=3), kind=None)
        after = (first.rows[2].id,)
        beyond = await db.read(find_transactions, user=ADA, window=Window(limit=3, after=after), kind=None)
        only = await db.read(find_transactions, user=ADA, window=Window(limit=9), kind=TransactionKind.RELEASE)
    assert [line.kind for line in first.rows] == ["release", "reserve", "release", "reserve"]
    assert first.counted == 7
    assert [line.id for line in behind.rows] == [line.id for line in beyond.rows]
    assert [line.kind for line in behind.rows] == ["reserve", "release", "reserve", "grant"]
    assert [(line.amount, line.available_after, line.held_after) for line in only.rows] == [(1, 10, 0)] * 3
    assert only.counted == 3


async def test_left_at_any_statement_a_grant_leaves_nothing(db: Database) -> None:
    await give(db, 10)

    async def unit(tx: Transaction) -> None:
        await credits.grant(tx, user=ADA, amount=5, kind=TransactionKind.GRANT, reference="more")

    await _assert_nothing_moves(db, unit, statements=2)


async def test_left_at_any_statement_a_reservation_leaves_nothing(db: Database) -> None:
    await give(db, 10)
    operation = (await reserve(db)).operation

    async def unit(tx: Transaction) -> None:
        again = partial(credits.reserve, tx, user=ADA, amount=1, expires_in_seconds=60.0)
        await again(operation=uuid4(), hold=HoldId(uuid4()))
        await again(operation=operation, hold=HoldId(uuid4()))

    await _assert_nothing_moves(db, unit, statements=3)


async def test_left_at_any_statement_a_charge_leaves_nothing(db: Database) -> None:
    await give(db, 10)
    hold = await reserve(db)

    async def unit(tx: Transaction) -> None:
        await credits.charge(tx, hold=hold.id, amount=1, reference="insights:1")
        await credits.charge(tx, hold=hold.id, amount=1, reference="insights:1")

    await _assert_nothing_moves(db, unit, statements=4)


async def _assert_nothing_moves(db: Database, unit: Any, *, statements: int) -> None:
    before = await lines(db)

    async def check() -> None:
        assert await lines(db) == before
        await assert_sound(db)

    with acting(ADA):
        assert await cancelled_at_each_statement(db, unit, check) == statements
    await check()
