"""A server that speaks Razorpay's orders API, and signs and delivers events about payments of them."""

import base64
import hmac
import itertools
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.webhooks import post
from tests.http import serve

KEY_ID = "rzp_test_fake"
KEY_SECRET = "fake_key_secret"
WEBHOOK_SECRET = "fake webhook secret"

Order = dict[str, Any]


@dataclass
class RazorpayApi:
    """`before_answer(order)` is awaited before a new order is answered with. `fault`: see the fake of Stripe."""

    url: str = ""
    webhook_url: str = ""
    fault: int | str | None = None
    before_answer: Callable[[Order], Awaitable[None]] | None = None
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    orders: dict[str, Order] = field(default_factory=dict[str, Order])
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def captured(self, order: Order, **more: Any) -> dict[str, Any]:
        return self.event("payment.captured", payment=self.payment(order, status="captured", captured=True, **more))

    def order_paid(self, order: Order, **more: Any) -> dict[str, Any]:
        paid = {**order, "status": "paid", "amount_paid": order["amount"], "amount_due": 0}
        return self.event("order.paid", payment=self.payment(order, status="captured", **more), order=paid)

    def failed(self, order: Order) -> dict[str, Any]:
        """A try that failed; the next one may succeed."""
        payment = self.payment(order, id=f"pay_f{order['id'][6:]}", status="failed", error_code="BAD_REQUEST_ERROR")
        return self.event("payment.failed", payment=payment)

    def refunded(self, order: Order, amount: int, kind: str = "refund.processed") -> dict[str, Any]:
        """`amount` is the total so far, as the payment says it."""
        payment = self.payment(order, status="captured", amount_refunded=amount, refund_status="partial")
        refund: dict[str, Any] = {
            "id": f"rfnd_{next(self.numbers)}",
            "entity": "refund",
            "amount": amount,
            "currency": order["currency"],
            "payment_id": payment["id"],
            "notes": [],
            "status": "processed" if kind == "refund.processed" else "pending",
        }
        return self.event(kind, refund=refund, payment=payment)

    def disputed(self, order: Order, kind: str = "payment.dispute.created", **more: Any) -> dict[str, Any]:
        payment = self.payment(order, status="captured")
        dispute = {
            "id": f"disp_{order['id'][6:]}",
            "entity": "dispute",
            "payment_id": payment["id"],
            "amount": order["amount"],
            "currency": order["currency"],
            "phase": "chargeback",
            "status": "open",
        }
        return self.event(kind, payment=payment, dispute={**dispute, **more})

    def payment(self, order: Order, **more: Any) -> dict[str, Any]:
        return {
            "id": f"pay_{order['id'][6:]}",
            "entity": "payment",
            "amount": order["amount"],
            "currency": order["currency"],
            "order_id": order["id"],
            "method": "upi",
            "amount_refunded": 0,
            "email": "payer@example.com",
            "contact": "+919999999999",
            "notes": [],
            **more,
        }

    def event(self, kind: str, **entities: dict[str, Any]) -> dict[str, Any]:
        """Razorpay's events have no id of their own: it travels in a header, here kept beside under `_id`."""
        return {
            "_id": f"E{next(self.numbers)}",
            "entity": "event",
            "account_id": "acc_fake",
            "event": kind,
            "contains": list(entities),
            "payload": {name: {"entity": entity} for name, entity in entities.items()},
            "created_at": int(time.time()) + next(self.numbers) % 7,
        }

    def signature(self, body: bytes) -> str:
        return hmac.new(WEBHOOK_SECRET.encode(), body, "sha256").hexdigest()

    async def deliver(self, event: dict[str, Any]) -> httpx.Response:
        body = msgspec.json.encode({name: value for name, value in event.items() if name != "_id"})
        headers = {"x-razorpay-signature": self.signature(body), "x-razorpay-event-id": event["_id"]}
        return await post(self.webhook_url, body, headers)

    async def create_order(self, request: Request) -> Response:
        asked = msgspec.json.decode(await request.body())
        self.requests.append(asked)
        expected = base64.b64encode(f"{KEY_ID}:{KEY_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return _answer({"error": {"code": "BAD_REQUEST_ERROR", "description": "Authentication failed"}}, 401)
        if self.fault is not None:
            return await self._fault()
        order: Order = {
            "id": f"order_{next(self.numbers)}",
            "entity": "order",
            "amount": asked["amount"],
            "amount_paid": 0,
            "amount_due": asked["amount"],
            "currency": asked["currency"],
            "receipt": asked["receipt"],
            "status": "created",
            "attempts": 0,
            "notes": asked["notes"],
            "created_at": int(time.time()),
        }
        self.orders[order["id"]] = order
        if self.before_answer is not None:
            await self.before_answer(order)
        return _answer(order, 200)

    async def _fault(self) -> Response:
        match self.fault:
            case "silence":
                await anyio.sleep(30)
                return _answer({}, 500)
            case "garbage":
                return Response(b"\xff<html>", 200)
            case "list":
                return _answer([1, 2], 200)
            case "huge":
                return Response(b" " * 5_000_000, 200)
            case "other amount":
                return _answer({"id": "order_0", "amount": 1, "currency": "INR"}, 200)
            case _:
                return _answer({"error": {"code": "SERVER_ERROR", "description": KEY_SECRET}}, int(self.fault or 500))


def _answer(content: Any, status: int) -> Response:
    return Response(msgspec.json.encode(content), status, {"content-type": "application/json"})


@asynccontextmanager
async def razorpay_api() -> AsyncGenerator[RazorpayApi]:
    fake = RazorpayApi()
    async with serve(Starlette(routes=[Route("/v1/orders", fake.create_order, methods=["POST"])])) as url:
        fake.url = url
        yield fake
