"""What providers report once in a thousand payments: disputes that end, fees and conversions, other applications'
events, events without their contents. Over HTTP, down to PostgreSQL, with the doctor's invariants after each."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from service.kernel.database import Database
from service.kernel.database.paging import Window
from service.kernel.identifiers import Identifiers
from service.payments import operations as payments
from service.payments import store
from service.payments.model import InboxEvent, OrderId, Outcome
from tests.credits.wallets import ADA, assert_sound, balance, charge, give, reserve
from tests.payments.shopping import PLUS, Shop, count, events, purchases, session_of, theirs_of
from tests.web.application import CLOCK

pytestmark = pytest.mark.anyio
IDS = Identifiers(CLOCK)
PRICE = PLUS["USD"]


@pytest.fixture
async def shop(db: Database) -> Shop:
    await give(db, 0)
    return Shop(db)


async def coins(shop: Shop) -> int:
    await assert_sound(shop.db)
    return (await balance(shop.db))[1]


async def paid_session(shop: Shop) -> tuple[dict[str, Any], dict[str, Any]]:
    order = await shop.order()
    await shop.stripe_says(shop.stripe_events.paid(session_of(order)))
    return order, session_of(order)


async def dispute(shop: Shop, session: Mapping[str, Any], what: str, status: str, **more: Any) -> None:
    event = shop.stripe_events.disputed(dict(session), f"charge.dispute.{what}", status=status, **more)
    assert (await shop.stripe_says(event)).status_code == 200


async def open_events(db: Database) -> list[InboxEvent]:
    return list((await db.run_system(store.list_events, window=Window(limit=100))).rows)


async def test_a_won_dispute_gives_back_what_it_took(shop: Shop) -> None:
    order, session = await paid_session(shop)
    await dispute(shop, session, "created", "needs_response")
    await dispute(shop, session, "funds_withdrawn", "under_review")
    assert (await coins(shop), await shop.status(order)) == (0, "refunded")
    await dispute(shop, session, "closed", "won")
    await dispute(shop, session, "funds_reinstated", "won")
    assert (await coins(shop), await shop.status(order)) == (100, "paid")
    assert await purchases(shop.db) == [("purchase", 100), ("refund", -100), ("refund", 100)]
    assert await open_events(shop.db) == []
    # Another dispute of the same payment takes them again.
    await dispute(shop, session, "created", "needs_response", id="dp_second")
    assert await coins(shop) == 0


async def test_what_a_won_dispute_gives_back_pays_the_debt_first(shop: Shop) -> None:
    _, session = await paid_session(shop)
    await charge(shop.db, await reserve(shop.db, 60), 60)
    await dispute(shop, session, "created", "needs_response")
    await dispute(shop, session, "closed", "won")
    assert await coins(shop) == 40


async def test_a_dispute_that_was_won_before_anything_was_heard_of_it_takes_nothing(shop: Shop) -> None:
    _, session = await paid_session(shop)
    for what, status in (("closed", "won"), ("created", "needs_response"), ("funds_withdrawn", "under_review")):
        await dispute(shop, session, what, status)
    assert await coins(shop) == 100


async def test_two_disputes_are_two(shop: Shop) -> None:
    order, session = await paid_session(shop)
    await dispute(shop, session, "created", "needs_response", amount=200)
    await dispute(shop, session, "created", "needs_response", id="dp_second", amount=100)
    assert await coins(shop) == 100 - 100 * 300 // PRICE
    async with shop.client() as client:
        answer = (await client.get(f"/api/payments/orders/{order['order_id']}")).json()
    assert (answer["refunded_amount"], answer["status"]) == (300, "paid")


async def test_a_lost_dispute_whose_only_event_is_its_end_is_applied(shop: Shop) -> None:
    order, session = await paid_session(shop)
    await dispute(shop, session, "closed", "lost")
    assert (await coins(shop), await shop.status(order)) == (0, "refunded")
    theirs = theirs_of(await shop.order("razorpay"))
    await shop.razorpay_says(shop.razorpay_events.captured(theirs))
    await shop.razorpay_says(shop.razorpay_events.disputed(theirs, "payment.dispute.closed", status="lost"))
    assert await coins(shop) == 0
    await shop.razorpay_says(shop.razorpay_events.disputed(theirs, "payment.dispute.won", status="won"))
    assert await coins(shop) == 100  # a win that comes late is one


async def test_a_dispute_that_razorpay_reports_won_gives_back(shop: Shop) -> None:
    theirs = theirs_of(await shop.order("razorpay"))
    for event in (
        shop.razorpay_events.captured(theirs),
        shop.razorpay_events.disputed(theirs),
        shop.razorpay_events.disputed(theirs, "payment.dispute.won", status="won"),
    ):
        await shop.razorpay_says(event)
    assert await coins(shop) == 100


@pytest.mark.parametrize("kind", ["charge.refund.updated", "refund.updated", "refund.failed"])
async def test_a_refund_that_failed_is_for_a_person_who_can_give_the_coins_back(shop: Shop, kind: str) -> None:
    _, session = await paid_session(shop)
    await shop.stripe_says(shop.stripe_events.refunded(session, PRICE))
    assert await coins(shop) == 0
    refund: dict[str, Any] = {"id": "re_1", "object": "refund", "amount": PRICE, "currency": "usd", "metadata": {}}
    refund |= {"payment_intent": session["payment_intent"]}
    await shop.stripe_says(shop.stripe_events.event("charge.refund.updated", {**refund, "status": "succeeded"}))
    assert await open_events(shop.db) == []
    await shop.stripe_says(shop.stripe_events.event(kind, {**refund, "status": "failed"}))
    (event,) = await open_events(shop.db)
    assert event.reason.startswith("a refund failed")
    await shop.db.run_system(payments.accept, id=event.id, reason="bank closed", review=IDS.uuid7())
    assert await coins(shop) == 100
    await shop.stripe_says(shop.stripe_events.event("refund.failed", {**refund, "status": "failed"}))
    assert (await coins(shop), await open_events(shop.db)) == (100, [])


async def test_a_payer_s_fee_at_razorpay_is_told_apart_by_the_order(shop: Shop) -> None:
    theirs = theirs_of(await shop.order("razorpay"))
    fee = 2_830
    paid = shop.razorpay_events.order_paid(theirs, amount=theirs["amount"] + fee, fee=fee)
    await shop.razorpay_says(shop.razorpay_events.captured(theirs, amount=theirs["amount"] + fee, fee=fee))
    (waiting,) = await open_events(shop.db)
    assert (waiting.outcome, await coins(shop)) == (Outcome.PARKED, 0)
    await shop.razorpay_says(paid)
    assert await coins(shop) == 100
    assert [(kind, outcome) for kind, outcome, _ in await events(shop.db)] == [
        ("payment.captured", "ignored"),
        ("order.paid", "applied"),
    ]
    assert f"paid {theirs['amount'] + fee} INR for {theirs['amount']} INR" in (await events(shop.db))[1][2]
    await shop.razorpay_says(shop.razorpay_events.refunded(theirs, theirs["amount"] + fee))
    assert (await coins(shop), await open_events(shop.db)) == (0, [])


async def test_less_than_the_order_s_amount_buys_nothing_at_razorpay(shop: Shop) -> None:
    theirs = theirs_of(await shop.order("razorpay"))
    await shop.razorpay_says(shop.razorpay_events.captured(theirs, amount=theirs["amount"] - 1))
    assert [event.outcome for event in await open_events(shop.db)] == [Outcome.FLAGGED]
    assert await coins(shop) == 0


async def test_a_session_paid_in_the_payer_s_currency_buys_the_coins(shop: Shop) -> None:
    order = await shop.order()
    conversion = {"amount_subtotal": PRICE, "amount_total": PRICE, "fx_rate": "0.92", "source_currency": "usd"}
    session = session_of(order) | {"amount_total": 1380, "currency": "eur", "currency_conversion": conversion}
    await shop.stripe_says(shop.stripe_events.refunded(session, 690))
    await shop.stripe_says(shop.stripe_events.paid(session))
    assert await coins(shop) == 51  # half of it was refunded, in euros
    assert [(outcome, reason) for _, outcome, reason in await events(shop.db)] == [
        ("applied", ""),
        ("applied", "paid 1380 EUR for 1499 USD"),
    ]


async def test_events_of_other_applications_are_nobody_s_business(shop: Shop) -> None:
    """A person looks at what waits: a hundred other payments on the account must not hide the one that is ours."""
    for number in range(10):
        session: dict[str, Any] = {
            "id": f"cs_other_{number}",
            "amount_total": 5,
            "currency": "usd",
            "metadata": {"cart": "7"},
        }
        session |= {"payment_intent": f"pi_other_{number}"}
        for event in (
            shop.stripe_events.paid(session),
            shop.stripe_events.refunded(session, 5),
            shop.stripe_events.disputed(session),
        ):
            await shop.stripe_says(event)
        theirs: dict[str, Any] = {"id": f"order_other_{number}", "amount": 5, "currency": "INR", "receipt": "cart-7"}
        theirs["notes"] = []
        await shop.razorpay_says(shop.razorpay_events.captured(theirs))
        await shop.razorpay_says(shop.razorpay_events.order_paid(theirs))
    assert {outcome for _, outcome, _ in await events(shop.db)} == {"unmatched"}
    assert await open_events(shop.db) == []
    assert await coins(shop) == 0


async def test_another_body_under_the_same_id_is_another_event_at_razorpay(shop: Shop) -> None:
    """The header with the id is signed by nobody."""
    first, second = [theirs_of(await shop.order("razorpay")) for _ in range(2)]
    for theirs, is_new in ((first, True), (second, True), (first, False)):
        event = shop.razorpay_events.captured(theirs) | {"_id": "E1", "created_at": 1_800_000_000}
        assert (await shop.razorpay_says(event)).json() == {"is_new": is_new}
    assert await coins(shop) == 200


async def test_a_thin_event_is_read_by_what_it_is_about(shop: Shop) -> None:
    order = await shop.order()
    session = {**session_of(order), "payment_status": "paid"}
    event = shop.stripe_events.thin("v1.checkout.session.completed", "checkout.session", session["id"])
    shop.stripe.fails = True
    refused = await shop.stripe_says(event)
    assert (refused.status_code, await count(shop.db, "payment_events")) == (502, 0)  # Stripe sends it again
    shop.stripe.fails = False
    shop.stripe.objects["checkout.session", session["id"]] = msgspec.json.encode(session)
    for is_new in (True, False):
        assert (await shop.stripe_says(event)).json() == {"is_new": is_new}
    assert await coins(shop) == 100
    gone = shop.stripe_events.thin("v1.charge.dispute.created", "dispute", "dp_gone")
    meter = shop.stripe_events.thin("v1.billing.meter.error_report_triggered", "billing.meter", "mtr_1")
    for other in (gone, meter):
        assert (await shop.stripe_says(other)).status_code == 200
    found = [(kind, outcome) for kind, outcome, _ in await events(shop.db)]
    assert found[1:] == [
        ("v1.charge.dispute.created", "flagged"),
        ("v1.billing.meter.error_report_triggered", "ignored"),
    ]
    assert await count(shop.db, "payment_events WHERE subject_id IN ('dp_gone', 'mtr_1')") == 2


@pytest.mark.parametrize("currency", ["ISK", "UGX"])
async def test_currencies_that_stripe_writes_in_hundredths(shop: Shop, currency: str) -> None:
    """Its events are of a hundred times the units; a fraction of one is a mistake for a person to look at."""
    order = await shop.order()
    await shop.db.run_system(_priced_in, order["order_id"], currency)
    session = session_of({**order, "currency": currency})
    await shop.stripe_says(shop.stripe_events.paid(session | {"amount_total": PRICE * 100 + 1}))
    assert [event.outcome for event in await open_events(shop.db)] == [Outcome.FLAGGED]
    session |= {"amount_total": PRICE * 100}
    await shop.stripe_says(shop.stripe_events.paid(session))
    assert await coins(shop) == 100
    await shop.stripe_says(shop.stripe_events.refunded(session, PRICE * 100))
    assert (await coins(shop), await shop.status(order)) == (0, "refunded")


async def _priced_in(tx: Any, order: str, currency: str) -> None:
    found = await store.find_order(tx, ADA, OrderId(order))  # pyright: ignore[reportArgumentType]
    assert found is not None
    await tx.execute(store.orders.update().where(store.orders.c.id == found.id).values(currency=currency))
