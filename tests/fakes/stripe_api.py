"""A server that speaks Stripe's API as far as checkout sessions go, and signs and delivers events about them."""

import hmac
import itertools
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import anyio
import httpx
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.webhooks import post
from tests.http import serve

KEY = "sk_test_fake"
SECRET = "whsec_fake"

Session = dict[str, Any]


@dataclass
class StripeApi:
    """`before_answer(session)` is awaited before a new session is answered with: what happens faster than that.

    `fault`: a status to answer with, "silence", "garbage" (no JSON), "list" (JSON of another shape) or "huge".
    """

    url: str = ""
    webhook_url: str = ""
    secret: str = SECRET
    fault: int | str | None = None
    before_answer: Callable[[Session], Awaitable[None]] | None = None
    requests: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list[Any])
    sessions: dict[str, Session] = field(default_factory=dict[str, Session])
    answered: dict[str, Session] = field(default_factory=dict[str, Session])  # by idempotency key
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def paid(self, session: Session, **more: Any) -> dict[str, Any]:
        """`checkout.session.completed` of a session that is paid at once, unless `more` says otherwise."""
        return self.event("checkout.session.completed", {**session, "payment_status": "paid", **more})

    def refunded(self, session: Session, amount: int, **more: Any) -> dict[str, Any]:
        """`charge.refunded`: `amount` is the total so far."""
        charge = {
            "id": f"ch_{session['id']}",
            "object": "charge",
            "amount": session["amount_total"],
            "amount_refunded": amount,
            "currency": session["currency"],
            "metadata": session["metadata"],
            "payment_intent": session["payment_intent"],
            "refunded": amount == session["amount_total"],
            "billing_details": {"email": "payer@example.com", "name": "Pat Payer"},
        }
        return self.event("charge.refunded", {**charge, **more})

    def disputed(self, session: Session, kind: str = "charge.dispute.created", **more: Any) -> dict[str, Any]:
        """A dispute carries no metadata of the charge: the payment intent alone leads to the order."""
        dispute: dict[str, Any] = {
            "id": f"dp_{session['id']}",
            "object": "dispute",
            "amount": session["amount_total"],
            "currency": session["currency"],
            "charge": f"ch_{session['id']}",
            "payment_intent": session["payment_intent"],
            "status": "needs_response",
            "reason": "fraudulent",
            "metadata": {},
        }
        return self.event(kind, {**dispute, **more})

    def event(self, kind: str, thing: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "id": f"evt_{next(self.numbers)}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(time.time()) + next(self.numbers) % 7,
            "data": {"object": thing},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
            **more,
        }

    def thin(self, kind: str, name: str, id: str) -> dict[str, Any]:
        """An event without its contents (https://docs.stripe.com/event-destinations#thin-events)."""
        return {
            "id": f"evt_{next(self.numbers)}",
            "object": "v2.core.event",
            "created": "2026-11-22T13:05:00.000Z",
            "livemode": False,
            "context": None,
            "reason": None,
            "related_object": {"id": id, "type": name, "url": f"/v1/{name}/{id}"},
            "type": kind,
        }

    def signature(self, body: bytes, *, at: int | None = None, secret: str | None = None) -> str:
        moment = str(int(time.time()) if at is None else at)
        key = (secret or self.secret).encode()
        return f"t={moment},v1={hmac.new(key, moment.encode() + b'.' + body, 'sha256').hexdigest()},v0=feed"

    async def deliver(self, event: dict[str, Any]) -> httpx.Response:
        body = msgspec.json.format(msgspec.json.encode(event), indent=2)
        return await post(self.webhook_url, body, {"stripe-signature": self.signature(body)})

    async def create_session(self, request: Request) -> Response:
        raw = await request.body()
        asked = dict(parse_qsl(raw.decode()))
        self.requests.append((request.url.path, dict(request.headers), asked))
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _answer({"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}, 401)
        if self.fault is not None:
            return await self._fault()
        key = request.headers.get("idempotency-key", raw.decode())
        if key not in self.answered:
            self.answered[key] = session = self._session(asked)
            self.sessions[session["id"]] = session
            if self.before_answer is not None:
                await self.before_answer(session)
        return _answer(self.answered[key], 200)

    async def read_object(self, request: Request) -> Response:
        if self.fault is not None:
            return await self._fault()
        if (session := self.sessions.get(request.path_params["id"])) is not None:
            return _answer(session, 200)
        return _answer({"error": {"type": "invalid_request_error", "message": "No such object"}}, 404)

    def _session(self, asked: dict[str, str]) -> Session:
        number = next(self.numbers)
        amount = int(asked["line_items[0][price_data][unit_amount]"]) * int(asked["line_items[0][quantity]"])
        return {
            "id": f"cs_test_{number}",
            "object": "checkout.session",
            "amount_subtotal": amount,
            "amount_total": amount,
            "client_reference_id": asked.get("client_reference_id"),
            "currency": asked["line_items[0][price_data][currency]"],
            "customer_details": {"email": "payer@example.com", "name": "Pat Payer"},
            "livemode": False,
            "metadata": {"order_id": asked["metadata[order_id]"]},
            "mode": asked["mode"],
            "payment_intent": f"pi_{number}",
            "payment_status": "unpaid",
            "status": "open",
            "url": f"https://checkout.stripe.example/c/pay/cs_test_{number}",
        }

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
            case _:
                return _answer({"error": {"type": "api_error", "message": f"no, {KEY}"}}, int(self.fault or 500))


def _answer(content: Any, status: int) -> Response:
    headers = {"content-type": "application/json", "request-id": "req_fake"}
    return Response(msgspec.json.encode(content), status, headers)


@asynccontextmanager
async def stripe_api() -> AsyncGenerator[StripeApi]:
    fake = StripeApi()
    routes = [
        Route("/v1/checkout/sessions", fake.create_session, methods=["POST"]),
        Route("/v1/{kind:path}/{id}", fake.read_object),
    ]
    async with serve(Starlette(routes=routes)) as url:
        fake.url = url
        yield fake
