"""Stripe through its official SDK's async client, which speaks HTTP as we do elsewhere."""

import hmac
import re
import ssl
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any
from urllib.parse import quote

import anyio
import httpx
import stripe
from stripe import StripeClient

from service.adapters.stripe import CheckoutSession, ObjectName, Sale, StripeFailed, api_amount
from service.kernel.clock import Clock
from service.kernel.deadlines import attempt_seconds, remaining_seconds

# Creating a session takes half a second; a person is waiting for the page.
CALL_SECONDS = 15.0

_PATHS: Mapping[ObjectName, str] = {
    "checkout.session": "/v1/checkout/sessions/",
    "charge": "/v1/charges/",
    "dispute": "/v1/disputes/",
    "refund": "/v1/refunds/",
}

_LIVE_KEYS = ("sk_live_", "rk_live_")


class StripeSdk:
    """See `Stripe`. The SDK's own retries are off: it sleeps where our deadline cannot see."""

    def __init__(
        self, *, secret_key: str, webhook_secrets: Sequence[str], api_url: str | None = None, clock: Clock
    ) -> None:
        stripe.enable_telemetry = False  # else it tells Stripe about this machine; the SDK has no other switch
        self._client = StripeClient(
            secret_key,
            base_addresses={"api": api_url.rstrip("/")} if api_url else {},
            max_network_retries=0,
            http_client=ConnectionPerRequest(timeout_seconds=CALL_SECONDS),
        )
        self._webhook_secrets = tuple(webhook_secrets)
        self._clock = clock
        self.is_live = secret_key.startswith(_LIVE_KEYS)

    async def create_checkout(self, sale: Sale) -> CheckoutSession:
        amount = api_amount(sale.amount, sale.currency)
        if amount is None:
            raise StripeFailed(f"Stripe charges whole units of {sale.currency} only; set another price.")
        try:
            with anyio.fail_after(attempt_seconds(CALL_SECONDS, remaining_seconds())):
                session = await self._create_session(sale, amount)
        except (stripe.StripeError, UnicodeDecodeError, TimeoutError) as error:
            raise StripeFailed(f"Stripe opened no checkout for the order ({_reason(error)}); try again.") from error
        # The SDK declares a session, and hands on whatever JSON there was.
        theirs: object = getattr(session, "id", None)
        url: object = getattr(session, "url", None)
        if not isinstance(theirs, str) or not isinstance(url, str):
            raise StripeFailed("Stripe answered with something that is no checkout session; try again.")
        return CheckoutSession(theirs, url)

    async def _create_session(self, sale: Sale, amount: int) -> stripe.checkout.Session:
        order = str(sale.order)
        return await self._client.v1.checkout.sessions.create_async(
            params={
                "mode": "payment",
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": sale.currency.lower(),
                            "unit_amount": amount,
                            "product_data": {"name": sale.name},
                        },
                    }
                ],
                "client_reference_id": order,
                "metadata": {"order_id": order},
                # Charges and refunds carry the metadata of their payment intent, not of the session.
                "payment_intent_data": {"metadata": {"order_id": order}},
                "success_url": sale.return_url,
                "cancel_url": sale.return_url,
            },
            options={"idempotency_key": order},
        )

    async def retrieve(self, name: ObjectName, id: str) -> bytes | None:
        client: Any = self._client  # this method of the SDK has no types
        try:
            with anyio.fail_after(attempt_seconds(CALL_SECONDS, remaining_seconds())):
                # The SDK's own `retrieve` reads the answer into its classes; this is JSON as it came.
                answer = await client.raw_request_async("get", _PATHS[name] + quote(id, safe=""))
        except stripe.InvalidRequestError as error:
            if error.http_status == 404:
                return None
            raise StripeFailed(f"Stripe did not show the {name} ({_reason(error)}).") from error
        except (stripe.StripeError, UnicodeDecodeError, TimeoutError) as error:
            raise StripeFailed(f"Stripe did not show the {name} ({_reason(error)}).") from error
        body: str = answer.body
        return body.encode()

    def is_genuine(self, raw: bytes, signature: str | None) -> bool:
        now_seconds = self._clock.now().timestamp()
        return is_genuine(raw, signature, secrets=self._webhook_secrets, now_seconds=now_seconds)


