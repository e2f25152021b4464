"""From an order to its coins, over HTTP between processes: providers that deliver three times, in random order, and
before the order's call has returned; and a server that is killed while an event is being written."""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from sqlalchemy import text

from service.kernel.database import Database, Transaction
from tests.credits.wallets import assert_sound
from tests.fakes import razorpay_api as razorpay
from tests.fakes import stripe_api as stripe
from tests.fakes.razorpay_api import RazorpayApi
from tests.fakes.stripe_api import StripeApi
from tests.fakes.webhooks import deliver_often
from tests.journeys.commit_catcher import CommitCatcher, commit_catcher
from tests.journeys.process import Service, running_service
from tests.journeys.providers import paid_by
from tests.kernel.database_tables import Signal
from tests.payments.shopping import count, events, purchases

pytestmark = pytest.mark.anyio

WELCOME, PLUS = 10, 100
SEED = int(os.environ.get("OVERTURE_TEST_SEED", "20261122"))


@dataclass
class Market:
    service: Service
    stripe: StripeApi
    razorpay: RazorpayApi
    catcher: CommitCatcher
    serve_again: Callable[[], Awaitable[Service]]

    def told_where(self, service: Service) -> None:
        self.service = service
        self.stripe.webhook_url = f"{service.base_url}/api/payments/webhooks/stripe"
        self.razorpay.webhook_url = f"{service.base_url}/api/payments/webhooks/razorpay"

    async def order(self, provider: str) -> dict[str, Any]:
        async with self.service.client("grace") as client:
            made = await client.post("/api/payments/orders", json={"package_id": "plus", "provider": provider})
        assert made.status_code == 201, made.text
        return made.json()

    async def read(self, order: dict[str, Any]) -> dict[str, Any]:
        async with self.service.client("grace") as client:
            return (await client.get(f"/api/payments/orders/{order['order_id']}")).json()

    async def coins(self) -> int:
        return (await self.service.balance("grace"))["available"]


@pytest.fixture
async def market(database_url: str, anyio_backend_name: str, tmp_path: Path) -> AsyncIterator[Market]:
    async with (
        stripe.stripe_api() as cards,
        razorpay.razorpay_api() as upi,
        commit_catcher(database_url) as catcher,
        AsyncExitStack() as services,
    ):
        environment = paid_by(cards.url, upi.url)

        async def serve() -> Service:
            return await services.enter_async_context(
                running_service(
                    database_url=catcher.database_url,
                    backend=anyio_backend_name,
                    directory=tmp_path,
                    environment=environment,
                )
            )

        first = await serve()
        market = Market(first, cards, upi, catcher, serve)
        market.told_where(first)
        await first.new_user("grace")
        yield market


