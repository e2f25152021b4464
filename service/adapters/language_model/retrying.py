"""Why an attempt failed, whether another makes sense, and when. Pure."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# The first try included; the fallback chain stands behind them.
TRIES_MAX = 3

# A rate limit or a restart passes in a second or two; a person is waiting.
FIRST_PAUSE_SECONDS = 0.5
PAUSE_MAX_SECONDS = 8.0

# Who asks for more patience than this is not waited for: the next model, or an honest failure, is worth more.
RETRY_AFTER_MAX_SECONDS = 20.0

RATE_LIMITED = 429


class AttemptFailed(Exception):
    """No answer from one attempt. `reason` is in our words: a provider's may repeat the prompt, the key, or both.

    `is_passing`: the same call may well succeed in a moment. `may_differ`: it failed by what the model said, or by how
    slowly, so another model is better, and where there is none, another try. `retry_after_seconds`: what the provider
    asked for.
    """

    def __init__(
        self,
        reason: str,
        *,
        is_passing: bool = False,
        may_differ: bool = False,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_passing = is_passing
        self.may_differ = may_differ
        self.retry_after_seconds = retry_after_seconds


def is_passing_status(status: int) -> bool:
    return status in {408, RATE_LIMITED} or status >= 500


def pause_seconds(
    failure: AttemptFailed, *, tried: int, has_next: bool, jitter: Callable[[], float], left_seconds: float
) -> float:
    """How long to wait before the next try of the same model; `inf`: do not try it again.

    `tried` counts from 1; `has_next`: there is another model to ask; `jitter` gives 0 to 1. What was asked for by
    Retry-After is kept to, and a little more, so that all who were told the same second do not come back together.
    """
    if failure.may_differ and not has_next and tried == 1 and left_seconds > 0:
        return 0.0
    asked = failure.retry_after_seconds
    if not failure.is_passing or tried >= TRIES_MAX or (asked or 0.0) > RETRY_AFTER_MAX_SECONDS:
        return math.inf
    step = min(FIRST_PAUSE_SECONDS * 2 ** (tried - 1), PAUSE_MAX_SECONDS)
    pause = step * (1 + jitter()) / 2 if asked is None else asked + FIRST_PAUSE_SECONDS * jitter()
    return pause if pause < left_seconds else math.inf


def retry_after_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """What `Retry-After` asks for, as seconds or as a date (RFC 9110, 10.2.3), or the finer `retry-after-ms`."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None
