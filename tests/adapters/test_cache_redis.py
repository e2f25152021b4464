"""A shared cache: what is kept where, for how long, and what happens without Redis."""

from pathlib import Path

import anyio
import pytest

from service.adapters.cache.in_process import InProcessCache
from service.adapters.cache.redis import KEY_PREFIX, VALUE_MAX_BYTES, RedisCache
from service.adapters.cache.scripted import ScriptedCache
from service.adapters.redis.connection import RedisConnection
from service.adapters.redis.scripted import ScriptedRedis
from tests.redis import forgives_coredis, needs_redis, redis_server

pytestmark = [pytest.mark.process, pytest.mark.anyio, *forgives_coredis]


def cache(redis: ScriptedRedis, *, version: str = "1") -> RedisCache:
    return RedisCache(redis, otherwise=InProcessCache(), version=version)


async def test_a_value_is_shared_and_has_its_time() -> None:
    redis = ScriptedRedis()
    await cache(redis).put("a", b"1", ttl_seconds=60)
    assert await cache(redis).get("a") == b"1"
    assert list(redis.ttls.values()) == [60]
    await cache(redis).forget("a")
    assert await cache(redis).get("a") is None


@needs_redis
async def test_in_a_real_redis_a_value_ends_with_its_time(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        server.start()
        connection = RedisConnection(server.url)
        one, other = (RedisCache(connection, otherwise=ScriptedCache(), version="1") for _ in range(2))
        async with anyio.create_task_group() as group:
            group.start_soon(connection.keep)
            with anyio.fail_after(30):
                while not connection.is_up:
                    await anyio.sleep(0.01)
                await one.put("a", b"\x00\xff\r\n", ttl_seconds=0.3)
                assert await other.get("a") == b"\x00\xff\r\n"
                while await other.get("a") is not None:
                    await anyio.sleep(0.05)
            assert server.command("DBSIZE") == b":0\r\n"
            group.cancel_scope.cancel()


async def test_no_key_is_anothers_and_none_shows_whose_it_is() -> None:
    redis = ScriptedRedis()
    for key in ("user:ada", "user:ada ", "user:ada\n", "github:\udcff", "x" * 10_000):
        await cache(redis).put(key, key.encode("utf-8", "surrogatepass"), ttl_seconds=60)
    assert len(redis.values) == 5
    assert all(place.startswith(f"{KEY_PREFIX}1:") and len(place) < 100 for place in redis.values)
    assert "user" not in "".join(redis.values)


async def test_another_version_has_values_of_its_own() -> None:
    redis = ScriptedRedis()
    await cache(redis, version="1").put("a", b"old form", ttl_seconds=60)
    assert await cache(redis, version="2").get("a") is None


async def test_what_is_too_large_or_has_no_time_takes_the_old_value_out() -> None:
    redis = ScriptedRedis()
    for value, ttl_seconds in ((b"x" * (VALUE_MAX_BYTES + 1), 60.0), (b"x", 0.0)):
        await cache(redis).put("a", b"1", ttl_seconds=60)
        await cache(redis).put("a", value, ttl_seconds=ttl_seconds)
        assert await cache(redis).get("a") is None


async def test_without_redis_this_process_remembers_for_itself() -> None:
    redis = ScriptedRedis(is_up=False)
    own = cache(redis)
    await own.put("a", b"1", ttl_seconds=60)
    assert await own.get("a") == b"1"
    assert await cache(redis).get("a") is None
    await own.forget("a")
    assert await own.get("a") is None


async def test_what_is_forgotten_while_redis_is_there_is_not_remembered_when_it_goes() -> None:
    redis = ScriptedRedis(is_up=False)
    own = cache(redis)
    await own.put("a", b"1", ttl_seconds=60)
    redis.is_up = True
    await own.forget("a")
    redis.is_up = False
    assert await own.get("a") is None
