"""The statements that look things up."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, cast, exists, func, select

from service.credits.model import Balance, Hold, HoldId, LedgerTransaction, Refund, TransactionKind
from service.credits.store.tables import (
    balance_of,
    hold_of,
    holds,
    ledger_entries,
    ledger_transactions,
    transaction_of,
    wallets,
)
from service.kernel.database import Transaction, export_of, read_page
from service.kernel.database.paging import Listed, Window
from service.kernel.identifiers import UserId

EXPORTS = (
    export_of(
        "credit_transactions",
        select(
            ledger_transactions.c.id,
            ledger_transactions.c.kind,
            ledger_transactions.c.amount,
            ledger_transactions.c.available_after,
            ledger_transactions.c.held_after,
            ledger_transactions.c.debt_after,
            ledger_transactions.c.reference,
            ledger_transactions.c.created_at,
        ).join(wallets, wallets.c.id == ledger_transactions.c.wallet_id),
        owner=wallets.c.user_id,
        key=(ledger_transactions.c.id,),
    ),
)


async def find_hold_by_operation(tx: Transaction, *, user: UserId, operation: UUID) -> Hold | None:
    row = await tx.row(
        select(holds.c.id, holds.c.operation, holds.c.amount, holds.c.state, holds.c.expires_at)
        .join(wallets, wallets.c.id == holds.c.wallet_id)
        .where(wallets.c.user_id == user, holds.c.operation == operation)
    )
    return None if row is None else hold_of(row)


async def find_hold(tx: Transaction, hold: HoldId) -> tuple[Hold, bool] | None:
    """The hold, and whether it is past its expiry by the database's clock."""
    row = await tx.row(
        select(
            holds.c.id,
            holds.c.operation,
            holds.c.amount,
            holds.c.state,
            holds.c.expires_at,
            (holds.c.expires_at <= func.clock_timestamp()).label("is_past"),
        ).where(holds.c.id == hold)
    )
    return None if row is None else (hold_of(row), row.is_past)


async def find_charge(tx: Transaction, hold: HoldId) -> LedgerTransaction | None:
    row = await tx.row(
        select(ledger_transactions).where(
            ledger_transactions.c.hold_id == hold, ledger_transactions.c.kind == TransactionKind.CHARGE
        )
    )
    return None if row is None else transaction_of(row)


async def find_grant(
    tx: Transaction, *, user: UserId, kind: TransactionKind, reference: str
) -> LedgerTransaction | None:
    row = await tx.row(
        select(ledger_transactions)
        .join(wallets, wallets.c.id == ledger_transactions.c.wallet_id)
        .where(
            wallets.c.user_id == user,
            ledger_transactions.c.hold_id.is_(None),
            ledger_transactions.c.kind == kind,
            ledger_transactions.c.reference == reference,
        )
    )
    return None if row is None else transaction_of(row)


async def find_refund(tx: Transaction, *, user: UserId, reference: str) -> tuple[int, Refund] | None:
    """The coins of an earlier refund, and how they were met."""
    lines, entries = ledger_transactions, ledger_entries
    owed = (
        select(func.coalesce(-func.sum(entries.c.amount), 0))
        .where(entries.c.wallet_id == lines.c.wallet_id, entries.c.transaction_id == lines.c.id)
        .where(entries.c.account == "debt")
        .scalar_subquery()
    )
    row = await tx.row(
        select((-lines.c.amount).label("coins"), cast(owed, BigInteger).label("debt"))
        .join(wallets, wallets.c.id == lines.c.wallet_id)
        .where(wallets.c.user_id == user, lines.c.hold_id.is_(None))
        .where(lines.c.kind == TransactionKind.REFUND, lines.c.reference == reference)
    )
    return None if row is None else (row.coins, Refund(clawed_back=row.coins - row.debt, debt=row.debt))


async def has_wallet(tx: Transaction, user: UserId) -> bool:
    return bool(await tx.scalar(select(exists().where(wallets.c.user_id == user))))


async def find_balance(tx: Transaction, user: UserId) -> Balance:
    """The sums of the user's wallet; nothing where there is no wallet."""
    row = await tx.row(select(wallets.c.available, wallets.c.held, wallets.c.debt).where(wallets.c.user_id == user))
    return Balance(balance=0, reserved=0, available=0) if row is None else balance_of(row)


async def find_transactions(
    tx: Transaction, *, user: UserId, window: Window, kind: TransactionKind | None
) -> Listed[LedgerTransaction]:
    """Newest first: in one wallet ids grow in the order of its transactions, for they are given under its lock."""
    lines = ledger_transactions
    matching = select(lines).join(wallets, wallets.c.id == lines.c.wallet_id).where(wallets.c.user_id == user)
    if kind is not None:
        matching = matching.where(lines.c.kind == kind)
    return await read_page(tx, matching, keys=(lines.c.id,), item=transaction_of, window=window)


async def lock_open_holds(tx: Transaction, user: UserId) -> Sequence[HoldId]:
    """The user's open holds, their wallet locked until the transaction ends."""
    wallet = await tx.scalar(select(wallets.c.id).where(wallets.c.user_id == user).with_for_update(key_share=True))
    open_holds = select(holds.c.id).where(holds.c.wallet_id == wallet, holds.c.settled_at.is_(None))
    return [HoldId(row.id) for row in await tx.rows(open_holds)]
