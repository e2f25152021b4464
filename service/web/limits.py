"""How often somebody may call: the rates, who is counted under them, and what the answer says about it.

A request is counted after it is known who asks and before anything is done for it. The fields are those of
draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` states the rate, `RateLimit` what is left of it.
"""

import ipaddress
import math
from dataclasses import dataclass, field

from starlette.types import Message, Scope, Send

from service.adapters.rate_limits import Rate, RateLimiter, Taken
from service.kernel.errors import Kind, ServiceError
from service.web.endpoint import Access, Endpoint
from service.web.principal import Principal

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
    """The caller has used up what the endpoint's rate allows; nothing was done."""

    kind, slug, title = Kind.RATE, "rate-limited", "Too many requests"


def rate_of(endpoint: Endpoint) -> Rate | None:
    """The declared rate, else one by access and method; None for probes, which are asked as often as they like."""
    if endpoint.is_probe:
        return None
    if endpoint.rate is not None:
        return endpoint.rate
    if endpoint.access is Access.PUBLIC:
        return PUBLIC
    return READ if endpoint.method == "GET" else WRITE


@dataclass(frozen=True, slots=True)
class RateLimits:
    """`trusted_proxies`: how many proxies stand in front, each of which appends to `X-Forwarded-For` whom it serves."""

    limiter: RateLimiter
    trusted_proxies: int = 0


@dataclass(slots=True)
class Allowance:
    """One request's token, and the fields about it. Without `limits` there is neither."""

    limits: RateLimits | None
    rate: Rate | None
    _fields: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])

    async def take(self, scope: Scope, principal: Principal | None) -> None:
        """Count the request for its user, or for its address where there is no token. Raises RateLimited."""
        if self.limits is None or self.rate is None:
            return
        proxies = self.limits.trusted_proxies
        who = f"user:{principal.user}" if principal else f"address:{client_address(scope, trusted_proxies=proxies)}"
        taken = await self.limits.limiter.take(who, self.rate)
        self._fields = [(b"ratelimit", _service_limit(self.rate, taken))]
        if not taken.is_allowed:
            seconds = _whole_seconds(taken)
            raise RateLimited(
                f"More than {self.rate.quota} requests in {self.rate.window_seconds} s ({self.rate.name}); "
                f"there is room for another in {seconds} s.",
                retry_after_seconds=seconds,
            )

    def told(self, send: Send) -> Send:
        """`send`, with the fields in the answer's header: the policy, and what is left once the request is counted."""
        if self.limits is None or self.rate is None:
            return send
        policy = (b"ratelimit-policy", _policy(self.rate))

        async def send_with_fields(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], policy, *self._fields]
            await send(message)

        return send_with_fields


def client_address(scope: Scope, *, trusted_proxies: int) -> str:
    """Whose call it is: the connection's peer, or whom the outermost trusted proxy serves. What callers write into the
    header themselves stands to the left of that and is not looked at."""
    peer = scope["client"][0] if scope.get("client") else ""
    if trusted_proxies:
        values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        hops = [hop.strip() for hop in ",".join(values).split(",")]
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


def _policy(rate: Rate) -> bytes:
    return f'"{rate.name}";q={rate.quota};w={rate.window_seconds}'.encode("ascii")


def _service_limit(rate: Rate, taken: Taken) -> bytes:
    return f'"{rate.name}";r={taken.remaining};t={_whole_seconds(taken)}'.encode("ascii")


def _whole_seconds(taken: Taken) -> int:
    """At least 1: `Retry-After: 0` asks to be called at once."""
    return max(1, math.ceil(taken.next_in_seconds))
