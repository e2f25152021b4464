"""The fake that ships beside the cache."""

import math

import anyio
import pytest

from service.adapters.cache.scripted import ScriptedCache

pytestmark = pytest.mark.anyio


async def test_it_keeps_what_it_is_given_and_remembers_what_it_was_asked() -> None:
    cache = ScriptedCache()
    await cache.put("a", b"1", ttl_seconds=5)
    assert [await cache.get("a"), await cache.get("b")] == [b"1", None]
    assert (cache.asked, cache.ttls) == (["a", "b"], {"a": 5})
    await cache.forget("a")
    assert await cache.get("a") is None


async def test_it_loses_what_it_is_given_when_told_to() -> None:
    cache = ScriptedCache(is_forgetful=True)
    await cache.put("a", b"1", ttl_seconds=5)
    assert await cache.get("a") is None


async def test_it_hangs_until_it_is_cancelled() -> None:
    cache = ScriptedCache({"a": b"1"}, delay_seconds=math.inf)
    with anyio.move_on_after(0.01) as limit:
        await cache.get("a")
    assert limit.cancelled_caught
