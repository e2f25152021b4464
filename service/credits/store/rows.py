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
