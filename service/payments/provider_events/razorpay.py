"""Razorpay's events, read into our words (https://razorpay.com/docs/webhooks/payloads/)."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, TypeVar, cast

import msgspec

from service.payments.model import EventKind, OrderId, Provider, ProviderEvent
from service.payments.provider_events import (
    Amount,
    Currency,
    Fields,
    Id,
    Moment,
    instant,
    order_id,
    unreadable,
)


class _OrderEntity(msgspec.Struct, frozen=True):
    id: Id
    amount: Amount | None = None
    amount_paid: Amount | None = None
    currency: Currency | None = None
    receipt: str | None = None
    notes: Any = None  # an object; an empty list where there are none


class _Payment(msgspec.Struct, frozen=True):
    id: Id
    amount: Amount | None = None
    currency: Currency | None = None
    order_id: Id | None = None
    amount_refunded: Amount | None = None
    notes: Any = None


class _Refund(msgspec.Struct, frozen=True):
    id: Id
    amount: Amount | None = None
    payment_id: Id | None = None
    status: str = ""
    notes: Any = None


class _Dispute(msgspec.Struct, frozen=True):
    id: Id
    payment_id: Id | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    phase: str = ""
    status: str = ""


E = TypeVar("E")


class _Entity(msgspec.Struct, frozen=True):
    entity: msgspec.Raw


class _Envelope(msgspec.Struct, frozen=True):
    event: Id
    payload: dict[str, _Entity] = {}
    created_at: Moment | None = None


def parse_event(raw: bytes, event_id: str | None) -> ProviderEvent:
    """`event_id` is the header `x-razorpay-event-id`, which no signature covers: the body's digest stands beside it, so
    that another body under the same id is another event, and in its place where it is not usable. Never fails: what
    is genuine and cannot be read is `FOR_REVIEW`."""
    try:
        envelope = msgspec.json.decode(raw, type=_Envelope)
        fields = _READERS.get(envelope.event, _no_effect)(envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return unreadable(Provider.RAZORPAY, raw)
    digest = sha256(raw).hexdigest()
    return ProviderEvent(
        provider=Provider.RAZORPAY,
        event_id=_usable(event_id) or f"sha256:{digest}",
        digest=digest,
        type=envelope.event,
        occurred_at=instant(envelope.created_at),
        **fields,
    )


def _usable(event_id: str | None) -> str | None:
    try:
        return msgspec.convert(event_id, Id)
    except msgspec.ValidationError:
        return None


def _payment(kind: EventKind) -> Callable[[_Envelope], Fields]:
    def read(envelope: _Envelope) -> Fields:
        payment = _entity(envelope, "payment", _Payment)
        return _about(envelope, payment) | {"kind": kind, "amount": payment.amount if payment else None}

    return read


def _payment_of_order(envelope: _Envelope) -> Fields:
    """The order decides what was paid for it: the payment may contain the payer's fee as well."""
    payment, order = _entity(envelope, "payment", _Payment), _entity(envelope, "order", _OrderEntity)
    fields = _payment(EventKind.PAID)(envelope)
    if payment is None or order is None or order.amount_paid is None or order.currency is None:
        return fields
    ours = {"amount": order.amount_paid, "currency": order.currency.upper()}
    return fields | ours | {"paid_amount": fields["amount"], "paid_currency": fields["currency"]}


def _refund(envelope: _Envelope) -> Fields:
    """The payment that comes with it says how much of it was refunded in total."""
    payment, refund = _entity(envelope, "payment", _Payment), _entity(envelope, "refund", _Refund)
    has_failed = envelope.event == "refund.failed"
    fields = _about(envelope, payment) | {"kind": EventKind.REFUND_FAILED if has_failed else EventKind.REFUNDED}
    if refund is None or payment is None:
        return fields
    fields |= {"order": fields["order"] or _order_in_notes(refund.notes), "subject_id": refund.id}
    if has_failed:
        return fields | {"amount": refund.amount}
    if envelope.event == "refund.created" and refund.status != "processed":
        return fields | {"kind": EventKind.NO_EFFECT, "note": "the refund is under way"}
    return fields | {"amount": payment.amount_refunded}


def _dispute(envelope: _Envelope) -> Fields:
    """By its state: any event about a dispute may be the only one of them that we are sent."""
    payment, dispute = _entity(envelope, "payment", _Payment), _entity(envelope, "dispute", _Dispute)
    fields = _about(envelope, payment) | {"kind": EventKind.DISPUTED}
    if dispute is None:
        return fields
    fields |= {"payment_id": dispute.payment_id or fields["payment_id"], "amount": dispute.amount}
    fields |= {"currency": _upper(dispute.currency) or fields["currency"], "subject_id": dispute.id}
    event = envelope.event.rpartition(".")[2]
    if dispute.phase in {"retrieval", "fraud"}:
        return fields | {"kind": EventKind.NO_EFFECT, "note": "an inquiry: no money has moved"}
    if "won" in (event, dispute.status):
        return fields | {"kind": EventKind.DISPUTE_WON}
    if "lost" in (event, dispute.status):
        return fields | {"kind": EventKind.DISPUTE_LOST}
    if event == "closed":
        return fields | {"kind": EventKind.NO_EFFECT, "note": f"a dispute is {dispute.status or 'closed'}"[:200]}
    return fields


def _no_effect(envelope: _Envelope) -> Fields:
    return {"kind": EventKind.NO_EFFECT, "note": f"{envelope.event} changes no order"[:200]}


def _about(envelope: _Envelope, payment: _Payment | None) -> Fields:
    order = _entity(envelope, "order", _OrderEntity)
    ours = (order_id(order.receipt) or _order_in_notes(order.notes)) if order else None
    return {
        "order": ours or (_order_in_notes(payment.notes) if payment else None),
        "provider_order_id": order.id if order else payment.order_id if payment else None,
        "payment_id": payment.id if payment else None,
        "currency": _upper(payment.currency) if payment else None,
    }


def _entity(envelope: _Envelope, name: str, kind: type[E]) -> E | None:
    found = envelope.payload.get(name)
    return None if found is None else msgspec.json.decode(found.entity, type=kind)


def _order_in_notes(notes: Any) -> OrderId | None:
    return order_id(cast("dict[str, Any]", notes).get("order_id")) if isinstance(notes, dict) else None


def _upper(currency: str | None) -> str | None:
    return currency.upper() if currency else None


_READERS: Mapping[str, Callable[[_Envelope], Fields]] = {
    "payment.captured": _payment(EventKind.PAID),
    "order.paid": _payment_of_order,
    "payment.failed": _payment(EventKind.FAILED),
    "refund.created": _refund,
    "refund.processed": _refund,
    "refund.failed": _refund,
    "payment.dispute.created": _dispute,
    "payment.dispute.lost": _dispute,
    "payment.dispute.won": _dispute,
    "payment.dispute.closed": _dispute,
}
