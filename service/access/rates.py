"""How often somebody may call: the rates, and who is counted under them.

A call is counted after it is known who asks and before anything is done for it.
"""

import ipaddress
import math
from dataclasses import dataclass

from service.access.callers import Principal
from service.adapters.rate_limits import Rate, RateLimiter, Taken
from service.kernel.errors import Kind, ServiceError

# What a service acting for one user may ask for in one burst: a process full of generations (200, and 50 waiting) and
# some more. What runs at once is bounded by the user's share, what is spent by the coins.
GENERATE = Rate("generate", quota=300, window_seconds=60)
# A call that makes this process ask somebody else's server: an account is no crawler.
FETCH = Rate("fetch", quota=60, window_seconds=60)
# A page of the web application makes some ten reads, and several tabs ask again every few seconds.
READ = Rate("read", quota=600, window_seconds=60)
# A person saves now and then; a script that brings a whole history in does so at four a second.
WRITE = Rate("write", quota=240, window_seconds=60)
# Megabytes to receive and take apart, or to gather and send; nobody needs more than a few of them.
BULK = Rate("bulk", quota=30, window_seconds=60)
# Without a token, by address: the documentation, for the people of a whole office behind one.
PUBLIC = Rate("public", quota=300, window_seconds=60)
# By address, too: a provider sends its bursts from a handful of them, and what is refused is late by its next attempt.
# This only keeps those out who send what was never signed.
WEBHOOK = Rate("webhook", quota=1_200, window_seconds=60)

# One customer is given a whole network of this size (RFC 6177), and could count as a new caller with every call.
_IPV6_NETWORK_BITS = 64


class RateLimited(ServiceError):
    """The caller has used up what the call's rate allows; nothing was done."""

    kind, slug, title = Kind.RATE, "rate-limited", "Too many requests"


@dataclass(frozen=True, slots=True)
class RateLimits:
    """`trusted_proxies`: how many proxies stand in front, each of which appends to `X-Forwarded-For` whom it serves."""

    limiter: RateLimiter
    trusted_proxies: int = 0

    async def count(self, rate: Rate, principal: Principal | None, *, peer: str, forwarded_for: str) -> Taken:
        """Count a call for its user, or for its address where there is no token."""
        if principal is not None:
            return await self.limiter.take(f"user:{principal.user}", rate)
        address = client_address(peer, forwarded_for, trusted_proxies=self.trusted_proxies)
        return await self.limiter.take(f"address:{address}", rate)


def require_room(rate: Rate, taken: Taken) -> None:
    """Raises RateLimited."""
    if not taken.is_allowed:
        seconds = whole_seconds(taken)
        raise RateLimited(
            f"More than {rate.quota} requests in {rate.window_seconds} s ({rate.name}); "
            f"there is room for another in {seconds} s.",
            retry_after_seconds=seconds,
        )


def whole_seconds(taken: Taken) -> int:
    """Until there is room for another; at least 1, for `Retry-After: 0` asks to be called at once."""
    return max(1, math.ceil(taken.next_in_seconds))


def client_address(peer: str, forwarded_for: str, *, trusted_proxies: int) -> str:
    """Whose call it is: the connection's peer, or whom the outermost trusted proxy serves. What callers write into
    `X-Forwarded-For` themselves stands to the left of that and is not looked at."""
    if trusted_proxies:
        hops = [hop.strip() for hop in forwarded_for.split(",")]
        if len(hops) >= trusted_proxies:
            return _network(hops[-trusted_proxies]) or _network(peer) or peer
    return _network(peer) or peer


def _network(text: str) -> str | None:
    """An IPv4 address, or the network of an IPv6 one; None for what is neither."""
    host = text.rpartition(":")[0] if text.count(":") == 1 else text.removeprefix("[").partition("]")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _IPV6_NETWORK_BITS), strict=False))
