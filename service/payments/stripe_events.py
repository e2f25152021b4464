"""Stripe's events, read into our words (https://docs.stripe.com/api/events/types). Pure."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from service.payments.model import Happening, Occurrence, OrderId, Provider
from service.payments.reading import Amount, Currency, Id, Moment, instant, order_id, unreadable

# Dispute states in which the bank only asks; no money has moved.
_INQUIRY = "warning_"


class _Session(msgspec.Struct, frozen=True):
    id: Id
    payment_status: str = ""
    amount_total: Amount | None = None
    currency: Currency | None = None
    payment_intent: Id | None = None
    client_reference_id: str | None = None
    metadata: dict[str, Any] | None = None


class _Charge(msgspec.Struct, frozen=True):
    id: Id
    amount_refunded: Amount | None = None
    currency: Currency | None = None
    payment_intent: Id | None = None
    metadata: dict[str, Any] | None = None


class _Dispute(msgspec.Struct, frozen=True):
    id: Id
    amount: Amount | None = None
    currency: Currency | None = None
    payment_intent: Id | None = None
    status: str = ""
    metadata: dict[str, Any] | None = None


class _Refund(msgspec.Struct, frozen=True):
    id: Id
    payment_intent: Id | None = None
    currency: Currency | None = None
    metadata: dict[str, Any] | None = None


class _Data(msgspec.Struct, frozen=True):
    object: msgspec.Raw


class _Envelope(msgspec.Struct, frozen=True):
    id: Id
    type: Id
    data: _Data
    created: Moment | None = None
    livemode: bool | None = None
    account: Id | None = None  # of Stripe Connect: whose event it is, where it is not our own


def occurrence_of(raw: bytes) -> Occurrence:
    """Never fails: what is genuine and cannot be read is `STRANGE`, and is looked at by a person."""
    try:
        envelope = msgspec.json.decode(raw, type=_Envelope)
        read = _READERS.get(envelope.type, _nothing)(envelope.type, envelope.data.object)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return unreadable(Provider.STRIPE, raw)
    return Occurrence(
        provider=Provider.STRIPE,
        event_id=envelope.id,
        kind=envelope.type,
        occurred_at=instant(envelope.created),
        is_live=envelope.livemode,
        account=envelope.account,
        **read,
    )


Read = dict[str, Any]


def _session(kind: str, document: msgspec.Raw) -> Read:
    session = msgspec.json.decode(document, type=_Session)
    happening, note = _SESSION_HAPPENINGS[kind], ""
    if kind == "checkout.session.completed" and session.payment_status != "paid":
        happening, note = Happening.NOTHING, f"the session is completed and {session.payment_status or 'not paid'}"
    return {
        "happening": happening,
        "note": note,
        "order": _order(session.metadata) or order_id(session.client_reference_id),
        "provider_order_id": session.id,
        "payment_id": session.payment_intent,
        "amount": session.amount_total,
        "currency": _upper(session.currency),
    }


def _charge(_kind: str, document: msgspec.Raw) -> Read:
    charge = msgspec.json.decode(document, type=_Charge)
    return {
        "happening": Happening.REFUNDED,
        "order": _order(charge.metadata),
        "payment_id": charge.payment_intent,
        "amount": charge.amount_refunded,
        "currency": _upper(charge.currency),
    }


def _dispute(_kind: str, document: msgspec.Raw) -> Read:
    dispute = msgspec.json.decode(document, type=_Dispute)
    happening, note = Happening.DISPUTED, ""
    if dispute.status.startswith(_INQUIRY):
        happening, note = Happening.NOTHING, "an inquiry: no money has moved"
    return _about(dispute) | {"happening": happening, "note": note, "amount": dispute.amount}


def _dispute_ended(_kind: str, document: msgspec.Raw) -> Read:
    dispute = msgspec.json.decode(document, type=_Dispute)
    if dispute.status == "won":
        note = "a dispute was won: the money is back, the coins are not"
        return _about(dispute) | {"happening": Happening.STRANGE, "note": note, "amount": dispute.amount}
    return _about(dispute) | {"happening": Happening.NOTHING, "note": f"a dispute ended: {dispute.status[:40]}"}


def _refund_failed(_kind: str, document: msgspec.Raw) -> Read:
    refund = msgspec.json.decode(document, type=_Refund)
    note = "a refund failed: the payer did not get the money, and the coins were taken back"
    return _about(refund) | {"happening": Happening.STRANGE, "note": note}


def _nothing(kind: str, _document: msgspec.Raw) -> Read:
    return {"happening": Happening.NOTHING, "note": f"{kind} changes no order"[:200]}


def _about(thing: _Dispute | _Refund) -> Read:
    return {
        "order": _order(thing.metadata),
        "payment_id": thing.payment_intent,
        "currency": _upper(thing.currency),
    }


def _order(metadata: Mapping[str, Any] | None) -> OrderId | None:
    return order_id((metadata or {}).get("order_id"))


def _upper(currency: str | None) -> str | None:
    return currency.upper() if currency else None


_SESSION_HAPPENINGS = {
    "checkout.session.completed": Happening.PAID,
    "checkout.session.async_payment_succeeded": Happening.PAID,
    "checkout.session.async_payment_failed": Happening.FAILED,
    "checkout.session.expired": Happening.EXPIRED,
}

_READERS: Mapping[str, Callable[[str, msgspec.Raw], Read]] = {
    **dict.fromkeys(_SESSION_HAPPENINGS, _session),
    "charge.refunded": _charge,
    "charge.dispute.created": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.closed": _dispute_ended,
    "refund.failed": _refund_failed,
}
