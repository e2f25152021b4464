"""Coins, holds, balances and what the ledger says of them; pure values and rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from service.events import Event
from service.kernel.errors import Kind, NotFound, ServiceError

HoldId = NewType("HoldId", UUID)

# The largest integer that every JSON reader keeps exactly (RFC 8259, section 6); also the most a wallet may contain.
COINS_MAX = 2**53 - 1

REFERENCE_MAX_CHARACTERS = 200

# A hand slips by a zero or two; more than this at once is asked for in several grants.
GRANT_MAX_COINS = 1_000_000

_PACKAGE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_CURRENCY = re.compile(r"[A-Z]{3}")
PACKAGE_NAME_MAX_CHARACTERS = 100


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


class CreditsChanged(Event, frozen=True, tag="credits.changed"):
    """A movement of `amount` coins (negative: spent or held), and what the user has after it."""

    amount: int
    balance: int
    reserved: int
    available: int
    debt: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What a user has: `balance` = `reserved` + `available`, each never negative.

    `debt` is what refunds took that was no longer there; nothing is available while there is one.
    """

    balance: int
    reserved: int
    available: int
    debt: int = 0


@dataclass(frozen=True, slots=True)
class Refund:
    """How a refund was met: from what was available, and for the rest as a debt."""

    clawed_back: int
    debt: int


@dataclass(frozen=True, slots=True)
class CoinPackage:
    """So many coins, sold in one purchase. `prices`: ISO 4217 currency -> amount in its minor unit; at least one."""

    id: str
    name: str
    coins: int
    prices: Mapping[str, int]
    is_active: bool


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
    +n, what came back; grant and purchase +n; refund -n, all of it, or +n where one is
    reversed. Coins that come to a wallet in debt pay the debt
    first, and what a refund no longer finds becomes a debt: `available_after` and `debt_after` say how it was met.
    `id` grows with time in one wallet.
    """

    id: int
    kind: TransactionKind
    amount: int
    available_after: int
    held_after: int
    debt_after: int
    reference: str
    created_at: datetime


class CreditsExhausted(ServiceError):
    """Less is available than the price; nothing was reserved."""

    kind, slug, title = Kind.PAYMENT, "insufficient-credits", "Not enough credits"


class WalletNotFound(NotFound):
    """No user of that id is stored, so there is no wallet."""


class ReferenceReused(ServiceError):
    """The reference was granted before, and for another number of coins; nothing was granted."""

    kind, slug, title = Kind.CONFLICT, "reference-reused", "The reference belongs to another grant"


class HoldNotOpen(ServiceError):
    """The hold was charged, released or has expired: it cannot be charged (again)."""

    kind, slug, title = Kind.CONFLICT, "hold-not-open", "The reservation is no longer open"


def check_coins(amount: object, *, least: int = 0) -> int:
    """The amount, if it is a whole number of coins between `least` and `COINS_MAX`; TypeError or ValueError if not.

    Such an amount is a mistake of our own code: what comes from outside is bounded by its wire struct.
    """
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise TypeError(f"coins are whole numbers, not {type(amount).__name__}")
    if not least <= amount <= COINS_MAX:
        raise ValueError(f"{amount} coins are outside {least}..{COINS_MAX}")
    return amount


def check_reference(reference: str) -> str:
    """What a movement was for, as `<kind of thing>:<id>`: `email:<uuid>`, `order:<uuid>`; ValueError if unusable."""
    if not 0 < len(reference) <= REFERENCE_MAX_CHARACTERS or not reference.isprintable():
        raise ValueError(f"a reference is 1 to {REFERENCE_MAX_CHARACTERS} printable characters")
    return reference


def not_enough(*, price: int, available: int) -> CreditsExhausted:
    coins = "1 coin" if price == 1 else f"{price} coins"
    return CreditsExhausted(
        f"This costs {coins} and {available} are available; nothing was reserved. Get credits and try again.",
        extras={"price": price, "available": available},
    )


def check_package(package: CoinPackage) -> CoinPackage:
    """The package, if it can be sold as it stands; ValueError says what is wrong with it."""
    if not _PACKAGE_ID.fullmatch(package.id):
        raise ValueError(f"a package id is lower-case letters, digits and hyphens, at most 63: {package.id!r}")
    if not 0 < len(package.name) <= PACKAGE_NAME_MAX_CHARACTERS or not package.name.isprintable():
        raise ValueError(f"a package name is 1 to {PACKAGE_NAME_MAX_CHARACTERS} printable characters")
    check_coins(package.coins, least=1)
    if not package.prices:
        raise ValueError("a package needs a price in at least one currency")
    for currency, amount in package.prices.items():
        if not _CURRENCY.fullmatch(currency):
            raise ValueError(f"a currency is three capital letters (ISO 4217), not {currency!r}")
        if not 0 < amount <= COINS_MAX:
            raise ValueError(f"a price is a whole number of the minor unit above 0, not {amount} {currency}")
    return package
