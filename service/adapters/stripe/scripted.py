"""A Stripe that does as a test says, without a network; its signatures are real."""

import hmac
from collections.abc import Callable

from service.adapters.stripe import CheckoutSession, ObjectName, Sale, StripeFailed
from service.adapters.stripe.sdk import is_genuine

SECRET = "whsec_scripted"  # noqa: S105 (of this fake alone)


class ScriptedStripe:
    """Opens a session for each sale and remembers it in `sales`; with `fails`, none. `now_seconds` is its clock.

    `objects` are what may be retrieved, by name and id.
    """

    def __init__(self, *, is_live: bool = False, now_seconds: Callable[[], float] = lambda: 1_800_000_000.0) -> None:
        self.is_live = is_live
        self.fails = False
        self.sales: list[Sale] = []
        self.objects: dict[tuple[ObjectName, str], bytes] = {}
        self._now_seconds = now_seconds

    async def create_checkout(self, sale: Sale) -> CheckoutSession:
        if self.fails:
            raise StripeFailed("Stripe opened no checkout for the order (scripted); try again.")
        self.sales.append(sale)
        return CheckoutSession(session_id(sale), f"https://checkout.example/{sale.order}")

    async def retrieve(self, name: ObjectName, id: str) -> bytes | None:
        if self.fails:
            raise StripeFailed(f"Stripe did not show the {name} (scripted).")
        return self.objects.get((name, id))

    def is_genuine(self, raw: bytes, signature: str | None) -> bool:
        return is_genuine(raw, signature, secrets=(SECRET,), now_seconds=self._now_seconds())

    def signed(self, raw: bytes) -> str:
        """The header that makes these bytes genuine now."""
        at = str(int(self._now_seconds()))
        return f"t={at},v1={hmac.digest(SECRET.encode(), at.encode() + b'.' + raw, 'sha256').hex()}"


def session_id(sale: Sale) -> str:
    return f"cs_test_{sale.order.hex}"
