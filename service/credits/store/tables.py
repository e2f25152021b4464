"""The tables of the ledger (migrations 0003 and 0010 make them), and their rows as values."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, MetaData, Row, Table, Text, Uuid

from service.credits.model import Balance, Hold, HoldId, HoldState, LedgerTransaction, TransactionKind

metadata = MetaData()

wallets = Table(
    "wallets",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("user_id", Text),
    Column("available", BigInteger),
    Column("held", BigInteger),
    Column("debt", BigInteger),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("wallet_id", BigInteger, ForeignKey("wallets.id")),
    Column("operation", Uuid),
    Column("amount", BigInteger),
    Column("state", Text),
    Column("expires_at", DateTime(timezone=True)),
    Column("settled_at", DateTime(timezone=True)),
)

ledger_transactions = Table(
    "ledger_transactions",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("wallet_id", BigInteger, ForeignKey("wallets.id"), primary_key=True),
    Column("kind", Text),
    Column("hold_id", Uuid, ForeignKey("holds.id")),
    Column("amount", BigInteger),
    Column("available_after", BigInteger),
    Column("held_after", BigInteger),
    Column("debt_after", BigInteger),
    Column("reference", Text),
    Column("created_at", DateTime(timezone=True)),
)

# The entries are written by `transfers` alone (see there) and read to tell how a refund was met.
ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("wallet_id", BigInteger, primary_key=True),
    Column("transaction_id", BigInteger, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("amount", BigInteger),
)

packages = Table(
    "packages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text),
    Column("coins", BigInteger),
    Column("is_active", Boolean),
)

package_prices = Table(
    "package_prices",
    metadata,
    Column("package_id", Text, ForeignKey("packages.id"), primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("amount", BigInteger),
)


def hold_of(row: Row[Any]) -> Hold:
    return Hold(
        id=HoldId(row.id),
        amount=row.amount,
        operation=row.operation,
        state=HoldState(row.state),
        expires_at=row.expires_at,
    )


def balance_of(row: Row[Any]) -> Balance:
    return Balance(balance=row.available + row.held, reserved=row.held, available=row.available, debt=row.debt)


def transaction_of(row: Row[Any]) -> LedgerTransaction:
    return LedgerTransaction(
        id=row.id,
        kind=TransactionKind(row.kind),
        amount=row.amount,
        available_after=row.available_after,
        held_after=row.held_after,
        debt_after=row.debt_after,
        reference=row.reference,
        created_at=row.created_at,
    )
