"""A service that is told of payment providers: which variables name their fakes."""

from tests.fakes import razorpay_api as razorpay
from tests.fakes import stripe_api as stripe


def paid_by(cards: str, upi: str) -> dict[str, str]:
    """The variables of a service that is paid through a Stripe and a Razorpay at these URLs."""
    return {
        "STRIPE_SECRET_KEY": stripe.KEY,
        "STRIPE_WEBHOOK_SECRET": f"whsec_last_month,{stripe.SECRET}",
        "STRIPE_API_URL": cards,
        "RAZORPAY_KEY_ID": razorpay.KEY_ID,
        "RAZORPAY_KEY_SECRET": razorpay.KEY_SECRET,
        "RAZORPAY_WEBHOOK_SECRET": razorpay.WEBHOOK_SECRET,
        "RAZORPAY_API_URL": upi,
    }