def _reason(error: stripe.StripeError | UnicodeDecodeError | TimeoutError) -> str:
    """In our words: Stripe's may repeat a piece of the key."""
    match error:
        case TimeoutError():
            return "no answer in time"
        case UnicodeDecodeError():  # the SDK takes any body for text
            return "an answer that is no session"
        case _:
            return f"status {error.http_status}" if error.http_status else "it could not be reached"


# Stripe's own tolerance; the other way round it covers clocks that differ.
TOLERANCE_SECONDS = 300
# While a secret rotates there are two of each; a header with more would make us compute for its sender's pleasure.
SIGNATURES_MAX = 8
HEADER_MAX_CHARACTERS = 2_000

_TIME = re.compile(r"[0-9]{1,12}")


def is_genuine(raw: bytes, header: str | None, *, secrets: Sequence[str], now_seconds: float) -> bool:
    """Whether one of the header's v1 signatures is that of one of the secrets, and its time is near `now_seconds`.

    The `Stripe-Signature` header is `t=<unix seconds>,v1=<hex>[,v1=<hex>...]`, each v1 the HMAC-SHA256 of `<t>.<body>`
    under one secret (https://docs.stripe.com/webhooks#verify-manually). Other schemes (v0, of test mode) prove nothing
    and are passed over. Not the SDK's own check, which accepts any time in the future.
    """
    if header is None or len(header) > HEADER_MAX_CHARACTERS:
        return False
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    given = [value for name, _, value in pairs if name == "v1"][:SIGNATURES_MAX]
    if len(times) != 1 or not _TIME.fullmatch(times[0]):
        return False
    if abs(now_seconds - int(times[0])) > TOLERANCE_SECONDS:
        return False
    signed = times[0].encode() + b"." + raw
    ours = [hmac.digest(secret.encode(), signed, "sha256").hex() for secret in secrets]
    return any(hmac.compare_digest(one.encode(), other.encode()) for one, other in product(ours, given))


# A session with everything in it is some 5 kB.
BODY_MAX_BYTES = 1_000_000


class ConnectionPerRequest(stripe.HTTPClient):
    """What the SDK calls as `http_client`, for async calls only.

    Its own httpx client takes proxies from the environment, waits 80 s and reads bodies of any size; this one does
    neither, and leaves no pool behind: orders are rare, a connection each costs little (and httpcore's pool keeps a
    connection for ever that was cancelled between connecting and sending).
    """

    name = "httpx"

    def __init__(self, *, timeout_seconds: float, ssl_context: ssl.SSLContext | None = None) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]  (a private parameter without a type)
        self._timeout_seconds = timeout_seconds
        self._ssl_context = ssl_context or httpx.create_ssl_context(trust_env=False)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        content, size = bytearray(), 0
        try:
            async with (
                httpx.AsyncClient(trust_env=False, timeout=self._timeout_seconds, verify=self._ssl_context) as client,
                client.stream(method, url, headers=dict(headers), content=post_data) as answer,
            ):
                # Read to its end, kept within the bound: leaving httpx's generators early strands them.
                async for chunk in answer.aiter_bytes():
                    size += len(chunk)
                    content += chunk[: max(0, BODY_MAX_BYTES - len(content))]
        except httpx.HTTPError as error:
            raise stripe.APIConnectionError(type(error).__name__, should_retry=False) from error
        if size > BODY_MAX_BYTES:
            raise stripe.APIConnectionError(f"an answer of more than {BODY_MAX_BYTES} bytes", should_retry=False)
        return bytes(content), answer.status_code, answer.headers

    async def close_async(self) -> None:
        """Nothing stays open."""
