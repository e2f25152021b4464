"""Providers' documents, read into our words: whatever arrives under a genuine signature is read without an error."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.payments.model import EventKind, ProviderEvent
from service.payments.provider_events import razorpay, stripe
from tests.fakes.razorpay_api import RazorpayApi
from tests.fakes.stripe_api import StripeApi

SESSION = {
    "id": "cs_1",
    "amount_total": 1499,
    "currency": "usd",
    "metadata": {"order_id": "01a22fda-9771-7562-b957-b326b629a939"},
    "payment_intent": "pi_1",
}
THEIRS = {"id": "order_1", "amount": 119_900, "currency": "INR", "receipt": "01a22fda-9771-7562-b957-b326b629a939"}
STRIPE, RAZORPAY = StripeApi(), RazorpayApi()
GENUINE: tuple[tuple[Callable[[bytes], ProviderEvent], dict[str, Any]], ...] = (
    (stripe.parse_event, STRIPE.paid(SESSION)),
    (stripe.parse_event, STRIPE.refunded(SESSION, 500)),
    (stripe.parse_event, STRIPE.disputed(SESSION, "charge.dispute.closed", status="lost")),
    (stripe.parse_event, STRIPE.thin("v1.charge.dispute.created", "dispute", "dp_1")),
    (lambda raw: razorpay.parse_event(raw, "E1"), RAZORPAY.order_paid(THEIRS | {"notes": []})),
    (lambda raw: razorpay.parse_event(raw, "E1"), RAZORPAY.refunded(THEIRS, 500, "refund.failed")),
    (lambda raw: razorpay.parse_event(raw, "E1"), RAZORPAY.disputed(THEIRS, "payment.dispute.closed", status="lost")),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(GENUINE), st.data())
def test_a_document_with_anything_in_any_place_is_read(
    genuine: tuple[Callable[[bytes], ProviderEvent], dict[str, Any]], data: st.DataObject
) -> None:
    parse, document = genuine
    changed = msgspec.json.decode(msgspec.json.encode(document))
    place: Any = changed
    while place:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or data.draw(st.booleans()):
            place[key] = data.draw(ANYTHING)
            break
        place = place[key]
    raw = msgspec.json.encode(changed)
    stripe.object_to_fetch(raw)
    event = parse(raw)
    assert len(event.note) <= 200
    assert event.amount is None or event.amount >= 0


@pytest.mark.parametrize(
    ("kind", "name", "wanted"),
    [
        ("v1.charge.dispute.created", "dispute", ("dispute", "du_1")),
        ("v1.checkout.session.completed", "checkout.session", ("checkout.session", "du_1")),
        ("v1.charge.dispute.created", "meter", None),
        ("v1.billing.meter.error_report_triggered", "billing.meter", None),
    ],
)
def test_only_what_can_be_about_an_order_is_fetched(kind: str, name: str, wanted: tuple[str, str] | None) -> None:
    raw = msgspec.json.encode(STRIPE.thin(kind, name, "du_1"))
    assert stripe.object_to_fetch(raw) == wanted
    event = stripe.parse_event(raw)
    assert event.kind in (EventKind.FOR_REVIEW, EventKind.NO_EFFECT)
    assert (event.type, event.subject_id) == (kind, "du_1")
    assert event.occurred_at is not None
    assert stripe.object_to_fetch(msgspec.json.encode(STRIPE.paid(SESSION))) is None
