"""The payment providers, each only where it is configured; the settings refuse half a configuration."""

from service.adapters.razorpay import Razorpay
from service.adapters.stripe import Stripe
from service.kernel.clock import Clock
from service.settings import Settings


def open_stripe(settings: Settings, *, clock: Clock) -> Stripe | None:
    """None where it is not configured; the settings refuse half a configuration."""
    if settings.stripe_secret_key is None:
        return None
    from service.adapters.stripe.sdk import StripeSdk  # noqa: PLC0415  (stripe, a fifth of a second)

    return StripeSdk(
        secret_key=settings.stripe_secret_key,
        webhook_secrets=settings.stripe_webhook_secrets,
        api_url=settings.stripe_api_url,
        clock=clock,
    )


def open_razorpay(settings: Settings) -> Razorpay | None:
    """None where it is not configured."""
    key_id, key_secret, webhook_secret = (
        settings.razorpay_key_id,
        settings.razorpay_key_secret,
        settings.razorpay_webhook_secret,
    )
    if key_id is None or key_secret is None or webhook_secret is None:
        return None
    from service.adapters.razorpay.http import HttpRazorpay  # noqa: PLC0415  (httpx)

    return HttpRazorpay(
        key_id=key_id, key_secret=key_secret, webhook_secret=webhook_secret, api_url=settings.razorpay_api_url
    )
