"""The verbs of payments.

orders      create (the story), expire_unpaid_orders (the sweep); EXPORTS, INVARIANTS, erase (what custody asks for)
inbox       receive; apply_again, accept, dismiss (an operator's)
"""

from service.payments.operations.inbox import accept, apply_again, dismiss, receive
from service.payments.operations.orders import (
    EXPORTS,
    INVARIANTS,
    Providers,
    create,
    erase,
    expire_unpaid_orders,
    razorpay_of,
    stripe_of,
)

__all__ = [
    "EXPORTS",
    "INVARIANTS",
    "Providers",
    "accept",
    "apply_again",
    "create",
    "dismiss",
    "erase",
    "expire_unpaid_orders",
    "razorpay_of",
    "receive",
    "stripe_of",
]
