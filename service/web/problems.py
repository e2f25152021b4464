"""RFC 9457 problem documents. The one file that knows which status code a kind of error has, and the one place where
an error nobody expected becomes an answer: 500 `internal`, with everything in the log and nothing in the document."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from service.access.store import Answer
from service.kernel.errors import Kind, ServiceError, leaves
from service.web.context import RequestInfo, request_info

PROBLEM_JSON = "application/problem+json"

# Relative, so that it resolves at whichever address the service was reached; `GET /problems/<slug>` explains it.
TYPE_PREFIX = "/problems/"

STATUS: Mapping[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.PAYMENT: 402,
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.TOO_SLOW_A_CALLER: 408,
    Kind.CONFLICT: 409,
    Kind.PRECONDITION: 412,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED: 415,
    Kind.INVALID: 422,
    Kind.RATE: 429,
    Kind.UPSTREAM: 502,
    Kind.UNAVAILABLE: 503,
    Kind.DEADLINE: 504,
}


class MethodNotAllowed(ServiceError):
    """The path exists and does not answer to this method; `allowed` names those it does."""

    kind, slug, title = Kind.UNSUPPORTED, "method-not-allowed", "Method not allowed"

    def __init__(self, allowed: str) -> None:
        super().__init__(f"This path answers to {allowed}.")
        self.allowed = allowed


class HeadersTooLarge(ServiceError):
    """More header fields than a request of this API could need."""

    kind, slug, title = Kind.TOO_LARGE, "headers-too-large", "Request header fields too large"


class NoSuchPath(ServiceError):
    """No endpoint has this path."""

    kind, slug, title = Kind.MISSING, "not-found", "Not found"

    def __init__(self) -> None:
        super().__init__("There is nothing at this path; GET /openapi.json lists what there is.")


class Internal(ServiceError):
    """A mistake of ours; it is in our log under the request's id."""

    kind, slug, title = Kind.UPSTREAM, "internal", "Internal error"


# Where HTTP has a code of its own for what the kinds do not tell apart.
STATUS_OF: Mapping[type[ServiceError], int] = {MethodNotAllowed: 405, HeadersTooLarge: 431, Internal: 500}

_INTERNAL_DETAIL = "Something went wrong on our side. It has been recorded under this request id."
_RESERVED = frozenset({"type", "title", "status", "detail", "instance", "request_id", "errors"})

_log = structlog.get_logger("overture.web")
_encode = msgspec.json.Encoder().encode


def status_of(error: ServiceError | type[ServiceError]) -> int:
    declared = error if isinstance(error, type) else type(error)
    return STATUS_OF.get(declared, STATUS[error.kind])


async def answer_errors(work: Callable[[], Awaitable[Answer | None]]) -> Answer | None:
    """The answer of `work`, or the problem it ended in. Cancellation passes through."""
    try:
        return await work()
    except Exception as error:  # the last line of defence: whatever it is, the caller gets a problem document
        return answer_for(error)


def answer_for(error: Exception) -> Answer:
    """The problem document of an error or of the most severe one in a group."""
    fact = _fact(error)
    status = status_of(fact)
    return Answer(status, _encode(_document(fact, status, request_info())), PROBLEM_JSON, _headers(fact, status))


def _fact(error: Exception) -> ServiceError:
    """The worst fact among the leaves. What is no fact is logged; it is the answer where there is nothing else."""
    causes = list(leaves(error))
    facts = [cause for cause in causes if isinstance(cause, ServiceError)]
    if len(facts) < len(causes):
        _log.error("internal error", exc_info=error)
    return max(facts, key=status_of) if facts else Internal(_INTERNAL_DETAIL)


def _document(fact: ServiceError, status: int, here: RequestInfo) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": TYPE_PREFIX + fact.slug,
        "title": fact.title,
        "status": status,
        "detail": fact.detail,
        "instance": here.instance,
        "request_id": here.request_id,
        "errors": [{"pointer": error.pointer, "detail": error.detail} for error in fact.errors],
    }
    return document | {name: value for name, value in fact.extras.items() if name not in _RESERVED}


def _headers(fact: ServiceError, status: int) -> dict[str, str]:
    headers: dict[str, str] = {}
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="overture"'
    if fact.retry_after_seconds is not None:
        headers["retry-after"] = str(fact.retry_after_seconds)
    elif status == 503:
        headers["retry-after"] = "1"
    if isinstance(fact, MethodNotAllowed):
        headers["allow"] = fact.allowed
    return headers


def exception_handlers() -> dict[Any, ExceptionHandler]:
    """For `Starlette(exception_handlers=...)`: whatever the middleware lets through."""

    def answer(_request: Request, error: Exception) -> Response:
        problem = answer_for(error)
        return Response(problem.body, problem.status, dict(problem.headers), problem.media_type)

    return {Exception: answer}
