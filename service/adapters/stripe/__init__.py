"""Stripe: a checkout page per order, and whether what calls itself an event of Stripe's is one.

signature   the scheme of the `Stripe-Signature` header, pure
sdk         the official SDK's async client
transport   how that client speaks HTTP here: httpx, on asyncio and trio
scripted    the fake that ships beside it
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from service.kernel.errors import Kind, ServiceError


@dataclass(frozen=True, slots=True)
class Sale:
    """What is to be paid: `amount` in the minor unit of `currency` (ISO 4217); `return_url` is where the payer goes
    afterwards, having paid or not. `order` is our own id, which comes back with every event about it."""

    order: UUID
    name: str
    amount: int
    currency: str
    return_url: str


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """Stripe's side of an order, and the page where it is paid."""

    id: str
    url: str


class StripeFailed(ServiceError):
    """Stripe could not be reached in time, or refused; as far as we know nothing can be paid."""

    kind, slug, title = Kind.UPSTREAM, "payment-provider-failed", "The payment provider failed"


class Stripe(Protocol):
    @property
    def is_live(self) -> bool:
        """Whether real money moves: events of the other mode are none of ours."""
        ...

    async def create_checkout(self, sale: Sale) -> CheckoutSession:
        """Open a checkout session; the same order again answers the first one (Stripe's idempotency, 24 h).

        At most 15 s, less where the deadline is nearer; one attempt. Cancelled, the session may exist and is never
        shown to anybody. Raises `StripeFailed`.
        """
        ...

    def is_genuine(self, raw: bytes, signature: str | None) -> bool:
        """Whether the `Stripe-Signature` header signs these bytes with one of our secrets, within 300 s of now."""
        ...
