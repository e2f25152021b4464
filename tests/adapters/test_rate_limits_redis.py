"""The same buckets through Redis, and what happens where it is not."""

from collections.abc import AsyncIterator, Iterator

import anyio
import pytest

from service.adapters.rate_limits import Rate
from service.adapters.rate_limits.in_process import InProcessRateLimiter
from service.adapters.rate_limits.redis import KEY_PREFIX, RedisRateLimiter, bucket_key
from service.adapters.rate_limits.scripted import ScriptedRateLimiter
from service.adapters.redis.connection import RedisConnection
from service.adapters.redis.scripted import ScriptedRedis
from tests.redis import RedisServer, forgives_coredis, needs_redis, redis_server

pytestmark = [pytest.mark.process, pytest.mark.anyio, *forgives_coredis]

TEN = Rate("ten", quota=10, window_seconds=600)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as running:
        running.start()
        yield running


@pytest.fixture
async def redis(server: RedisServer, anyio_backend: str) -> AsyncIterator[RedisConnection]:
    connection = RedisConnection(server.url)
    async with anyio.create_task_group() as group:
        group.start_soon(connection.keep)
        with anyio.fail_after(30):
            while not connection.is_up:
                await anyio.sleep(0.01)
        yield connection
        group.cancel_scope.cancel()


@needs_redis
async def test_redis_decides_as_this_process_would(redis: RedisConnection, server: RedisServer) -> None:
    server.command("FLUSHALL")
    shared = RedisRateLimiter(redis, otherwise=ScriptedRateLimiter(left=0))
    own = InProcessRateLimiter()
    for _ in range(13):
        by_redis, by_us = await shared.take("ada", TEN), await own.take("ada", TEN)
        assert (by_redis.is_allowed, by_redis.remaining) == (by_us.is_allowed, by_us.remaining)
        assert by_redis.next_in_seconds == pytest.approx(by_us.next_in_seconds, abs=1.0)
    assert (await shared.take("bob", TEN)).remaining == 9


@needs_redis
async def test_two_processes_share_a_bucket(server: RedisServer, redis: RedisConnection) -> None:
    server.command("FLUSHALL")
    first = RedisRateLimiter(redis, otherwise=ScriptedRateLimiter(left=0))
    second = RedisRateLimiter(redis, otherwise=ScriptedRateLimiter(left=0))
    allowed: list[bool] = []

    async def ask(limiter: RedisRateLimiter) -> None:
        allowed.append((await limiter.take("ada", TEN)).is_allowed)

    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(ask, first)
            group.start_soon(ask, second)
    assert sorted(allowed) == [False] * 10 + [True] * 10


@needs_redis
async def test_a_bucket_comes_back_and_leaves_nothing_behind(redis: RedisConnection, server: RedisServer) -> None:
    server.command("FLUSHALL")
    limiter = RedisRateLimiter(redis, otherwise=ScriptedRateLimiter(left=0))
    fast = Rate("fast", quota=2, window_seconds=1)
    assert [(await limiter.take("ada", fast)).is_allowed for _ in range(3)] == [True, True, False]
    assert server.command("DBSIZE") == b":1\r\n"
    milliseconds = int(server.command(f"PTTL {bucket_key('ada', fast)}")[1:])
    assert 0 < milliseconds <= 1000
    with anyio.fail_after(30):
        while not (await limiter.take("ada", fast)).is_allowed:
            await anyio.sleep(0.05)
        while server.command("DBSIZE") != b":0\r\n":
            await anyio.sleep(0.05)


@needs_redis
async def test_a_bucket_from_before_the_clock_was_set_back_is_empty_for_a_window_at_most(
    redis: RedisConnection, server: RedisServer
) -> None:
    limiter = RedisRateLimiter(redis, otherwise=ScriptedRateLimiter(left=0))
    server.command(f"SET {bucket_key('eve', TEN)} 9000000000000000")
    taken = await limiter.take("eve", TEN)
    assert not taken.is_allowed
    assert taken.next_in_seconds <= TEN.token_seconds


@needs_redis
async def test_what_is_no_number_is_a_full_bucket(redis: RedisConnection, server: RedisServer) -> None:
    limiter = RedisRateLimiter(redis, otherwise=ScriptedRateLimiter(left=0))
    server.command(f"SET {bucket_key('mallory', TEN)} nonsense")
    assert (await limiter.take("mallory", TEN)).remaining == 9


async def test_no_name_stands_in_redis() -> None:
    key = bucket_key("user:ada@example.com", TEN)
    assert key.startswith(f"{KEY_PREFIX}ten:")
    assert "user" not in key
    assert key != bucket_key("user:bob@example.com", TEN)


async def test_without_redis_this_process_decides_and_with_it_again_redis() -> None:
    redis = ScriptedRedis(answer=lambda _key, _arguments: [1, 60_000_000])
    limiter = RedisRateLimiter(redis, otherwise=InProcessRateLimiter())
    assert (await limiter.take("ada", TEN)).remaining == 9
    redis.is_up = False
    assert [(await limiter.take("ada", TEN)).is_allowed for _ in range(11)] == [True] * 10 + [False]
    redis.is_up = True
    assert (await limiter.take("ada", TEN)).is_allowed
