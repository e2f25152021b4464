"""The statements that look things up."""

from uuid import UUID

from sqlalchemy import func, select

from service.credits.model import Balance, Hold, HoldId, LedgerTransaction, TransactionKind
from service.credits.store.rows import balance_of, hold_of, transaction_of
from service.credits.store.tables import holds, ledger_transactions, wallets
from service.kernel.database import Transaction
from service.kernel.identifiers import UserId
from service.kernel.paging import COUNTED_MAX, Listed, Window


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


async def find_balance(tx: Transaction, user: UserId) -> Balance:
    """The two sums of the user's wallet; nothing where there is no wallet."""
    row = await tx.row(select(wallets.c.available, wallets.c.held).where(wallets.c.user_id == user))
    return balance_of(0, 0) if row is None else balance_of(row.available, row.held)


async def find_transactions(
    tx: Transaction, *, user: UserId, window: Window, kind: TransactionKind | None
) -> Listed[LedgerTransaction]:
    """Newest first: in one wallet ids grow in the order of its transactions, for they are given under its lock."""
    lines = ledger_transactions
    matching = select(lines).join(wallets, wallets.c.id == lines.c.wallet_id).where(wallets.c.user_id == user)
    if kind is not None:
        matching = matching.where(lines.c.kind == kind)
    counted = await tx.scalar(select(func.count()).select_from(matching.limit(COUNTED_MAX + 1).subquery()))
    shown = matching.order_by(lines.c.id.desc()).limit(window.fetched).offset(window.offset)
    if window.after is not None:
        shown = shown.where(lines.c.id < window.after[0])
    return Listed([transaction_of(row) for row in await tx.rows(shown)], counted)
