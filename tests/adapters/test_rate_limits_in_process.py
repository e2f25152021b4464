"""Token buckets: how many at once, how many over time, and how many buckets there may be."""

import math

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.rate_limits import Rate, decide
from service.adapters.rate_limits.in_process import InProcessRateLimiter

TEN = Rate("ten", quota=10, window_seconds=60)


@pytest.mark.trio
async def test_a_quota_at_once_and_one_more_as_each_token_comes(autojump_clock: trio.testing.MockClock) -> None:
    limiter = InProcessRateLimiter()
    at_once = [await limiter.take("ada", TEN) for _ in range(11)]
    assert [taken.is_allowed for taken in at_once] == [True] * 10 + [False]
    assert [taken.remaining for taken in at_once] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    assert [taken.next_in_seconds for taken in at_once] == pytest.approx([6.0] * 11)

    await trio.sleep(5.9)
    refused = await limiter.take("ada", TEN)
    assert (refused.is_allowed, refused.remaining) == (False, 0)
    assert refused.next_in_seconds == pytest.approx(0.1)
    await trio.sleep(0.1)
    assert (await limiter.take("ada", TEN)).is_allowed
    assert not (await limiter.take("ada", TEN)).is_allowed


@pytest.mark.trio
async def test_who_is_refused_loses_nothing_by_asking(autojump_clock: trio.testing.MockClock) -> None:
    limiter = InProcessRateLimiter()
    for _ in range(10):
        await limiter.take("ada", TEN)
    for _ in range(100):
        assert not (await limiter.take("ada", TEN)).is_allowed
    await trio.sleep(60)
    assert [(await limiter.take("ada", TEN)).is_allowed for _ in range(11)] == [True] * 10 + [False]


@pytest.mark.anyio
async def test_buckets_are_per_key_and_per_rate() -> None:
    limiter = InProcessRateLimiter()
    one = Rate("one", quota=1, window_seconds=60)
    other = Rate("other", quota=1, window_seconds=60)
    assert [(await limiter.take(key, rate)).is_allowed for key in ("ada", "bob") for rate in (one, other)] == [True] * 4
    assert not (await limiter.take("ada", one)).is_allowed


@pytest.mark.anyio
async def test_buckets_are_bounded_and_who_asks_stays() -> None:
    limiter = InProcessRateLimiter(buckets_max=3)
    one = Rate("one", quota=1, window_seconds=3600)
    assert (await limiter.take("ada", one)).is_allowed
    for number in range(100):
        assert (await limiter.take(f"passer-by {number}", one)).is_allowed
        assert not (await limiter.take("ada", one)).is_allowed
    assert limiter.buckets == 3


@given(
    st.integers(1, 50),
    st.integers(1, 600),
    st.lists(st.floats(0, 100), max_size=100),
)
def test_never_more_than_a_quota_and_what_has_come_since(quota: int, window: int, pauses: list[float]) -> None:
    rate = Rate("any", quota, window)
    missing, elapsed, allowed = 0.0, 0.0, 0
    for pause in pauses:
        elapsed += pause
        missing, taken = decide(max(0.0, missing - pause), rate)
        allowed += taken.is_allowed
        assert 0 <= taken.remaining < quota
        assert 0 <= taken.next_in_seconds <= rate.token_seconds * 1.001
        if not taken.is_allowed:  # who waits as long as told is served
            assert decide(max(0.0, missing - taken.next_in_seconds), rate)[1].is_allowed
    assert allowed <= quota + math.floor(elapsed / rate.token_seconds + 0.01)
