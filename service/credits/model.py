"""Coins, holds, balances and what the ledger says of them; pure values and rules."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from service.kernel.errors import Kind, ServiceError

HoldId = NewType("HoldId", UUID)

# The largest integer that every JSON reader keeps exactly (RFC 8259, section 6); also the most a wallet may contain.
COINS_MAX = 2**53 - 1

REFERENCE_MAX_CHARACTERS = 200


class TransactionKind(StrEnum):
    GRANT = "grant"
    PURCHASE = "purchase"
    RESERVE = "reserve"
    CHARGE = "charge"
    RELEASE = "release"
    REFUND = "refund"
    EXPIRE = "expire"


class HoldState(StrEnum):
    OPEN = "open"
    CHARGED = "charged"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Balance:
    """What a user has: `balance` = `reserved` + `available`, each never negative."""

    balance: int
    reserved: int
    available: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Coins set aside for one operation, until `expires_at` by the database's clock."""

    id: HoldId
    amount: int
    operation: UUID
    state: HoldState
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LedgerTransaction:
    """One line of a user's statement.

    `amount` says what the movement did, with its sign: reserve -n, what left available; charge -n, what left the
    balance for good (the rest of the hold came back at the same moment: see `available_after`); release and expire
    +n, what came back; grant and purchase +n; refund -n, what was clawed back. `id` grows with time in one wallet.
    """

    id: int
    kind: TransactionKind
    amount: int
    available_after: int
    held_after: int
    reference: str
    created_at: datetime


class CreditsExhausted(ServiceError):
    """Less is available than the price; nothing was reserved."""

    kind, slug, title = Kind.PAYMENT, "insufficient-credits", "Not enough credits"


class HoldNotOpen(ServiceError):
    """The hold was charged, released or has expired: it cannot be charged (again)."""

    kind, slug, title = Kind.CONFLICT, "hold-not-open", "The reservation is no longer open"


def checked_coins(amount: object, *, least: int = 0) -> int:
    """The amount, if it is a whole number of coins between `least` and `COINS_MAX`; TypeError or ValueError if not.

    Such an amount is a mistake of our own code: what comes from outside is bounded by its wire struct.
    """
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise TypeError(f"coins are whole numbers, not {type(amount).__name__}")
    if not least <= amount <= COINS_MAX:
        raise ValueError(f"{amount} coins are outside {least}..{COINS_MAX}")
    return amount


def checked_reference(reference: str) -> str:
    """What a movement was for, as `<kind of thing>:<id>`: `email:<uuid>`, `order:<uuid>`; ValueError if unusable."""
    if not 0 < len(reference) <= REFERENCE_MAX_CHARACTERS or not reference.isprintable():
        raise ValueError(f"a reference is 1 to {REFERENCE_MAX_CHARACTERS} printable characters")
    return reference


def exhausted(*, price: int, available: int) -> CreditsExhausted:
    coins = "1 coin" if price == 1 else f"{price} coins"
    return CreditsExhausted(
        f"This costs {coins} and {available} are available; nothing was reserved. Get credits and try again.",
        extras={"price": price, "available": available},
    )
