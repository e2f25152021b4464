"""The verbs of payments.

ordering    create (the story), find
events      receive, parked, apply_again
erasure     EXPORTS, INVARIANTS, erase: what custody asks for
"""

from service.payments.operations.erasure import EXPORTS, INVARIANTS, erase
from service.payments.operations.events import apply_again, parked, receive
from service.payments.operations.ordering import Providers, create, find, razorpay_of, stripe_of

__all__ = [
    "EXPORTS",
    "INVARIANTS",
    "Providers",
    "apply_again",
    "create",
    "erase",
    "find",
    "parked",
    "razorpay_of",
    "receive",
    "stripe_of",
]
