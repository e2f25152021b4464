"""Stripe: a checkout page per order, and whether what calls itself an event of Stripe's is one.

Amounts here are in the minor unit that ISO 4217 gives a currency. Stripe writes a few otherwise
(https://docs.stripe.com/currencies#special-cases, #zero-decimal): ISK and UGX have no decimals any more, and still "you
represent it as a two-decimal value, where the decimal amount is always 00: to charge 5 UGX, provide 500"; MGA has two
in ISO 4217 and none at Stripe.

sdk         the official SDK's async client, how it speaks HTTP here, and the scheme of the `Stripe-Signature` header
scripted    the fake that ships beside it
"""

from dataclasses import dataclass
from typing import Literal, Protocol
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
    """Stripe could not be reached in time, or refused; as far as we know nothing can be paid, and nothing was read."""

    kind, slug, title = Kind.UPSTREAM, "payment-provider-failed", "The payment provider failed"


# What may be retrieved: Stripe's own names of its objects.
ObjectName = Literal["checkout.session", "charge", "dispute", "refund"]

_WRITTEN_IN_HUNDREDTHS = frozenset({"ISK", "UGX"})
_WRITTEN_IN_WHOLE_UNITS = frozenset({"MGA"})


def api_amount(amount: int, currency: str) -> int | None:
    """An amount in ISO 4217's minor unit as Stripe writes it; None where Stripe has no way to."""
    if currency in _WRITTEN_IN_HUNDREDTHS:
        return amount * 100
    return _whole_hundreds(amount) if currency in _WRITTEN_IN_WHOLE_UNITS else amount


def iso_amount(amount: int, currency: str) -> int | None:
    """The way back; None for a fraction that the currency does not have."""
    if currency in _WRITTEN_IN_WHOLE_UNITS:
        return amount * 100
    return _whole_hundreds(amount) if currency in _WRITTEN_IN_HUNDREDTHS else amount


def _whole_hundreds(amount: int) -> int | None:
    return None if amount % 100 else amount // 100


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

    async def retrieve(self, name: ObjectName, id: str) -> bytes | None:
        """An object as Stripe has it now, as JSON; None where there is none. Bounds and errors as `create_checkout`."""
        ...

    def is_genuine(self, raw: bytes, signature: str | None) -> bool:
        """Whether the `Stripe-Signature` header signs these bytes with one of our secrets, within 300 s of now."""
        ...
