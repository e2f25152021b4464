"""The W3C trace context of the work being done, for calls that are made on its behalf.

`web` sets it for each request; adapters send `outgoing()` as the header `traceparent`.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# Version 00 of https://www.w3.org/TR/trace-context/; a later version may carry more behind it.
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(-.*)?"
)
_FLAG_SAMPLED = 0x01


@dataclass(frozen=True, slots=True)
class Trace:
    """`span` is our own part of the trace; the parent of what we call."""

    trace: str
    span: str
    is_sampled: bool = False


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def continue_trace(traceparent: str | None, *, random_hex: str) -> Trace:
    """Our part of the caller's trace, or of a new one where the header is missing or wrong; `random_hex` is 32 digits
    of fresh randomness. A wrong header restarts the trace, as the recommendation asks, and is no error."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None or not int(found["trace"], 16) or not int(found["span"], 16):
        return Trace(random_hex, random_hex[:16])
    return Trace(found["trace"], random_hex[:16], bool(int(found["flags"], 16) & _FLAG_SAMPLED))


@contextmanager
def tracing(trace: Trace) -> Generator[None]:
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)


def outgoing() -> str | None:
    """The `traceparent` to send along; None outside any request."""
    if (trace := _current.get()) is None:
        return None
    return f"00-{trace.trace}-{trace.span}-{int(trace.is_sampled):02x}"
