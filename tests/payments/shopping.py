"""People, scripted providers, and a shop in this process: what the tests of payments are made of."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from sqlalchemy import text

from service.accounts.operations import is_stored
from service.adapters.razorpay.scripted import ScriptedRazorpay
from service.adapters.stripe.scripted import ScriptedStripe
from service.kernel.database import Database, Transaction
from service.kernel.identifiers import Identifiers
from service.payments.operations import Providers
from service.payments.routes import routes
from service.web.endpoint import Endpoint
from tests.fakes.razorpay_api import RazorpayApi
from tests.fakes.stripe_api import StripeApi
from tests.web.application import CLOCK, Parts

PLUS = {"coins": 100, "USD": 1499, "INR": 119_900}


@dataclass
class Shop:
    """The endpoints over scripted providers; `stripe_events` and `razorpay_events` make documents as the fakes do."""

    db: Database
    stripe: ScriptedStripe = field(default_factory=ScriptedStripe)
    razorpay: ScriptedRazorpay = field(default_factory=ScriptedRazorpay)
    providers: Providers | None = None
    stripe_events: StripeApi = field(default_factory=StripeApi)
    razorpay_events: RazorpayApi = field(default_factory=RazorpayApi)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def endpoints(self) -> list[Endpoint]:
        providers = self.providers or Providers(stripe=self.stripe, razorpay=self.razorpay)
        declared = routes(
            db=self.db,
            providers=providers,
            identifiers=Identifiers(CLOCK),
            clock=CLOCK,
            public_url="https://overture.example",
        )
        return list(declared)

    def client(self) -> httpx.AsyncClient:
        return Parts(db=self.db, is_stored=is_stored).client(*self.endpoints())

    async def order(self, provider: str = "stripe", **more: Any) -> dict[str, Any]:
        """An order of ada's for the package `plus`."""
        async with self.client() as client:
            asked = {"package_id": "plus", "provider": provider, **more}
            answer = await client.post("/api/payments/orders", json=asked)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def status(self, order: dict[str, Any]) -> str:
        async with self.client() as client:
            return (await client.get(f"/api/payments/orders/{order['order_id']}")).json()["status"]

    async def stripe_says(self, event: dict[str, Any], **headers: str) -> httpx.Response:
        body = msgspec.json.encode(event)
        sent = {"stripe-signature": self.stripe.signed(body), **headers}
        async with self.client() as client:
            return await client.post("/api/payments/webhooks/stripe", content=body, headers=sent)

    async def razorpay_says(self, event: dict[str, Any], **headers: str) -> httpx.Response:
        body = msgspec.json.encode({name: value for name, value in event.items() if name != "_id"})
        sent = {"x-razorpay-signature": self.razorpay.signed(body), "x-razorpay-event-id": event["_id"], **headers}
        async with self.client() as client:
            return await client.post("/api/payments/webhooks/razorpay", content=body, headers=sent)


def session_of(order: dict[str, Any]) -> dict[str, Any]:
    """The checkout session that Stripe has for an order."""
    return {
        "id": order["provider_order_id"],
        "object": "checkout.session",
        "amount_total": order["amount"],
        "currency": order["currency"].lower(),
        "client_reference_id": order["order_id"],
        "metadata": {"order_id": order["order_id"]},
        "payment_intent": f"pi_{order['provider_order_id']}",
        "payment_status": "unpaid",
    }


def theirs_of(order: dict[str, Any]) -> dict[str, Any]:
    """The order that Razorpay has for one of ours."""
    return {
        "id": order["provider_order_id"],
        "entity": "order",
        "amount": order["amount"],
        "currency": order["currency"],
        "receipt": order["order_id"],
        "notes": {"order_id": order["order_id"]},
    }


async def events(db: Database) -> list[tuple[str, str, str]]:
    """The inbox: type, outcome, reason; the oldest first."""

    async def find(tx: Transaction) -> list[tuple[str, str, str]]:
        rows = await tx.rows(text("SELECT type, outcome, reason FROM payment_events ORDER BY received_at, id"))
        return [(row.type, row.outcome, row.reason) for row in rows]

    return await db.run_system(find)


async def count(db: Database, table: str) -> int:
    async def ask(tx: Transaction) -> int:
        return await tx.scalar(text(f"SELECT count(*) FROM {table}"))

    return await db.run_system(ask)


async def purchases(db: Database) -> list[tuple[str, int]]:
    """Purchases and refunds in the ledger, the oldest first."""

    async def find(tx: Transaction) -> list[tuple[str, int]]:
        rows = await tx.rows(
            text("SELECT kind, amount FROM ledger_transactions WHERE kind IN ('purchase', 'refund') ORDER BY id")
        )
        return [(row.kind, row.amount) for row in rows]

    return await db.run_system(find)
