"""Razorpay: an order that its checkout widget pays, and whether what calls itself an event of Razorpay's is one.

signature   HMAC-SHA256 of what was sent, pure
http        the API over httpx (Razorpay's own SDK is synchronous)
scripted    the fake that ships beside it
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from service.kernel.errors import Kind, ServiceError


@dataclass(frozen=True, slots=True)
class Sale:
    """What is to be paid: `amount` in the minor unit of `currency` (ISO 4217). `order` is our own id: the receipt of
    Razorpay's order, and in its notes."""

    order: UUID
    amount: int
    currency: str


class RazorpayFailed(ServiceError):
    """Razorpay could not be reached in time, or refused; nothing can be paid."""

    kind, slug, title = Kind.UPSTREAM, "payment-provider-failed", "The payment provider failed"


class Razorpay(Protocol):
    @property
    def key_id(self) -> str:
        """The public half of the API key; the checkout widget is opened with it."""
        ...

    @property
    def is_live(self) -> bool:
        """Whether real money moves."""
        ...

    async def create_order(self, sale: Sale) -> str:
        """Open an order whose payments are captured as they come; its id at Razorpay.

        At most 15 s, less where the deadline is nearer; one attempt, for Razorpay has no idempotency here: a second
        try would be a second order. Cancelled, the order may exist and is never shown to anybody. Raises
        `RazorpayFailed`.
        """
        ...

    def is_genuine(self, raw: bytes, signature: str | None) -> bool:
        """Whether the `X-Razorpay-Signature` header signs these bytes with our webhook secret. There is no time in
        it: what keeps a repeat from counting twice is the inbox, and the payment's id."""
        ...