async def test_a_stripe_checkout_from_start_to_coins(market: Market, db: Database) -> None:
    told: list[dict[str, Any]] = []
    early: list[int] = []

    async def paid_before_the_answer(session: dict[str, Any]) -> None:
        told.append(market.stripe.paid(session))
        early.append((await market.stripe.deliver(told[0])).status_code)

    market.stripe.before_answer = paid_before_the_answer
    order = await market.order("stripe")
    session = market.stripe.sessions[order["provider_order_id"]]
    assert order["checkout"] == {"url": session["url"]}
    assert (early, order["status"], await market.coins()) == ([200], "paid", WELCOME + PLUS)

    told += [
        market.stripe.event("checkout.session.async_payment_succeeded", {**session, "payment_status": "paid"}),
        market.stripe.event("payment_intent.succeeded", {"id": session["payment_intent"], "object": "payment_intent"}),
        market.stripe.event("checkout.session.expired", session),
    ]
    assert set(await deliver_often(market.stripe.deliver, told, times=3, seed=SEED)) == {200}
    assert (await market.read(order))["status"] == "paid"
    assert await market.coins() == WELCOME + PLUS
    assert await purchases(db) == [("purchase", PLUS)]

    told = [market.stripe.refunded(session, order["amount"] // 2), market.stripe.refunded(session, order["amount"])]
    assert set(await deliver_often(market.stripe.deliver, told, times=3, seed=SEED)) == {200}
    assert (await market.read(order))["status"] == "refunded"
    assert await market.coins() == WELCOME
    assert await count(db, "payment_events") == 6
    await assert_sound(db)


async def test_a_razorpay_order_from_start_to_coins(market: Market, db: Database) -> None:
    told: list[dict[str, Any]] = []
    early: list[int] = []

    async def captured_before_the_answer(theirs: dict[str, Any]) -> None:
        """By their id alone, which we do not know yet: it waits in the inbox."""
        told.append(market.razorpay.captured(theirs))
        early.append((await market.razorpay.deliver(told[0])).status_code)
        assert [outcome for _, outcome, _ in await events(db)] == ["unmatched"]

    market.razorpay.before_answer = captured_before_the_answer
    order = await market.order("razorpay")
    theirs = market.razorpay.orders[order["provider_order_id"]]
    assert order["checkout"] == {"key_id": razorpay.KEY_ID, "order_id": theirs["id"]}
    assert (early, order["status"], await market.coins()) == ([200], "paid", WELCOME + PLUS)

    told += [market.razorpay.failed(theirs), market.razorpay.order_paid(theirs)]
    assert set(await deliver_often(market.razorpay.deliver, told, times=3, seed=SEED)) == {200}
    assert (await market.read(order))["status"] == "paid"
    assert await market.coins() == WELCOME + PLUS
    assert await purchases(db) == [("purchase", PLUS)]
    await assert_sound(db)


@pytest.mark.parametrize("provider", ["stripe", "razorpay"])
async def test_everything_in_any_order_three_times(market: Market, db: Database, provider: str) -> None:
    orders = [await market.order(provider) for _ in range(4)]
    for number, order in enumerate(orders):
        if provider == "stripe":
            session = market.stripe.sessions[order["provider_order_id"]]
            told = [
                market.stripe.paid(session, payment_status="unpaid"),
                market.stripe.event("checkout.session.async_payment_succeeded", {**session, "payment_status": "paid"}),
                market.stripe.disputed(session),
                market.stripe.disputed(session, "charge.dispute.funds_withdrawn"),
            ]
            statuses = await deliver_often(market.stripe.deliver, told, times=3, seed=SEED + number)
        else:
            theirs = market.razorpay.orders[order["provider_order_id"]]
            told = [
                market.razorpay.failed(theirs),
                market.razorpay.order_paid(theirs),
                market.razorpay.refunded(theirs, order["amount"]),
                market.razorpay.disputed(theirs),
            ]
            statuses = await deliver_often(market.razorpay.deliver, told, times=3, seed=SEED + number)
        assert statuses == [200] * 12
        assert (await market.read(order))["status"] == "refunded"
    assert await market.coins() == WELCOME
    assert sorted(await purchases(db)) == [("purchase", PLUS)] * 4 + [("refund", -PLUS)] * 4
    await assert_sound(db)


async def test_killed_while_the_event_is_written(market: Market, db: Database) -> None:
    """The inbox row is written and waits for the order, which somebody else holds: it goes with the process."""
    order = await market.order("stripe")
    told = market.stripe.paid(market.stripe.sessions[order["provider_order_id"]])
    waiting = text("""
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM orders%'
    """)
    is_held, is_over = Signal(), list[bool]()

    async def hold_orders(tx: Transaction) -> None:
        await tx.execute(text("SELECT FROM orders FOR UPDATE"))
        is_held.fire()
        while not is_over:
            await tx.execute(text("SELECT pg_sleep(0.01)"))

    async def is_waiting() -> bool:
        return bool(await db.run_system(lambda tx: tx.scalar(waiting)))

    async with anyio.create_task_group() as group:
        group.start_soon(db.run_system, hold_orders)
        await is_held.wait()
        await killed_when(market, told, is_waiting)
        is_over.append(True)
    assert await count(db, "payment_events") == 0
    await redelivered(market, told, order, db, is_new=True)


async def test_killed_between_commit_and_answer(market: Market, db: Database) -> None:
    """COMMIT has arrived and its answer has not: the row is there, and the provider was told nothing."""
    order = await market.order("stripe")
    told = market.stripe.paid(market.stripe.sessions[order["provider_order_id"]])
    market.catcher.table = b"payment_events"

    async def is_committed() -> bool:
        return market.catcher.is_caught.is_set() and await count(db, "payment_events") == 1

    await killed_when(market, told, is_committed)
    market.catcher.table = b""
    await redelivered(market, told, order, db, is_new=False)


async def killed_when(market: Market, told: dict[str, Any], is_time: Callable[[], Awaitable[bool]]) -> None:
    """Deliver the event, and SIGKILL the server when it is time; nobody answers."""
    answered: list[int] = []

    async def deliver() -> None:
        with suppress(httpx.HTTPError):
            answered.append((await market.stripe.deliver(told)).status_code)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(deliver)
            while not await is_time():
                await anyio.sleep(0.01)
            market.service.signal(signal.SIGKILL)
    assert await market.service.exit_code() == -signal.SIGKILL
    assert answered == []


async def redelivered(
    market: Market, told: dict[str, Any], order: dict[str, Any], db: Database, *, is_new: bool
) -> None:
    market.told_where(await market.serve_again())
    answers = [await market.stripe.deliver(told) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer.json()["is_new"] for answer in answers] == [is_new, False, False]
    assert (await market.read(order))["status"] == "paid"
    assert await market.coins() == WELCOME + PLUS
    assert await purchases(db) == [("purchase", PLUS)]
    await assert_sound(db)
