"""The verbs of payments.

ordering    create (the story), find
events      receive, parked, apply_again
erasure     exports, erase: a person's part of the orders
"""

from service.payments.operations.erasure import erase, exports
from service.payments.operations.events import apply_again, parked, receive
from service.payments.operations.ordering import Providers, create, find, razorpay_of, stripe_of

__all__ = [
    "Providers",
    "apply_again",
    "create",
    "erase",
    "exports",
    "find",
    "parked",
    "razorpay_of",
    "receive",
    "stripe_of",
]
