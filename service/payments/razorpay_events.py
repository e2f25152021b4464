"""Razorpay's events, read into our words (https://razorpay.com/docs/webhooks/payloads/). Pure."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, TypeVar, cast

import msgspec

from service.payments.model import Happening, Occurrence, OrderId, Provider
from service.payments.reading import Amount, Currency, Id, Moment, instant, order_id, unreadable


class _Order(msgspec.Struct, frozen=True):
    id: Id
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
    payment_id: Id | None = None
    status: str = ""
    notes: Any = None


class _Dispute(msgspec.Struct, frozen=True):
    id: Id
    payment_id: Id | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    phase: str = ""


E = TypeVar("E")


class _Entity(msgspec.Struct, frozen=True):
    entity: msgspec.Raw


class _Envelope(msgspec.Struct, frozen=True):
    event: Id
    payload: dict[str, _Entity] = {}
    created_at: Moment | None = None


def occurrence_of(raw: bytes, event_id: str | None) -> Occurrence:
    """`event_id` is the header `x-razorpay-event-id`, which no signature covers: without a usable one the body's own
    digest stands in, and no effect rests on it alone. Never fails, see `stripe_events`."""
    try:
        envelope = msgspec.json.decode(raw, type=_Envelope)
        read = _READERS.get(envelope.event, _nothing)(envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return unreadable(Provider.RAZORPAY, raw)
    return Occurrence(
        provider=Provider.RAZORPAY,
        event_id=_usable(event_id) or f"sha256:{sha256(raw).hexdigest()}",
        kind=envelope.event,
        occurred_at=instant(envelope.created_at),
        **read,
    )


Read = dict[str, Any]


def _usable(event_id: str | None) -> str | None:
    try:
        return msgspec.convert(event_id, Id)
    except msgspec.ValidationError:
        return None


def _payment(happening: Happening) -> Callable[[_Envelope], Read]:
    def read(envelope: _Envelope) -> Read:
        payment = _entity(envelope, "payment", _Payment)
        amount = payment.amount if payment else None
        return _about(envelope, payment) | {"happening": happening, "amount": amount}

    return read


def _refund(envelope: _Envelope) -> Read:
    """The payment that comes with it says how much of it was refunded in total."""
    payment, refund = _entity(envelope, "payment", _Payment), _entity(envelope, "refund", _Refund)
    about = _about(envelope, payment) | {"happening": Happening.REFUNDED}
    if refund is None or payment is None:
        return about
    if envelope.event == "refund.created" and refund.status != "processed":
        return about | {"happening": Happening.NOTHING, "note": "the refund is under way"}
    return about | {"amount": payment.amount_refunded, "order": about["order"] or _noted(refund.notes)}


def _refund_failed(envelope: _Envelope) -> Read:
    note = "a refund failed: the payer did not get the money; were the coins taken back?"
    return _about(envelope, _entity(envelope, "payment", _Payment)) | {"happening": Happening.STRANGE, "note": note}


def _dispute(envelope: _Envelope) -> Read:
    payment, dispute = _entity(envelope, "payment", _Payment), _entity(envelope, "dispute", _Dispute)
    about = _about(envelope, payment) | {"happening": Happening.DISPUTED}
    if dispute is None:
        return about
    about |= {"payment_id": dispute.payment_id or about["payment_id"], "amount": dispute.amount}
    about |= {"currency": dispute.currency or about["currency"]}
    if dispute.phase in {"retrieval", "fraud"}:
        return about | {"happening": Happening.NOTHING, "note": "an inquiry: no money has moved"}
    return about


def _dispute_won(envelope: _Envelope) -> Read:
    note = "a dispute was won: the money is back, the coins are not"
    return _dispute(envelope) | {"happening": Happening.STRANGE, "note": note}


def _nothing(envelope: _Envelope) -> Read:
    return {"happening": Happening.NOTHING, "note": f"{envelope.event} changes no order"[:200]}


def _about(envelope: _Envelope, payment: _Payment | None) -> Read:
    order = _entity(envelope, "order", _Order)
    ours = (order_id(order.receipt) or _noted(order.notes)) if order else None
    return {
        "order": ours or (_noted(payment.notes) if payment else None),
        "provider_order_id": order.id if order else payment.order_id if payment else None,
        "payment_id": payment.id if payment else None,
        "currency": payment.currency if payment else None,
    }


def _entity(envelope: _Envelope, name: str, kind: type[E]) -> E | None:
    found = envelope.payload.get(name)
    return None if found is None else msgspec.json.decode(found.entity, type=kind)


def _noted(notes: Any) -> OrderId | None:
    return order_id(cast("dict[str, Any]", notes).get("order_id")) if isinstance(notes, dict) else None


_READERS: Mapping[str, Callable[[_Envelope], Read]] = {
    "payment.captured": _payment(Happening.PAID),
    "order.paid": _payment(Happening.PAID),
    "payment.failed": _payment(Happening.FAILED),
    "refund.created": _refund,
    "refund.processed": _refund,
    "refund.failed": _refund_failed,
    "payment.dispute.created": _dispute,
    "payment.dispute.lost": _dispute,
    "payment.dispute.won": _dispute_won,
}
