"""The table of usage, and every statement that touches it."""

import msgspec
from sqlalchemy import JSON, BigInteger, Column, MetaData, Numeric, Table, Text, Uuid, delete, select
from sqlalchemy.dialects.postgresql import insert

from service.kernel.database import Transaction, export_of
from service.kernel.identifiers import UserId
from service.usage.model import Usage

metadata = MetaData()

usage_rows = Table(
    "usage_rows",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Text),
    Column("operation", Uuid),
    Column("outcome", Text),
    Column("provider", Text),
    Column("model", Text),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost", Numeric),
    Column("calls", JSON),
)

EXPORTS = (export_of("usage", select(usage_rows), owner=usage_rows.c.user_id, key=(usage_rows.c.id,)),)


async def insert_usage(tx: Transaction, usage: Usage) -> bool:
    """False where the operation has its row already."""
    inserting = insert(usage_rows).values(
        id=usage.id,
        user_id=usage.user,
        operation=usage.operation,
        outcome=usage.outcome,
        provider=usage.provider,
        model=usage.model,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost=usage.cost,
        calls=msgspec.to_builtins(usage.calls),
    )
    unless_recorded = inserting.on_conflict_do_nothing(index_elements=["user_id", "operation"])
    return await tx.execute(unless_recorded) == 1


async def delete_usage(tx: Transaction, user: UserId) -> int:
    """All of the user's; how many there were."""
    return await tx.execute(delete(usage_rows).where(usage_rows.c.user_id == user))
