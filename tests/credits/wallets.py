"""People with coins, and how their wallets are looked at."""

from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from service.credits import operations as credits
from service.credits.model import Balance, Hold, HoldId, Refund, TransactionKind
from service.credits.store import find_balance
from service.custody import operations as custody
from service.kernel.database import Database, Transaction, acting_for
from service.kernel.identifiers import UserId, personal_tenant

ADA = UserId("ada")
BOB = UserId("bob")
CAROL = UserId("carol")


def acting(user: UserId) -> AbstractContextManager[None]:
    return acting_for(user, personal_tenant(user))


async def give(db: Database, coins: int, *, user: UserId = ADA) -> None:
    """Store the user with so many coins."""

    async def store(tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO users (id, email) VALUES (:id, 'x@example.com')"), {"id": user})
        await credits.open_wallet(tx, user=user)
        if coins:
            await credits.grant(tx, user=user, amount=coins, kind=TransactionKind.GRANT, reference="welcome")

    with acting(user):
        await db.run(store)


async def reserve(
    db: Database,
    amount: int = 1,
    *,
    user: UserId = ADA,
    operation: UUID | None = None,
    expires_in_seconds: float = 60,
) -> Hold:
    with acting(user):
        return await db.run(
            credits.reserve,
            user=user,
            amount=amount,
            operation=operation or uuid4(),
            hold=HoldId(uuid4()),
            expires_in_seconds=expires_in_seconds,
        )


async def charge(
    db: Database, hold: Hold, amount: int, reference: str = "insights:1", *, user: UserId = ADA
) -> Balance:
    with acting(user):
        return await db.run(credits.charge, hold=hold.id, amount=amount, reference=reference)


async def release(db: Database, hold: Hold, *, user: UserId = ADA) -> bool:
    with acting(user):
        return await db.run(credits.release, hold=hold.id)


async def purchase(db: Database, coins: int, reference: str = "order:1", *, user: UserId = ADA) -> Balance:
    with acting(user):
        return await db.run(credits.purchase, user=user, coins=coins, reference=reference)


async def refund(db: Database, coins: int, reference: str = "refund:1", *, user: UserId = ADA) -> Refund:
    with acting(user):
        return await db.run(credits.refund, user=user, coins=coins, reference=reference)


async def debt(db: Database, *, user: UserId = ADA) -> int:
    with acting(user):
        return (await db.read(find_balance, user=user)).debt


async def balance(db: Database, *, user: UserId = ADA) -> tuple[int, int]:
    """What is reserved and what is available."""
    with acting(user):
        found = await db.read(find_balance, user=user)
    assert found.balance == found.reserved + found.available
    return found.reserved, found.available


async def lines(db: Database) -> list[tuple[Any, ...]]:
    """The whole ledger, oldest first: kind, amount, available and held after it."""

    async def find(tx: Transaction) -> list[tuple[Any, ...]]:
        rows = await tx.rows(
            text("SELECT kind, amount, available_after, held_after FROM ledger_transactions ORDER BY id")
        )
        return [tuple(row) for row in rows]

    return await db.run_system(find)


async def entries(db: Database) -> dict[str, int]:
    """The sum of each account over all wallets."""

    async def find(tx: Transaction) -> dict[str, int]:
        rows = await tx.rows(text("SELECT account, sum(amount)::bigint AS amount FROM ledger_entries GROUP BY account"))
        return {row.account: row.amount for row in rows if row.amount}

    return await db.run_system(find)


async def assert_sound(db: Database, *, sweep_seconds: float = 3600) -> None:
    assert await db.run_system(custody.check, sweep_seconds=sweep_seconds) == []
    assert db.pool_state().checked_out == 0
