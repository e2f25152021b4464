"""What no well-behaved client sends, refused before anything looks at it, and the headers every answer carries.

Hypercorn lets these through (`Content-Length` beside `Transfer-Encoding`, thousands of headers), and
each is a way for a proxy in front and this service to disagree about what was asked.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.kernel.errors import ServiceError
from service.web.decoding import MalformedRequest
from service.web.problems import HeadersTooLarge, NoSuchPath, answer_for
from service.web.receiving import Inbox
from service.web.sending import deliver, refuse_socket

# Browsers send about 20, proxies add about 10.
HEADERS_MAX = 100
# Several times the longest path there is. Python reads no number of more than 4 300 digits, and raises.
PATH_MAX_CHARACTERS = 2_000

# Said twice, these would be read in two ways.
_ONCE = (
    b"authorization",
    b"content-length",
    b"content-type",
    b"host",
    b"idempotency-key",
    b"transfer-encoding",
    b"x-on-behalf-of",
    b"x-request-timeout",
)

SECURITY_HEADERS: Mapping[bytes, bytes] = {
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cross-origin-opener-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}


class RequestGuard:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        offence = None if scope["type"] == "lifespan" else _offence(scope)
        if offence is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            # Nothing of the body is read, so the connection closes: where this request ends nobody can say.
            await deliver(Inbox(scope, receive), send, answer_for(offence))
        else:
            await refuse_socket(scope, send, answer_for(offence))


class SecurityHeaders:
    """An answer's own header of the same name stands."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                given = {name for name, _ in message["headers"]}
                added = [(name, value) for name, value in SECURITY_HEADERS.items() if name not in given]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _offence(scope: Scope) -> ServiceError | None:
    # Starlette's patterns let a line feed stand at a path's end.
    if len(scope["path"]) > PATH_MAX_CHARACTERS or not scope["path"].isprintable():
        return NoSuchPath()
    headers: list[tuple[bytes, bytes]] = list(scope["headers"])
    if len(headers) > HEADERS_MAX:
        return HeadersTooLarge(f"The request has more than {HEADERS_MAX} header fields.")
    return _ambiguity(headers)


def _ambiguity(headers: Sequence[tuple[bytes, bytes]]) -> ServiceError | None:
    """What another server on the way might read in another way than we do."""
    counts = Counter(name for name, _ in headers)
    for name in _ONCE:
        if counts[name] > 1:
            return MalformedRequest(f"The header {name.decode('ascii')} is given more than once.")
    if counts[b"content-length"] and counts[b"transfer-encoding"]:
        return MalformedRequest("Content-Length and Transfer-Encoding exclude each other.")
    if any(b"\r" in value or b"\n" in value or b"\x00" in value for _, value in headers):
        return MalformedRequest("A header holds a line break or a NUL.")
    return None
