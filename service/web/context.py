"""What is true of the whole of one request: its id, its place, its trace, its line in the log and in the metrics.

`RequestContext` is the outermost middleware, so that a refusal by any other has them too.
"""

import re
from contextvars import ContextVar
from dataclasses import dataclass

import anyio
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.kernel.identifiers import Identifiers
from service.kernel.telemetry.metrics import Metrics
from service.kernel.trace import continue_trace, tracing
from service.web.headers import header

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")

# What logs and metrics say of a request whose client left before there was an answer (nginx's number for it).
CLIENT_LEFT = 499

# What they say of a WebSocket that was accepted.
SWITCHED = 101

# Clients may invent methods; labels must stay few.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"})
# The messages that begin an answer, each with its headers.
_BEGINNINGS = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})

_log = structlog.get_logger("overture.web")


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """Which request a problem document is about."""

    request_id: str
    instance: str


_request_info: ContextVar[RequestInfo | None] = ContextVar("overture_request_info", default=None)


def request_info() -> RequestInfo:
    """The request being served; empty outside of one."""
    return _request_info.get() or RequestInfo("", "")


class RequestContext:
    def __init__(self, app: ASGIApp, *, identifiers: Identifiers, metrics: Metrics) -> None:
        self._app = app
        self._identifiers = identifiers
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        given = header(scope, b"x-request-id")
        request_id = given if given and _SANE_REQUEST_ID.fullmatch(given) else self._identifiers.token()
        instance = (scope.get("raw_path") or scope["path"].encode("utf-8")).decode("latin-1")
        status = CLIENT_LEFT

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] in _BEGINNINGS:
                status = message.get("status", SWITCHED)
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode("ascii"))]
            await send(message)

        token = _request_info.set(RequestInfo(request_id, instance))
        started = anyio.current_time()
        try:
            trace = continue_trace(header(scope, b"traceparent"), random_hex=self._identifiers.token())
            bound = structlog.contextvars.bound_contextvars(request_id=request_id, trace_id=trace.trace)
            with bound, tracing(trace), self._metrics.request():
                await self._app(scope, receive, send_with_id)
        finally:
            _request_info.reset(token)
            self._record(scope, request_id, status, anyio.current_time() - started)

    def _record(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        """One line and one observation per request."""
        method, route = _method(scope), scope.get("overture.route", "unmatched")
        self._metrics.count_answer(method if method in _METHODS else "other", route, status, seconds)
        _log.info(
            "request", request_id=request_id, method=method, route=route, status=status, ms=round(seconds * 1000, 1)
        )


def _method(scope: Scope) -> str:
    return scope["method"] if scope["type"] == "http" else "WEBSOCKET"
