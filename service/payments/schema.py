"""What payments look like on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from service.payments.model import OpenedCheckout, Order, Provider, Status


class CreateOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which package, and through whom it is paid; without a currency, the provider's usual one."""

    package_id: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=63,
            pattern=r"^[a-z0-9][a-z0-9-]*$(?!\n)",
            description="a package's id: lower-case letters, digits and hyphens",
        ),
    ]
    provider: Provider
    currency: (
        Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", description="a currency's three capital letters (ISO 4217)")]
        | None
    ) = None


class Checkout(msgspec.Struct, frozen=True):
    """Where it is paid: Stripe's page (`url`), or what Razorpay's widget is opened with (`key_id`, `order_id`)."""

    url: str | UnsetType = UNSET
    key_id: str | UnsetType = UNSET
    order_id: str | UnsetType = UNSET


class CreatedOrder(msgspec.Struct, frozen=True):
    """`status` is `created`, unless the provider's events were faster than this answer."""

    order_id: UUID
    provider: Provider
    provider_order_id: str
    status: Status
    amount: Annotated[int, Meta(description="In the currency's minor unit.")]
    currency: str
    coins: int
    checkout: Checkout


class OrderAnswer(msgspec.Struct, frozen=True):
    """`refunded_amount` counts what was refunded or lost in a dispute."""

    order_id: UUID
    provider: Provider
    provider_order_id: str | None
    status: Status
    amount: Annotated[int, Meta(description="In the currency's minor unit.")]
    currency: str
    coins: int
    refunded_amount: int
    created_at: datetime


class Received(msgspec.Struct, frozen=True):
    """The event is kept; whether it was new here."""

    is_new: bool


def created_order(order: Order, opened: OpenedCheckout) -> CreatedOrder:
    if opened.url is not None:
        checkout = Checkout(url=opened.url)
    else:
        checkout = Checkout(key_id=opened.key_id or UNSET, order_id=opened.provider_order_id)
    return CreatedOrder(
        order_id=order.id,
        provider=order.provider,
        provider_order_id=opened.provider_order_id,
        status=order.status,
        amount=order.amount,
        currency=order.currency,
        coins=order.coins,
        checkout=checkout,
    )


def order_answer(order: Order) -> OrderAnswer:
    return OrderAnswer(
        order_id=order.id,
        provider=order.provider,
        provider_order_id=order.provider_order_id,
        status=order.status,
        amount=order.amount,
        currency=order.currency,
        coins=order.coins,
        refunded_amount=order.taken_back,
        created_at=order.created_at,
    )
