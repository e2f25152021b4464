"""What credits look like on the wire."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from service.credits.model import GRANT_MAX_COINS, Balance, CoinPackage, LedgerTransaction, TransactionKind
from service.web.decoding import ONE_LINE
from service.web.paging import Paging


class TransactionQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    type: TransactionKind | None = None


class CreditBalance(msgspec.Struct, frozen=True, omit_defaults=True):
    """`balance` = `reserved` + `available`. `debt` is there only while refunds left one; it is paid off first."""

    balance: int
    reserved: int
    available: int
    debt: int = 0


class CreditTransaction(msgspec.Struct, frozen=True, omit_defaults=True):
    """`amount` is signed: what a reservation or a refund took, or a charge from the balance, is negative; what a grant,
    a purchase, a release, an expiry or a reversed refund brought is positive. It pays a debt first, so
    `available_after` may have moved by less; `debt_after` is there while there is a debt."""

    id: int
    type: TransactionKind
    amount: Annotated[int, Meta(description="In coins; negative where it went out.")]
    available_after: int
    reserved_after: int
    reference: Annotated[str, Meta(description="What it was for: `email:<id>`, `hold:<id>`, `order:<id>`, `welcome`.")]
    created_at: datetime
    debt_after: int = 0


class PackagePrice(msgspec.Struct, frozen=True):
    """`amount` in the currency's minor unit (ISO 4217)."""

    currency: str
    amount: int


class CreditPackage(msgspec.Struct, frozen=True):
    id: str
    name: str
    coins: int
    prices: list[PackagePrice]


# As `accounts` bounds it: a token's subject.
_UserId = Annotated[str, Meta(min_length=1, max_length=255, pattern=ONE_LINE)]
# Of a reference's 200 characters the ledger keeps some for what kind it is.
_GrantReference = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=150,
        pattern=r"^[!-~]([ -~]*[!-~])?$(?!\n)",
        description="one line of ASCII such as ticket-4711, no space at its ends; granted once per user and reference",
    ),
]


class GrantCoins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to give how much, and what for: no text about a person, for the ledger is kept when the account is not."""

    user_id: _UserId
    coins: Annotated[int, Meta(ge=1, le=GRANT_MAX_COINS)]
    reference: _GrantReference


class GrantedCoins(msgspec.Struct, frozen=True):
    """`balance` is the user's as this grant left it."""

    user_id: str
    coins: int
    reference: str
    balance: CreditBalance


def credit_package(package: CoinPackage) -> CreditPackage:
    prices = [PackagePrice(currency, amount) for currency, amount in package.prices.items()]
    return CreditPackage(id=package.id, name=package.name, coins=package.coins, prices=prices)


def credit_balance(balance: Balance) -> CreditBalance:
    return CreditBalance(
        balance=balance.balance, reserved=balance.reserved, available=balance.available, debt=balance.debt
    )


def credit_transaction(transaction: LedgerTransaction) -> CreditTransaction:
    return CreditTransaction(
        id=transaction.id,
        type=transaction.kind,
        amount=transaction.amount,
        available_after=transaction.available_after,
        reserved_after=transaction.held_after,
        reference=transaction.reference,
        created_at=transaction.created_at,
        debt_after=transaction.debt_after,
    )
