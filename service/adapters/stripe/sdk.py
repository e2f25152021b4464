"""Stripe through its official SDK's async client."""

from collections.abc import Sequence

import anyio
import stripe
from stripe import StripeClient

from service.adapters.stripe import CheckoutSession, Sale, StripeFailed
from service.adapters.stripe.signature import is_genuine
from service.adapters.stripe.transport import ConnectionPerRequest
from service.kernel.clock import Clock
from service.kernel.deadlines import attempt_seconds, remaining_seconds

# Creating a session takes half a second; a person is waiting for the page.
CALL_SECONDS = 15.0

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
        try:
            with anyio.fail_after(attempt_seconds(CALL_SECONDS, remaining_seconds())):
                session = await self._created(sale)
        except (stripe.StripeError, UnicodeDecodeError, TimeoutError) as error:
            raise StripeFailed(f"Stripe opened no checkout for the order ({_reason(error)}); try again.") from error
        # The SDK declares a session, and hands on whatever JSON there was.
        theirs: object = getattr(session, "id", None)
        url: object = getattr(session, "url", None)
        if not isinstance(theirs, str) or not isinstance(url, str):
            raise StripeFailed("Stripe answered with something that is no checkout session; try again.")
        return CheckoutSession(theirs, url)

    async def _created(self, sale: Sale) -> stripe.checkout.Session:
        order = str(sale.order)
        return await self._client.v1.checkout.sessions.create_async(
            params={
                "mode": "payment",
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": sale.currency.lower(),
                            "unit_amount": sale.amount,
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
