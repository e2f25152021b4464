"""Razorpay's API over HTTP, and its signatures."""

import hmac
import ssl
from typing import Any

import anyio
import httpx
import msgspec

from service.adapters.razorpay import RazorpayFailed, Sale
from service.kernel.deadlines import attempt_seconds, remaining_seconds

API_URL = "https://api.razorpay.com"
# Creating an order takes half a second; a person is waiting for the widget.
CALL_SECONDS = 15.0
# An order is some 500 bytes.
BODY_MAX_BYTES = 256_000

# Whatever the account is set to: a payment that nobody captures is given back to the payer after some days
# (https://razorpay.com/docs/payments/payments/capture-settings/api/; minutes, 7200 is the most).
CAPTURE = {
    "capture": "automatic",
    "capture_options": {"automatic_expiry_period": 7200, "manual_expiry_period": 7200, "refund_speed": "normal"},
}

_LIVE_KEYS = "rzp_live_"


class _Created(msgspec.Struct, frozen=True):
    """What we read of the order that Razorpay answers with."""

    id: str
    amount: int
    currency: str


class HttpRazorpay:
    """See `Razorpay`. A connection for each order: orders are rare, and nothing stays open."""

    def __init__(
        self,
        *,
        key_id: str,
        key_secret: str,
        webhook_secret: str,
        api_url: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.key_id = key_id
        self.is_live = key_id.startswith(_LIVE_KEYS)
        self._auth = httpx.BasicAuth(key_id, key_secret)
        self._webhook_secret = webhook_secret
        self._orders_url = f"{(api_url or API_URL).rstrip('/')}/v1/orders"
        self._ssl_context = ssl_context or httpx.create_ssl_context(trust_env=False)

    async def create_order(self, sale: Sale) -> str:
        order = str(sale.order)
        order_fields = {
            "amount": sale.amount,
            "currency": sale.currency,
            "receipt": order,
            "notes": {"order_id": order},
            "payment": CAPTURE,
        }
        try:
            with anyio.fail_after(attempt_seconds(CALL_SECONDS, remaining_seconds())):
                created = msgspec.json.decode(await self._post(order_fields), type=_Created)
        except (httpx.HTTPError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TimeoutError) as error:
            raise RazorpayFailed(f"Razorpay opened no order ({_reason(error)}); try again.") from error
        if (created.amount, created.currency) != (sale.amount, sale.currency):
            raise RazorpayFailed("Razorpay opened an order of another amount; it is not used. Try again.")
        return created.id

    async def _post(self, order_fields: dict[str, Any]) -> bytes:
        content, size = bytearray(), 0
        async with (
            httpx.AsyncClient(
                trust_env=False, timeout=CALL_SECONDS, verify=self._ssl_context, auth=self._auth
            ) as client,
            client.stream("POST", self._orders_url, json=order_fields) as answer,
        ):
            # Read to its end, kept within the bound: leaving httpx's generators early strands them.
            async for chunk in answer.aiter_bytes():
                size += len(chunk)
                content += chunk[: max(0, BODY_MAX_BYTES - len(content))]
        answer.raise_for_status()
        if size > BODY_MAX_BYTES:
            raise RazorpayFailed(f"Razorpay answered with more than {BODY_MAX_BYTES} bytes; try again.")
        return bytes(content)

    def is_genuine(self, raw: bytes, signature: str | None) -> bool:
        return is_genuine(raw, signature, secret=self._webhook_secret)


def _reason(error: Exception) -> str:
    """In our words: theirs may repeat what was sent."""
    match error:
        case httpx.HTTPStatusError():
            return f"status {error.response.status_code}"
        case TimeoutError() | httpx.TimeoutException():
            return "no answer in time"
        case httpx.HTTPError():
            return "it could not be reached"
        case _:
            return "an answer that is no order"


def is_genuine(message: bytes, signature: str | None, *, secret: str) -> bool:
    """Whether it is the HMAC-SHA256, in lower-case hexadecimal, of a webhook's raw body, or of ids joined by `|`
    (https://razorpay.com/docs/webhooks/validate-test/)."""
    if signature is None:
        return False
    return hmac.compare_digest(hmac.digest(secret.encode(), message, "sha256").hex().encode(), signature.encode())
