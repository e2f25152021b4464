"""What the cache keeps, for how long, and what it lets go first."""

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.cache.in_process import InProcessCache


@pytest.mark.trio
async def test_a_value_lives_its_time_and_no_longer(autojump_clock: trio.testing.MockClock) -> None:
    cache = InProcessCache()
    await cache.put("a", b"1", ttl_seconds=10)
    await trio.sleep(9.9)
    assert await cache.get("a") == b"1"
    await trio.sleep(0.2)
    assert await cache.get("a") is None
    assert (cache.entries, cache.bytes_held) == (0, 0)


@pytest.mark.trio
async def test_a_new_value_has_a_new_time(autojump_clock: trio.testing.MockClock) -> None:
    cache = InProcessCache()
    await cache.put("a", b"1", ttl_seconds=10)
    await trio.sleep(9)
    await cache.put("a", b"2", ttl_seconds=10)
    await trio.sleep(9)
    assert await cache.get("a") == b"2"


@pytest.mark.anyio
async def test_the_least_recently_used_goes_first() -> None:
    cache = InProcessCache(entries_max=2)
    await cache.put("a", b"1", ttl_seconds=60)
    await cache.put("b", b"2", ttl_seconds=60)
    assert await cache.get("a") == b"1"
    await cache.put("c", b"3", ttl_seconds=60)
    assert [await cache.get(key) for key in "abc"] == [b"1", None, b"3"]


@pytest.mark.anyio
async def test_bytes_are_bounded_and_what_is_larger_than_all_is_not_kept() -> None:
    cache = InProcessCache(bytes_max=10)
    await cache.put("a", b"1234", ttl_seconds=60)
    await cache.put("b", b"1234", ttl_seconds=60)
    assert cache.bytes_held == 10
    await cache.put("c", b"1", ttl_seconds=60)
    assert [await cache.get(key) for key in "abc"] == [None, b"1234", b"1"]
    await cache.put("b", b"1234567890", ttl_seconds=60)
    assert [await cache.get(key) for key in "bc"] == [None, b"1"]


@pytest.mark.anyio
async def test_what_has_no_time_to_live_takes_the_old_value_out() -> None:
    cache = InProcessCache()
    await cache.put("a", b"1", ttl_seconds=60)
    await cache.put("a", b"2", ttl_seconds=0)
    assert await cache.get("a") is None


@pytest.mark.anyio
async def test_forgetting_is_for_what_is_there_and_what_is_not() -> None:
    cache = InProcessCache()
    await cache.put("a", b"1", ttl_seconds=60)
    await cache.forget("a")
    await cache.forget("a")
    assert await cache.get("a") is None
    assert (cache.entries, cache.bytes_held) == (0, 0)


@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "get", "forget"]), st.sampled_from("abcdef"), st.binary(max_size=12)),
        max_size=60,
    )
)
def test_whatever_is_done_the_bounds_hold_and_no_answer_is_stale(steps: list[tuple[str, str, bytes]]) -> None:
    async def play() -> None:
        cache = InProcessCache(entries_max=3, bytes_max=20)
        last: dict[str, bytes] = {}
        for verb, key, value in steps:
            if verb == "put":
                await cache.put(key, value, ttl_seconds=60)
                last[key] = value
            elif verb == "forget":
                await cache.forget(key)
                last.pop(key, None)
            else:
                assert await cache.get(key) in (None, last.get(key))
            assert cache.entries <= 3
            assert cache.bytes_held <= 20

    trio.run(play)
