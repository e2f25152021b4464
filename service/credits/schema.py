"""What credits look like on the wire."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from service.credits.model import Balance, LedgerTransaction, TransactionKind
from service.web.paging import Paging


class TransactionQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    type: TransactionKind | None = None


class CreditBalance(msgspec.Struct, frozen=True):
    """`balance` = `reserved` + `available`."""

    balance: int
    reserved: int
    available: int


class CreditTransaction(msgspec.Struct, frozen=True):
    """`amount` is signed: what a reservation or a refund took from available, or a charge from the balance, is
    negative; what a grant, a purchase, a release or an expiry brought to available is positive."""

    id: int
    type: TransactionKind
    amount: Annotated[int, Meta(description="In coins; negative where it went out.")]
    available_after: int
    reserved_after: int
    reference: Annotated[str, Meta(description="What it was for: `email:<id>`, `hold:<id>`, `order:<id>`, `welcome`.")]
    created_at: datetime


def credit_balance(balance: Balance) -> CreditBalance:
    return CreditBalance(balance=balance.balance, reserved=balance.reserved, available=balance.available)


def credit_transaction(transaction: LedgerTransaction) -> CreditTransaction:
    return CreditTransaction(
        id=transaction.id,
        type=transaction.kind,
        amount=transaction.amount,
        available_after=transaction.available_after,
        reserved_after=transaction.held_after,
        reference=transaction.reference,
        created_at=transaction.created_at,
    )
