"""Errors are facts with a kind. They are raised where the fact is known; `web.problems` alone knows status codes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, cast


class Kind(StrEnum):
    """What sort of fact an error states, in terms of what its reader should do about it."""

    MALFORMED = "malformed"  # cannot be read at all: mend the encoding
    INVALID = "invalid"  # read, and wrong: mend the named fields
    UNAUTHENTICATED = "unauthenticated"  # say who you are
    FORBIDDEN = "forbidden"  # known, and not allowed
    PAYMENT = "payment"  # not enough coins
    MISSING = "missing"  # not there, or not yours
    CONFLICT = "conflict"  # the state of the thing does not allow it
    PRECONDITION = "precondition"  # it changed since you looked
    TOO_LARGE = "too_large"
    TOO_SLOW_A_CALLER = "too_slow_a_caller"  # the request itself did not arrive in time
    UNSUPPORTED = "unsupported"  # a method or media type that is not served here
    RATE = "rate"  # later, and less often
    DEADLINE = "deadline"  # the caller's time ran out
    UPSTREAM = "upstream"  # somebody we depend on failed
    UNAVAILABLE = "unavailable"  # we cannot serve right now


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one place of the input; `pointer` is a JSON Pointer (RFC 6901)."""

    pointer: str
    detail: str


def pointer_step(name: str) -> str:
    """One step of a JSON Pointer, escaped; a name that no encoding takes comes back in a form that encodes."""
    return "/" + name.replace("~", "~0").replace("/", "~1").encode("utf-8", "backslashreplace").decode()


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The error itself, or what its exception groups hold, however deep."""
    if isinstance(error, BaseExceptionGroup):
        for inner in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from leaves(inner)
    else:
        yield error


class ServiceError(Exception):
    """The root of every error that may be shown to a caller.

    A subclass declares its `kind` and its `slug` (stable, the end of the problem's `type`) and a `title`;
    the instance says what happened, to what, and what to do. `extras` become members of the problem document.
    """

    kind: ClassVar[Kind]
    slug: ClassVar[str]
    title: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        extras: Mapping[str, Any] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.extras = dict(extras or {})
        self.retry_after_seconds = retry_after_seconds


class InvalidRequest(ServiceError):
    """Well-formed, and wrong: `errors` names the places."""

    kind, slug, title = Kind.INVALID, "invalid-request", "The request is not valid"


class NotFound(ServiceError):
    """It does not exist, or is not the caller's; an answer never shows which."""

    kind, slug, title = Kind.MISSING, "not-found", "Not found"


class DeadlineExceeded(ServiceError):
    """The time of the request ran out; everything done for it was undone."""

    kind, slug, title = Kind.DEADLINE, "deadline-exceeded", "The deadline was exceeded"


class Overloaded(ServiceError):
    """More is in flight than this process serves; nothing was started."""

    kind, slug, title = Kind.UNAVAILABLE, "overloaded", "Over capacity"


class Unavailable(ServiceError):
    """Something this service stands on is not there right now."""

    kind, slug, title = Kind.UNAVAILABLE, "unavailable", "Temporarily unavailable"
