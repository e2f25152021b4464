"""A Razorpay that does as a test says, without a network; its signatures are real."""

import hmac

from service.adapters.razorpay import RazorpayFailed, Sale
from service.adapters.razorpay.http import is_genuine

SECRET = "scripted webhook secret"  # noqa: S105 (of this fake alone)


class ScriptedRazorpay:
    """Opens an order for each sale and remembers it in `sales`; with `fails`, none."""

    key_id = "rzp_test_scripted"

    def __init__(self, *, is_live: bool = False) -> None:
        self.is_live = is_live
        self.fails = False
        self.sales: list[Sale] = []

    async def create_order(self, sale: Sale) -> str:
        if self.fails:
            raise RazorpayFailed("Razorpay opened no order (scripted); try again.")
        self.sales.append(sale)
        return order_id(sale)

    def is_genuine(self, raw: bytes, signature: str | None) -> bool:
        return is_genuine(raw, signature, secret=SECRET)

    def signed(self, raw: bytes) -> str:
        return hmac.digest(SECRET.encode(), raw, "sha256").hex()


def order_id(sale: Sale) -> str:
    return f"order_{sale.order.hex}"
