"""What an answer says of its caller's rate, in the fields of draft-ietf-httpapi-ratelimit-headers-10:
`RateLimit-Policy` states the rate, `RateLimit` what is left of it.
"""

from dataclasses import dataclass, field

from starlette.types import Message, Scope, Send

from service.access.principal import Principal
from service.access.rates import RateLimits, require_room, whole_seconds
from service.adapters.rate_limits import Rate, Taken


@dataclass(slots=True)
class Allowance:
    """One request's token, and the fields about it. Without `limits` there is neither."""

    limits: RateLimits | None
    rate: Rate | None
    _fields: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])

    async def take(self, scope: Scope, principal: Principal | None) -> None:
        """Count the request. Raises RateLimited."""
        if self.limits is None or self.rate is None:
            return
        peer = scope["client"][0] if scope.get("client") else ""
        forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        taken = await self.limits.count(self.rate, principal, peer=peer, forwarded_for=",".join(forwarded))
        self._fields = [(b"ratelimit", _service_limit(self.rate, taken))]
        require_room(self.rate, taken)

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


def _policy(rate: Rate) -> bytes:
    return f'"{rate.name}";q={rate.quota};w={rate.window_seconds}'.encode("ascii")


def _service_limit(rate: Rate, taken: Taken) -> bytes:
    return f'"{rate.name}";r={taken.remaining};t={whole_seconds(taken)}'.encode("ascii")
