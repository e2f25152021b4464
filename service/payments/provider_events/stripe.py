"""Stripe's events, read into our words (https://docs.stripe.com/api/events/types).

An event comes as a snapshot, with what it is about as `data.object`, or thin, with an id of that only as
`related_object` (https://docs.stripe.com/event-destinations#thin-events); the types of such events begin with the
version of the API. What a thin one is about has to be fetched before it can be read: `object_to_fetch`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from service.adapters.stripe import ObjectName, iso_amount
from service.payments.model import EventKind, Provider, ProviderEvent
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

# Dispute states in which the bank only asks; no money has moved.
_INQUIRY = "warning_"


class _Conversion(msgspec.Struct, frozen=True):
    """Of a session whose payer chose another currency than ours (before API version 2025-09-30)."""

    amount_total: Amount
    source_currency: Currency


class _Session(msgspec.Struct, frozen=True):
    id: Id
    payment_status: str = ""
    amount_total: Amount | None = None
    currency: Currency | None = None
    currency_conversion: _Conversion | None = None
    payment_intent: Id | None = None
    client_reference_id: str | None = None
    metadata: dict[str, Any] | None = None


class _Payment(msgspec.Struct, frozen=True):
    """What a charge, a refund and a dispute have in common, and the charge's own total."""

    id: Id
    amount: Amount | None = None
    amount_refunded: Amount | None = None
    currency: Currency | None = None
    payment_intent: Id | None = None
    status: str = ""
    metadata: dict[str, Any] | None = None


class _Data(msgspec.Struct, frozen=True):
    object: msgspec.Raw


class _Related(msgspec.Struct, frozen=True):
    id: Id
    type: Id


class _Envelope(msgspec.Struct, frozen=True):
    id: Id
    type: Id
    data: _Data | None = None
    related_object: _Related | None = None
    created: Moment | Annotated[datetime, Meta(tz=True)] | None = None
    livemode: bool | None = None
    account: Id | None = None  # of Stripe Connect: whose event it is, where it is not our own
    context: Id | None = None  # the same, of a thin event

    @property
    def snapshot_type(self) -> str:
        return self.type.removeprefix("v1.")

    @property
    def moment(self) -> datetime | None:
        return self.created if isinstance(self.created, datetime) else instant(self.created)


def object_to_fetch(raw: bytes) -> tuple[ObjectName, str] | None:
    """What has to be fetched so that a thin event can be read; None where the event has it, or is none of ours."""
    try:
        envelope = msgspec.json.decode(raw, type=_Envelope)
        related = envelope.related_object
        if envelope.data is not None or related is None or envelope.snapshot_type not in _READERS:
            return None
        return msgspec.convert(related.type, ObjectName), related.id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def parse_event(raw: bytes, fetched: bytes | None = None) -> ProviderEvent:
    """Never fails: what is genuine and cannot be read is `FOR_REVIEW`. `fetched` is what a thin event is about."""
    try:
        envelope = msgspec.json.decode(raw, type=_Envelope)
        fields = _fields(envelope, fetched)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return unreadable(Provider.STRIPE, raw)
    return ProviderEvent(
        provider=Provider.STRIPE,
        event_id=envelope.id,
        type=envelope.type,
        occurred_at=envelope.moment,
        is_live=envelope.livemode,
        account=envelope.account or envelope.context,
        **fields,
    )


def _fields(envelope: _Envelope, fetched: bytes | None) -> Fields:
    related = envelope.related_object
    subject: Fields = {"subject_id": related.id} if related else {}
    read = _READERS.get(envelope.snapshot_type)
    if read is None:
        about = f"; it is about a {related.type}" if related else ""
        return subject | {"kind": EventKind.NO_EFFECT, "note": f"{envelope.type} changes no order{about}"[:200]}
    document = envelope.data.object if envelope.data else fetched
    if document is None:
        if related is None:
            raise msgspec.ValidationError("an event about nothing")
        note = f"what it is about, {related.type} {related.id}, is not to be found"
        return subject | {"kind": EventKind.FOR_REVIEW, "note": note[:200]}
    return subject | read(envelope.snapshot_type, document)


def _session(snapshot_type: str, document: bytes | msgspec.Raw) -> Fields:
    session = msgspec.json.decode(document, type=_Session)
    kind, note = _SESSION_KINDS[snapshot_type], ""
    if snapshot_type == "checkout.session.completed" and session.payment_status != "paid":
        kind, note = EventKind.NO_EFFECT, f"the session is completed and {session.payment_status or 'not paid'}"[:200]
    fields = _money(session.amount_total, session.currency)
    if (conversion := session.currency_conversion) is not None:
        paid = {"paid_amount": fields["amount"], "paid_currency": fields["currency"]}
        fields = _money(conversion.amount_total, conversion.source_currency) | paid
    return fields | {
        "kind": kind,
        "note": note,
        "order": order_id((session.metadata or {}).get("order_id")) or order_id(session.client_reference_id),
        "provider_order_id": session.id,
        "payment_id": session.payment_intent,
    }


def _charge(_type: str, document: bytes | msgspec.Raw) -> Fields:
    charge = msgspec.json.decode(document, type=_Payment)
    return _about(charge) | _money(charge.amount_refunded, charge.currency) | {"kind": EventKind.REFUNDED}


def _dispute(snapshot_type: str, document: bytes | msgspec.Raw) -> Fields:
    """By its state: any event about a dispute may be the only one of them that we are sent."""
    dispute = msgspec.json.decode(document, type=_Payment)
    note = ""
    match dispute.status:
        case "won":
            kind = EventKind.DISPUTE_WON
        case "lost":
            kind = EventKind.DISPUTE_LOST
        case status if status.startswith(_INQUIRY) or snapshot_type.endswith(("closed", "reinstated")):
            kind, note = EventKind.NO_EFFECT, f"no money is taken by a dispute that is {status}"[:200]
        case _:
            kind = EventKind.DISPUTED
    return _about(dispute) | {"kind": kind, "note": note, "subject_id": dispute.id}


def _refund(snapshot_type: str, document: bytes | msgspec.Raw) -> Fields:
    refund = msgspec.json.decode(document, type=_Payment)
    kind, note = EventKind.REFUND_FAILED, ""
    if refund.status != "failed" and snapshot_type != "refund.failed":
        kind, note = EventKind.NO_EFFECT, f"a refund is {refund.status or 'changed'}"[:200]
    return _about(refund) | {"kind": kind, "note": note, "subject_id": refund.id}


def _about(thing: _Payment) -> Fields:
    ours = {"order": order_id((thing.metadata or {}).get("order_id")), "payment_id": thing.payment_intent}
    return ours | _money(thing.amount, thing.currency)


def _money(amount: int | None, currency: str | None) -> Fields:
    currency = currency.upper() if currency else None
    if amount is not None and currency is not None:
        amount = iso_amount(amount, currency)
    return {"amount": amount, "currency": currency}


_SESSION_KINDS = {
    "checkout.session.completed": EventKind.PAID,
    "checkout.session.async_payment_succeeded": EventKind.PAID,
    "checkout.session.async_payment_failed": EventKind.FAILED,
    "checkout.session.expired": EventKind.EXPIRED,
}

_READERS: Mapping[str, Callable[[str, bytes | msgspec.Raw], Fields]] = {
    **dict.fromkeys(_SESSION_KINDS, _session),
    "charge.refunded": _charge,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "charge.dispute.closed": _dispute,
    "charge.refund.updated": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
}
