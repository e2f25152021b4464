"""A request's time, and what each attempt inside it may take.

The deadline itself is AnyIO's: the innermost cancel scope knows how much is left. What stands here are the two rules
over it: a caller's patience is capped by ours, and an attempt leaves time to settle what it began.
"""

import math

import anyio

# Releasing a hold and writing the usage row are two short transactions; a tenth of the request's time covers them
# at any request length, and beyond 5 s the database's own bounds have answered anyway.
SETTLE_SHARE = 0.1
SETTLE_RESERVE_MAX_SECONDS = 5.0


def remaining_seconds() -> float:
    """What is left until the nearest deadline around the caller; `inf` where there is none, never negative."""
    return max(0.0, anyio.current_effective_deadline() - anyio.current_time())


def cap_seconds(wanted_seconds: float | None, limit_seconds: float) -> float:
    """The caller's `X-Request-Timeout`, never above our own limit."""
    return limit_seconds if wanted_seconds is None else min(wanted_seconds, limit_seconds)


def attempt_seconds(limit_seconds: float, left_seconds: float) -> float:
    """How long one attempt of a call may take: its own limit, or what is left less the reserve for settling."""
    if math.isinf(left_seconds):
        return limit_seconds
    reserve = min(left_seconds * SETTLE_SHARE, SETTLE_RESERVE_MAX_SECONDS)
    return max(0.0, min(limit_seconds, left_seconds - reserve))
