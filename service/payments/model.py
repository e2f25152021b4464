"""Orders, and what is said about them; pure values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from service.kernel.errors import Kind, ServiceError
from service.kernel.identifiers import UserId

OrderId = NewType("OrderId", UUID)


class Provider(StrEnum):
    STRIPE = "stripe"
    RAZORPAY = "razorpay"


class Status(StrEnum):
    CREATED = "created"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"
    EXPIRED = "expired"


class Happening(StrEnum):
    """What an event tells, in our words; `NOTHING` is one that changes no order."""

    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    NOTHING = "nothing"
    STRANGE = "strange"  # genuine, and to be looked at by a person


class Outcome(StrEnum):
    """What became of an event."""

    APPLIED = "applied"
    IGNORED = "ignored"
    FLAGGED = "flagged"
    PARKED = "parked"


# What a person should look at.
OPEN_OUTCOMES = (Outcome.PARKED, Outcome.FLAGGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One package sold to one user (None once the account is gone), at the price it had then.

    `amount`, `refunded` and `disputed` are in the minor unit of `currency`, the latter two in total so far. `granted`
    are the coins credited for it, `clawed_back` those taken back, of which some may be a debt. `provider_order_id` is
    None until the provider has answered, `payment_id` until it is paid.
    """

    id: OrderId
    user: UserId | None
    provider: Provider
    provider_order_id: str | None = None
    payment_id: str | None = None
    status: Status = Status.CREATED
    package: str
    coins: int
    amount: int
    currency: str
    is_live: bool
    refunded: int = 0
    disputed: int = 0
    granted: int = 0
    clawed_back: int = 0
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """What one event of a provider says, and by what it may be matched with an order.

    `amount`: what was paid; of a refund or a dispute, its total so far. None where the event does not say.
    """

    provider: Provider
    event_id: str
    kind: str  # the provider's own name of it
    happening: Happening
    occurred_at: datetime | None = None
    order: OrderId | None = None
    provider_order_id: str | None = None
    payment_id: str | None = None
    amount: int | None = None
    currency: str | None = None
    is_live: bool | None = None
    account: str | None = None  # another account than our own
    note: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """All it may be matched by."""
        return known_by(self.provider, self.order, self.provider_order_id, self.payment_id)


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the inbox: `order` is the one it was matched with."""

    id: UUID
    occurrence: Occurrence
    outcome: Outcome
    reason: str
    order: OrderId | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """What the provider answered to an order: its own id, and what the payer's browser needs."""

    provider_order_id: str
    url: str | None = None
    key_id: str | None = None


def known_by(provider: Provider, *ids: OrderId | str | None) -> tuple[str, ...]:
    """Keys to lock, sorted, so that everybody takes them in one order."""
    return tuple(sorted(f"{provider}:{one}" for one in ids if one is not None))


class PaymentsNotConfigured(ServiceError):
    """This provider has no keys here; nothing can be bought with it."""

    kind, slug, title = Kind.UNAVAILABLE, "payments-not-configured", "Payments are not configured"


class BadSignature(ServiceError):
    """The signature is missing, wrong, or of another time; nothing was read or written."""

    kind, slug, title = Kind.MALFORMED, "bad-signature", "The signature does not hold"
