"""Rows into values."""

from typing import Any

from sqlalchemy import Row

from service.credits.model import Balance, Hold, HoldId, HoldState, LedgerTransaction, TransactionKind


def hold_of(row: Row[Any]) -> Hold:
    return Hold(
        id=HoldId(row.id),
        amount=row.amount,
        operation=row.operation,
        state=HoldState(row.state),
        expires_at=row.expires_at,
    )


def balance_of(available: int, held: int) -> Balance:
    return Balance(balance=available + held, reserved=held, available=available)


def transaction_of(row: Row[Any]) -> LedgerTransaction:
    return LedgerTransaction(
        id=row.id,
        kind=TransactionKind(row.kind),
        amount=row.amount,
        available_after=row.available_after,
        held_after=row.held_after,
        reference=row.reference,
        created_at=row.created_at,
    )
