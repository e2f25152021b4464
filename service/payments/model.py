"""Orders, and what providers say about them; pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


class EventKind(StrEnum):
    """What an event means, in our words."""

    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"
    DISPUTE_WON = "dispute_won"
    NO_EFFECT = "no_effect"
    FOR_REVIEW = "for_review"  # genuine, and nothing that can be applied


class Outcome(StrEnum):
    """What became of an event.

    An unmatched one names no order of ours: it is of another application on the account, or came before we knew the
    provider's id of our order. It is applied should an order with its ids appear, and nobody needs to look at it.
    """

    APPLIED = "applied"
    IGNORED = "ignored"
    FLAGGED = "flagged"
    PARKED = "parked"
    UNMATCHED = "unmatched"
    DISMISSED = "dismissed"


class Review(StrEnum):
    """What an operator decided about an event."""

    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


# What a person should look at.
OPEN_OUTCOMES = (Outcome.FLAGGED, Outcome.PARKED)
# What is applied once its order, or what has to come before it, appears.
WAITING_OUTCOMES = (Outcome.PARKED, Outcome.UNMATCHED)

REVIEW_REASON_MAX_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Dispute:
    """`amount` is the largest that was disputed, in the minor unit of the order's currency."""

    amount: int
    is_won: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One package sold to one user (None once the account is gone), at the price it had then.

    `amount` and `refunded` (in total so far) are in the minor unit of `currency`. `paid_amount` and `paid_currency` say
    what the payer paid where that is something else: with a fee of theirs, or converted. `granted` are the coins
    credited for it, `clawed_back` those taken back, of which some may be a debt. `provider_order_id` is None until the
    provider has answered, `payment_id` until it is paid. `disputes` and `failed_refunds` are by the provider's ids.
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
    paid_amount: int | None = None
    paid_currency: str | None = None
    refunded: int = 0
    failed_refunds: Mapping[str, int] = field(default_factory=dict[str, int])
    disputes: Mapping[str, Dispute] = field(default_factory=dict[str, Dispute])
    granted: int = 0
    clawed_back: int = 0
    created_at: datetime

    @property
    def taken_back(self) -> int:
        """How much of `amount` was refunded or lost in disputes."""
        refunded = max(0, self.refunded - sum(self.failed_refunds.values()))
        disputed = sum(dispute.amount for dispute in self.disputes.values() if not dispute.is_won)
        return min(self.amount, refunded + disputed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """What one event of a provider says, and by what it may be matched with an order.

    `type` is the provider's own name of it. `amount`: what the order was paid with; of a refund, the payment's total so
    far; of a dispute or a failed refund (`subject_id`), its own. `paid_amount`, `paid_currency`: what the payer paid,
    where the event tells that apart. None where it does not say. `digest` is of the body, where nothing in the body
    tells one event from another.
    """

    provider: Provider
    event_id: str
    digest: str = ""
    type: str
    kind: EventKind
    occurred_at: datetime | None = None
    order: OrderId | None = None
    provider_order_id: str | None = None
    payment_id: str | None = None
    subject_id: str | None = None
    amount: int | None = None
    currency: str | None = None
    paid_amount: int | None = None
    paid_currency: str | None = None
    is_live: bool | None = None
    account: str | None = None  # another account than our own
    note: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """All it may be matched by."""
        return lock_keys_of(self.provider, self.order, self.provider_order_id, self.payment_id)


@dataclass(frozen=True, slots=True)
class InboxEvent:
    """A row of the inbox: `order` is the one it was matched with."""

    id: UUID
    event: ProviderEvent
    outcome: Outcome
    reason: str
    order: OrderId | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedCheckout:
    """What the provider answered to an order: its own id, and what the payer's browser needs."""

    provider_order_id: str
    url: str | None = None
    key_id: str | None = None


def lock_keys_of(provider: Provider, *ids: OrderId | str | None) -> tuple[str, ...]:
    """Keys to lock, sorted, so that everybody takes them in one order."""
    return tuple(sorted(f"{provider}:{one}" for one in ids if one is not None))


class PaymentsNotConfigured(ServiceError):
    """This provider has no keys here; nothing can be bought with it."""

    kind, slug, title = Kind.UNAVAILABLE, "payments-not-configured", "Payments are not configured"


class BadSignature(ServiceError):
    """The signature is missing, wrong, or of another time; nothing was read or written."""

    kind, slug, title = Kind.MALFORMED, "bad-signature", "The signature does not hold"


class EventNotAcceptable(ServiceError):
    """Accepting the event would move nothing, or cannot say of which order; nothing was written."""

    kind, slug, title = Kind.CONFLICT, "payment-event-not-acceptable", "The event cannot be accepted"
