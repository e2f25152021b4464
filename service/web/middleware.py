"""The layers around the routes, outermost first. Pure ASGI: `BaseHTTPMiddleware` hides the client's leaving."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from service.kernel.identifiers import Identifiers
from service.kernel.telemetry.metrics import Metrics
from service.web.context import RequestContext
from service.web.request_guard import RequestGuard, SecurityHeaders

# What a browser's page may send and read beyond the safelisted headers.
_SENT = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "Traceparent",
    "X-On-Behalf-Of",
    "X-Request-ID",
    "X-Request-Timeout",
)
_READ = ("ETag", "Idempotency-Replayed", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
# Chromium caps it there.
_PREFLIGHT_KEPT_SECONDS = 7200


def middleware(*, identifiers: Identifiers, metrics: Metrics, allowed_origins: Sequence[str] = ()) -> list[Middleware]:
    """For `Starlette(middleware=...)`. Bearer tokens only, never cookies: no credentials across origins."""
    layers = [
        Middleware(RequestContext, identifiers=identifiers, metrics=metrics),
        Middleware(SecurityHeaders),
        Middleware(RequestGuard),
    ]
    if allowed_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(allowed_origins),
                allow_methods=_METHODS,
                allow_headers=_SENT,
                expose_headers=_READ,
                max_age=_PREFLIGHT_KEPT_SECONDS,
            )
        )
    return layers
