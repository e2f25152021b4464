"""The tables of the ledger (migration 0003 makes them)."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, MetaData, Table, Text, Uuid

metadata = MetaData()

wallets = Table(
    "wallets",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("user_id", Text),
    Column("available", BigInteger),
    Column("held", BigInteger),
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
    Column("reference", Text),
    Column("created_at", DateTime(timezone=True)),
)
