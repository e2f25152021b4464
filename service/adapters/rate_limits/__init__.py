"""How often somebody may do something: token buckets, in this process or shared by several.

A bucket is kept as one number, the time at which it will be full again (the field's GCRA): what is missing from it is
what is left until then, and a bucket that is full need not be kept at all.
"""

import math
from dataclasses import dataclass
from typing import Protocol

# Sums of fractions of a second are off by some billionths; a thousandth of a token does not matter.
TOLERATED_TOKENS = 0.001


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of `quota` tokens that fills evenly over `window_seconds`; each request takes one.

    So `quota` at once, and over a long time `quota` per window.
    """

    name: str
    quota: int
    window_seconds: int

    @property
    def token_seconds(self) -> float:
        return self.window_seconds / self.quota


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether there was a token, how many are left, and the seconds until there is one more."""

    is_allowed: bool
    remaining: int
    next_in_seconds: float


class RateLimiter(Protocol):
    async def take(self, key: str, rate: Rate) -> Taken:
        """Take one token from the bucket of `key` under `rate`, or none where none is left. Never fails."""
        ...


def decide(missing_seconds: float, rate: Rate) -> tuple[float, Taken]:
    """What one request makes of a bucket that is full in `missing_seconds`: the same after it, and the answer."""
    after = missing_seconds + rate.token_seconds
    if after > rate.window_seconds + TOLERATED_TOKENS * rate.token_seconds:
        return missing_seconds, taken(missing_seconds, rate, is_allowed=False)
    return after, taken(after, rate, is_allowed=True)


def taken(missing_seconds: float, rate: Rate, *, is_allowed: bool) -> Taken:
    """The answer, by what is missing afterwards."""
    remaining = max(0, math.floor(rate.quota - missing_seconds / rate.token_seconds + TOLERATED_TOKENS))
    until_next = missing_seconds - (rate.quota - remaining - 1) * rate.token_seconds
    return Taken(is_allowed, remaining, max(0.0, until_next))
