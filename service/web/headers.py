"""The header fields of this API: what a request says in them, and what an answer says of its rate."""

import math
import re

from starlette.types import Message, Scope, Send

from service.access.idempotency import Key
from service.access.pipeline import CallContext, Credentials
from service.access.rates import whole_seconds
from service.adapters.rate_limits import Rate
from service.kernel.errors import FieldError, InvalidRequest

# A JSON number without a sign, of a size that `float` reads at once.
_SECONDS = re.compile(r"\d{1,20}(\.\d{1,20})?(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of that name (in lower case), as text."""
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1").strip()
    return None


def for_endpoints(scope: Scope) -> dict[str, str]:
    """Every header but the credentials, which nobody behind the gate needs."""
    read = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return {name: value for name, value in read.items() if name not in {"authorization", "cookie"}}


def credentials(scope: Scope) -> Credentials:
    """What the request says of its caller. Raises InvalidRequest."""
    key = header(scope, b"idempotency-key")
    method = scope.get("method", "GET")  # the scope of a WebSocket has none; its handshake is a GET (RFC 6455, 4.1)
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return Credentials(
        authorization=header(scope, b"authorization"),
        on_behalf_of=_on_behalf_of(scope),
        key=None if key is None else Key(method, scope["path"], key),
        wanted_seconds=_wanted_seconds(scope),
        peer=scope["client"][0] if scope.get("client") else "",
        forwarded_for=",".join(forwarded),
    )


def with_rate_fields(send: Send, rate: Rate, context: CallContext) -> Send:
    """`send`, with the fields of draft-ietf-httpapi-ratelimit-headers-10 in the answer's header: `RateLimit-Policy`
    states the rate, `RateLimit` what is left of it once the call is counted."""

    async def send_with_fields(message: Message) -> None:
        if message["type"] == "http.response.start":
            policy = f'"{rate.name}";q={rate.quota};w={rate.window_seconds}'
            message["headers"] = [*message["headers"], (b"ratelimit-policy", policy.encode("ascii"))]
            if taken := context.taken:
                left = f'"{rate.name}";r={taken.remaining};t={whole_seconds(taken)}'
                message["headers"].append((b"ratelimit", left.encode("ascii")))
        await send(message)

    return send_with_fields


def _wanted_seconds(scope: Scope) -> float | None:
    """`X-Request-Timeout`: the caller's remaining patience."""
    given = header(scope, b"x-request-timeout")
    if given is None:
        return None
    if not _SECONDS.fullmatch(given) or not 0 < float(given) < math.inf:
        what = "must be a number of seconds above 0, such as 2.5"
        raise InvalidRequest(f"X-Request-Timeout {what}.", errors=[FieldError("/X-Request-Timeout", what)])
    return float(given)


def _on_behalf_of(scope: Scope) -> str | None:
    """`X-On-Behalf-Of` is sent in UTF-8; what is not is no user's id, and empty."""
    given = header(scope, b"x-on-behalf-of")
    if given is None:
        return None
    try:
        return given.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return ""
