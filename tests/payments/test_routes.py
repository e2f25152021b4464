"""Orders and webhooks over HTTP, through the gate and down to PostgreSQL; the providers are scripted."""

from collections.abc import Awaitable, Callable
from itertools import permutations
from typing import Any
from uuid import uuid4

import anyio
import msgspec
import pytest

from service.kernel.database import Database, open_database
from service.payments import operations as payments
from service.payments.operations import Providers
from service.web.openapi import document
from tests.credits.wallets import ADA, BOB, assert_sound, balance, give
from tests.payments.shopping import PLUS, Shop, count, events, purchases, session_of, theirs_of
from tests.web.application import bearer

pytestmark = pytest.mark.anyio

Says = Callable[[dict[str, Any]], Awaitable[Any]]


@pytest.fixture
async def shop(db: Database) -> Shop:
    await give(db, 0)
    await give(db, 0, user=BOB)
    return Shop(db)


async def coins(shop: Shop) -> int:
    await assert_sound(shop.db)
    return (await balance(shop.db))[1]


async def test_an_order_is_paid_at_stripe(shop: Shop) -> None:
    order = await shop.order()
    assert order == {
        "order_id": order["order_id"],
        "provider": "stripe",
        "provider_order_id": order["provider_order_id"],
        "status": "created",
        "amount": PLUS["USD"],
        "currency": "USD",
        "coins": PLUS["coins"],
        "checkout": {"url": f"https://checkout.example/{order['order_id']}"},
    }
    (sale,) = shop.stripe.sales
    assert (sale.amount, sale.currency, sale.name) == (1499, "USD", "Plus")
    assert sale.return_url.startswith("https://overture.example/")
    answer = await shop.stripe_says(shop.stripe_events.paid(session_of(order)))
    assert (answer.status_code, answer.json()) == (200, {"is_new": True})
    assert await shop.status(order) == "paid"
    assert await coins(shop) == PLUS["coins"]
    assert await purchases(shop.db) == [("purchase", 100)]


async def test_an_order_is_paid_at_razorpay(shop: Shop) -> None:
    order = await shop.order("razorpay")
    assert (order["amount"], order["currency"]) == (PLUS["INR"], "INR")
    assert order["checkout"] == {"key_id": shop.razorpay.key_id, "order_id": order["provider_order_id"]}
    for event in (shop.razorpay_events.captured(theirs_of(order)), shop.razorpay_events.order_paid(theirs_of(order))):
        assert (await shop.razorpay_says(event)).status_code == 200
    assert await shop.status(order) == "paid"
    assert await coins(shop) == PLUS["coins"]
    assert [outcome for _, outcome, _ in await events(shop.db)] == ["applied", "ignored"]


async def test_an_order_is_made_once_for_a_key(shop: Shop) -> None:
    async with shop.client() as client:
        asked = {"package_id": "plus", "provider": "stripe", "currency": "EUR"}
        first = await client.post("/api/payments/orders", json=asked, headers={"Idempotency-Key": "k"})
        again = await client.post("/api/payments/orders", json=asked, headers={"Idempotency-Key": "k"})
        other = await client.post(
            "/api/payments/orders", json={**asked, "currency": "USD"}, headers={"Idempotency-Key": "k"}
        )
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-mismatch")
    assert await count(shop.db, "orders") == len(shop.stripe.sales) == 1


async def test_an_order_is_its_owner_s(shop: Shop) -> None:
    order = await shop.order()
    async with shop.client() as client:
        path = f"/api/payments/orders/{order['order_id']}"
        mine = await client.get(path)
        theirs = await client.get(path, headers=bearer("bob"))
        nobody_s = await client.get(f"/api/payments/orders/{uuid4()}")
    assert mine.json()["status"] == "created"
    assert mine.json()["refunded_amount"] == 0
    assert theirs.status_code == nobody_s.status_code == 404
    assert theirs.json()["detail"] == nobody_s.json()["detail"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"package_id": "none"}, "/package_id"),
        ({"package_id": ""}, "/package_id"),
        ({"package_id": "a\0b"}, "/package_id"),
        ({"package_id": 7}, "/package_id"),
        ({"currency": "JPY"}, "/currency"),
        ({"currency": "usd"}, "/currency"),
        ({"provider": "paypal"}, "/provider"),
        ({"amount": 1}, "/amount"),
        ({"coins": 1000}, "/coins"),
    ],
)
async def test_what_is_wrong_is_named(shop: Shop, change: dict[str, Any], pointer: str) -> None:
    async with shop.client() as client:
        asked = {"package_id": "plus", "provider": "stripe"} | change
        refused = await client.post("/api/payments/orders", json=asked)
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert await count(shop.db, "orders") == 0


