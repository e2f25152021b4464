"""Storing a user: once or many times, alone or at once, before and after a deletion."""

import anyio
import pytest
from sqlalchemy import text

from service.accounts import operations as accounts
from service.accounts.model import User, UserNotFound
from service.kernel.database import Database, Transaction
from service.kernel.identifiers import UserId
from tests.credits.wallets import ADA, BOB, acting, assert_sound, balance, lines
from tests.interrupted import cancelled_at_each_statement

pytestmark = pytest.mark.anyio


async def store(
    db: Database,
    user: UserId = ADA,
    *,
    email: str = "ada@example.com",
    display_name: str | None = None,
    welcome_coins: int = 10,
) -> User:
    with acting(user):
        return await db.run(
            accounts.store, user=user, email=email, display_name=display_name, welcome_coins=welcome_coins
        )


async def test_the_first_time_grants_the_welcome(db: Database) -> None:
    stored = await store(db, display_name="Ada Park")
    assert (stored.id, stored.email, stored.display_name) == (ADA, "ada@example.com", "Ada Park")
    assert await balance(db) == (0, 10)
    await assert_sound(db)


async def test_the_second_time_brings_the_row_up_to_date_and_grants_nothing(db: Database) -> None:
    first = await store(db, display_name="Ada Park")
    second = await store(db, email="park@example.com")
    assert (second.email, second.display_name) == ("park@example.com", "Ada Park")
    assert second.created_at == first.created_at
    assert (await store(db, display_name="A. Park")).display_name == "A. Park"
    assert await balance(db) == (0, 10)


async def test_forty_at_once_are_welcomed_once(db: Database) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(40):
            group.start_soon(store, db)
    assert await lines(db) == [("grant", 10, 10, 0)]
    await assert_sound(db)


async def test_no_welcome_after_a_deletion(db: Database) -> None:
    await store(db)

    async def delete(tx: Transaction) -> None:
        await tx.execute(text("DELETE FROM users WHERE id = 'ada'"))

    with acting(ADA):
        await db.run(delete)
    await store(db)
    assert await balance(db) == (0, 0)
    assert await lines(db) == [("grant", 10, 10, 0)]
    await assert_sound(db)


async def test_nothing_of_the_person_is_left_after_a_deletion(db: Database) -> None:
    await store(db, UserId("canary-7f3a"), email="canary@example.com", display_name="Canary")

    async def delete_and_look(tx: Transaction) -> str:
        await tx.execute(text("DELETE FROM users"))
        rows = [
            str(tuple(row))
            for table in ("users", "welcomes", "wallets", "ledger_transactions", "ledger_entries")
            for row in await tx.rows(text(f"SELECT * FROM {table}"))
        ]
        return "\n".join(rows).lower()

    left = await db.run_system(delete_and_look)
    assert "welcome" in left
    assert "canary" not in left


async def test_a_welcome_of_nothing_is_an_empty_wallet(db: Database) -> None:
    await store(db, welcome_coins=0)
    assert await balance(db) == (0, 0)
    assert await lines(db) == []
    await store(db, welcome_coins=10)  # raised later: those welcomed before are not welcomed again
    assert await balance(db) == (0, 0)


async def test_who_is_stored(db: Database) -> None:
    with acting(ADA):
        assert await db.read(accounts.is_stored, ADA) is False
        with pytest.raises(UserNotFound):
            await db.read(accounts.find, user=ADA)
    stored = await store(db)
    with acting(ADA):
        assert await db.read(accounts.is_stored, ADA) is True
        assert await db.read(accounts.find, user=ADA) == stored
    assert await db.run_system(accounts.is_stored, BOB) is False  # the first wall


@pytest.mark.parametrize("table", ["users", "welcomes"])
async def test_the_second_wall_hides_other_people(db: Database, table: str) -> None:
    await store(db)

    async def count(tx: Transaction) -> int:
        return await tx.scalar(text(f"SELECT count(*) FROM {table}"))

    with acting(ADA):
        assert await db.read(count) == 1
    with acting(BOB):
        assert await db.read(count) == 0
        with pytest.raises(Exception, match="row-level security"):
            await db.run(accounts.store, user=ADA, email="x@example.com", display_name=None, welcome_coins=10)


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM welcomes",
        "UPDATE welcomes SET user_digest = 'x'",
        "INSERT INTO welcomes (user_digest) VALUES (encode(sha256('overture welcome:bob'), 'hex'))",
    ],
)
async def test_nobody_who_acts_for_a_user_can_be_welcomed_again(db: Database, tampering: str) -> None:
    await store(db)

    async def tamper(tx: Transaction) -> None:
        await tx.execute(text(tampering.replace(":", r"\:")))

    with acting(ADA), pytest.raises(Exception, match=r"permission denied|row-level security"):
        await db.run(tamper)


async def test_left_at_any_statement_nobody_is_stored_and_nothing_granted(db: Database) -> None:
    async def unit(tx: Transaction) -> None:
        await accounts.store(tx, user=ADA, email="ada@example.com", display_name=None, welcome_coins=10)

    async def nothing() -> None:
        assert await db.run_system(accounts.is_stored, ADA) is False
        assert await balance(db) == (0, 0)
        assert await lines(db) == []

    with acting(ADA):
        assert await cancelled_at_each_statement(db, unit, nothing) == 5
    await store(db)
    assert await balance(db) == (0, 10)