@pytest.mark.parametrize("provider", ["stripe", "razorpay"])
async def test_a_provider_without_keys(shop: Shop, provider: str) -> None:
    shop.providers = Providers()
    async with shop.client() as client:
        ordered = await client.post("/api/payments/orders", json={"package_id": "plus", "provider": provider})
        told = await client.post(f"/api/payments/webhooks/{provider}", content=b"{}")
    for refused in (ordered, told):
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/payments-not-configured")
    assert await count(shop.db, "orders") == 0


@pytest.mark.parametrize("provider", ["stripe", "razorpay"])
async def test_a_provider_that_fails(shop: Shop, provider: str) -> None:
    shop.stripe.fails = shop.razorpay.fails = True
    async with shop.client() as client:
        asked = {"package_id": "plus", "provider": provider}
        failed = await client.post("/api/payments/orders", json=asked, headers={"Idempotency-Key": "k"})
        shop.stripe.fails = shop.razorpay.fails = False
        again = await client.post("/api/payments/orders", json=asked, headers={"Idempotency-Key": "k"})
    assert (failed.status_code, failed.json()["type"]) == (502, "/problems/payment-provider-failed")
    assert again.status_code == 201


@pytest.mark.parametrize("change", ["missing", "wrong", "stale", "future", "re-encoded", "other provider's"])
async def test_what_is_not_genuine_writes_nothing(shop: Shop, change: str) -> None:
    order = await shop.order()
    event = shop.stripe_events.paid(session_of(order))
    body = msgspec.json.encode(event)
    signed, now = shop.stripe.signed(body), 1_800_000_000
    secret = "whsec_scripted"
    headers = {
        "missing": {},
        "wrong": {"stripe-signature": signed[:-1] + ("0" if signed[-1] != "0" else "1")},
        "stale": {"stripe-signature": shop.stripe_events.signature(body, at=now - 301, secret=secret)},
        "future": {"stripe-signature": shop.stripe_events.signature(body, at=now + 301, secret=secret)},
        "re-encoded": {"stripe-signature": signed},
        "other provider's": {"x-razorpay-signature": shop.razorpay.signed(body)},
    }[change]
    sent = msgspec.json.format(body, indent=1) if change == "re-encoded" else body
    async with shop.client() as client:
        refused = await client.post("/api/payments/webhooks/stripe", content=sent, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/bad-signature")
    assert await count(shop.db, "payment_events") == 0
    assert await coins(shop) == 0


async def test_razorpay_s_signature_too(shop: Shop) -> None:
    order = await shop.order("razorpay")
    event = shop.razorpay_events.captured(theirs_of(order))
    for signature in ("", "0" * 64, shop.razorpay.signed(b"other")):
        refused = await shop.razorpay_says(event, **{"x-razorpay-signature": signature})
        assert (refused.status_code, refused.json()["type"]) == (400, "/problems/bad-signature")
    assert await count(shop.db, "payment_events") == 0


@pytest.mark.parametrize("provider", ["stripe", "razorpay"])
async def test_forty_copies_at_once_are_one(shop: Shop, database_url: str, provider: str) -> None:
    order = await shop.order(provider)
    answers: list[Any] = []
    async with open_database(database_url, pool_size=20) as crowd:
        busy = Shop(crowd)
        says: Says
        if provider == "stripe":
            event, says = busy.stripe_events.paid(session_of(order)), busy.stripe_says
        else:
            event, says = busy.razorpay_events.captured(theirs_of(order)), busy.razorpay_says

        async def deliver() -> None:
            answers.append(await says(event))

        with anyio.fail_after(30):
            async with anyio.create_task_group() as group:
                for _ in range(40):
                    group.start_soon(deliver)
    assert [answer.status_code for answer in answers] == [200] * 40
    assert [answer.json()["is_new"] for answer in answers].count(True) == 1
    assert await count(shop.db, "payment_events") == 1
    assert await coins(shop) == PLUS["coins"]


async def test_forty_events_of_one_payment_at_once_grant_once(shop: Shop, database_url: str) -> None:
    """Razorpay's event ids are signed by nobody: a copy under another id is another event, and no other payment."""
    order = await shop.order("razorpay")
    async with open_database(database_url, pool_size=20) as crowd:
        busy = Shop(crowd)

        async def deliver(number: int) -> None:
            event = busy.razorpay_events.captured(theirs_of(order)) | {"_id": f"forged-{number}"}
            assert (await busy.razorpay_says(event)).status_code == 200

        with anyio.fail_after(30):
            async with anyio.create_task_group() as group:
                for number in range(40):
                    group.start_soon(deliver, number)
    assert await count(shop.db, "payment_events") == 40
    assert await coins(shop) == PLUS["coins"]


async def test_every_order_of_payment_refunds_and_dispute_comes_to_the_same(shop: Shop) -> None:
    """24 orders of arrival, each event twice: always all coins bought once, and all taken back once."""
    for number, arrival in enumerate(permutations(range(4))):
        order = await shop.order()
        session = session_of(order)
        told = [
            shop.stripe_events.paid(session),
            shop.stripe_events.refunded(session, 500),
            shop.stripe_events.refunded(session, 999),
            shop.stripe_events.disputed(session, amount=500),
        ]
        for index in (*arrival, *reversed(arrival)):
            assert (await shop.stripe_says(told[index])).status_code == 200
        assert await shop.status(order) == "refunded", arrival
        assert await count(shop.db, "payment_events WHERE outcome IN ('parked', 'flagged')") == 0, arrival
        bought = await purchases(shop.db)
        assert sum(amount for _, amount in bought) == 0, arrival
        assert [kind for kind, _ in bought].count("purchase") == number + 1
    assert await coins(shop) == 0


async def test_a_part_refunded_takes_a_part_back(shop: Shop) -> None:
    order = await shop.order("razorpay")
    theirs = theirs_of(order)
    await shop.razorpay_says(shop.razorpay_events.captured(theirs))
    await shop.razorpay_says(shop.razorpay_events.refunded(theirs, order["amount"] // 4, "refund.created"))
    assert await coins(shop) == 100
    await shop.razorpay_says(shop.razorpay_events.refunded(theirs, order["amount"] // 4))
    assert (await coins(shop), await shop.status(order)) == (75, "paid")
    await shop.razorpay_says(shop.razorpay_events.refunded(theirs, order["amount"]))
    assert (await coins(shop), await shop.status(order)) == (0, "refunded")
    await shop.razorpay_says(shop.razorpay_events.refunded(theirs, order["amount"] // 2))
    await shop.razorpay_says(shop.razorpay_events.disputed(theirs))
    assert await coins(shop) == 0


async def test_a_completed_session_that_is_not_paid_grants_nothing_yet(shop: Shop) -> None:
    order = await shop.order()
    session = session_of(order)
    await shop.stripe_says(shop.stripe_events.paid(session, payment_status="unpaid"))
    assert (await coins(shop), await shop.status(order)) == (0, "created")
    done = shop.stripe_events.event("checkout.session.async_payment_succeeded", {**session, "payment_status": "paid"})
    await shop.stripe_says(done)
    assert (await coins(shop), await shop.status(order)) == (100, "paid")


@pytest.mark.parametrize(
    ("kind", "status"),
    [("checkout.session.async_payment_failed", "failed"), ("checkout.session.expired", "expired")],
)
async def test_what_ends_an_order_does_not_undo_a_payment(shop: Shop, kind: str, status: str) -> None:
    ended, paid = await shop.order(), await shop.order()
    await shop.stripe_says(shop.stripe_events.event(kind, session_of(ended)))
    assert await shop.status(ended) == status
    await shop.stripe_says(shop.stripe_events.paid(session_of(paid)))
    await shop.stripe_says(shop.stripe_events.event(kind, session_of(paid)))
    assert await shop.status(paid) == "paid"
    # Money is a fact, however late it is told.
    await shop.stripe_says(shop.stripe_events.paid(session_of(ended)))
    assert (await shop.status(ended), await coins(shop)) == ("paid", 200)


async def test_a_failed_try_and_then_a_payment(shop: Shop) -> None:
    order = await shop.order("razorpay")
    await shop.razorpay_says(shop.razorpay_events.failed(theirs_of(order)))
    assert await shop.status(order) == "failed"
    await shop.razorpay_says(shop.razorpay_events.captured(theirs_of(order)))
    await shop.razorpay_says(shop.razorpay_events.failed(theirs_of(order)))
    assert (await shop.status(order), await coins(shop)) == ("paid", 100)


@pytest.mark.parametrize(
    ("session", "envelope"),
    [
        ({"amount_total": 1}, {}),
        ({"amount_total": 1500}, {}),
        ({"amount_total": None}, {}),
        ({"currency": "jpy"}, {}),
        ({"payment_intent": None}, {}),
        ({"id": "cs_test_other"}, {}),
        ({}, {"livemode": True}),
        ({}, {"account": "acct_other"}),
    ],
)
async def test_what_is_not_the_order_s_is_flagged(
    shop: Shop, session: dict[str, Any], envelope: dict[str, Any]
) -> None:
    order = await shop.order()
    event = shop.stripe_events.paid(session_of(order) | session) | envelope
    assert (await shop.stripe_says(event)).status_code == 200
    assert [outcome for _, outcome, _ in await events(shop.db)] == ["flagged"]
    assert (await coins(shop), await shop.status(order)) == (0, "created")
    await shop.stripe_says(shop.stripe_events.paid(session_of(order)))  # the right one still counts
    assert (await coins(shop), await shop.status(order)) == (100, "paid")


async def test_another_payment_of_a_paid_order_is_flagged(shop: Shop) -> None:
    order, other = await shop.order("razorpay"), await shop.order("razorpay")
    theirs = theirs_of(order)
    await shop.razorpay_says(shop.razorpay_events.captured(theirs))
    await shop.razorpay_says(shop.razorpay_events.captured(theirs, id="pay_second"))
    both = shop.razorpay_events.captured(theirs_of(other), id=f"pay_{theirs['id'][6:]}")
    await shop.razorpay_says(both)
    found = await events(shop.db)
    assert [(outcome, reason) for _, outcome, reason in found] == [
        ("applied", ""),
        ("flagged", "it is of another payment than the one the order was paid with"),
        ("flagged", "it names 2 orders"),
    ]
    assert (await coins(shop), await shop.status(other)) == (100, "created")


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"id": 7}', b"[" * 5000, b'{"id": "\\u0000", "type": "x"}'])
async def test_what_is_genuine_and_unreadable_is_kept_for_a_person(shop: Shop, body: bytes) -> None:
    async with shop.client() as client:
        for path, name, signature in (
            ("stripe", "stripe-signature", shop.stripe.signed(body)),
            ("razorpay", "x-razorpay-signature", shop.razorpay.signed(body)),
        ):
            for _ in range(2):
                answer = await client.post(f"/api/payments/webhooks/{path}", content=body, headers={name: signature})
                assert answer.status_code == 200, answer.text
    assert await events(shop.db) == [("unreadable", "flagged", "genuine, and it cannot be read")] * 2


async def test_what_is_none_of_our_business_is_kept_and_ignored(shop: Shop) -> None:
    assert (await shop.stripe_says(shop.stripe_events.event("customer.created", {"id": "cus_1"}))).status_code == 200
    assert [outcome for _, outcome, _ in await events(shop.db)] == ["ignored"]


async def test_no_payer_is_stored(shop: Shop) -> None:
    order = await shop.order("razorpay")
    await shop.razorpay_says(shop.razorpay_events.captured(theirs_of(order)))
    await shop.stripe_says(shop.stripe_events.refunded(session_of(await shop.order()), 5))
    for table in ("orders", "payment_events"):
        assert await count(shop.db, f"{table} WHERE {table}::text LIKE '%payer%'") == 0


async def test_a_person_who_left_gets_no_coins_and_the_order_stands(shop: Shop) -> None:
    order = await shop.order()
    await shop.db.run_system(payments.erase, ADA)
    await shop.stripe_says(shop.stripe_events.paid(session_of(order)))
    await shop.stripe_says(shop.stripe_events.refunded(session_of(order), order["amount"]))
    assert await count(shop.db, "orders WHERE user_id IS NULL AND status = 'refunded' AND granted = 0") == 1
    assert await purchases(shop.db) == []
    await assert_sound(shop.db)


def test_the_contract_says_that_webhooks_take_whatever_is_signed(db: Database) -> None:
    paths = document(Shop(db).endpoints(), version="1")["paths"]
    webhook = paths["/api/payments/webhooks/stripe"]["post"]
    assert webhook["security"] == []
    schema = {"type": "object", "additionalProperties": True}
    assert webhook["requestBody"] == {"required": True, "content": {"application/json": {"schema": schema}}}
    assert "bad-signature" in webhook["responses"]["400"]["description"]
    assert "415" not in webhook["responses"]
