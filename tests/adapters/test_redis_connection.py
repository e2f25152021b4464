"""The connection to a real Redis: absent, there, frozen, gone, back; and nobody waits for it longer than a moment."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest
from anyio.abc import TaskGroup

from service.adapters.redis import RedisAway
from service.adapters.redis.connection import COMMAND_TIMEOUT_SECONDS, LATE_IN_A_ROW_MAX, RedisConnection
from tests.redis import RedisServer, forgives_coredis, needs_redis, redis_server

pytestmark = [pytest.mark.process, pytest.mark.anyio, *forgives_coredis, needs_redis]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


@pytest.fixture
async def kept(anyio_backend: str) -> AsyncIterator[TaskGroup]:
    async with anyio.create_task_group() as group:
        yield group
        group.cancel_scope.cancel()


async def connected(redis: RedisConnection, kept: TaskGroup) -> None:
    kept.start_soon(redis.keep)
    with anyio.fail_after(30):
        while not redis.is_up:
            await anyio.sleep(0.01)


async def test_absent_at_start_it_is_away_at_once(server: RedisServer) -> None:
    redis = RedisConnection(server.url)
    with anyio.fail_after(30):
        await redis.keep()
        assert not redis.is_up
        with pytest.raises(RedisAway):
            await redis.ping()


async def test_who_keeps_no_connection_can_ask_all_the_same(server: RedisServer) -> None:
    redis = RedisConnection(server.url)
    with pytest.raises(RedisAway):
        await redis.probe()
    server.start()
    await redis.probe()
    assert not redis.is_up


async def test_values_live_their_time(server: RedisServer, kept: TaskGroup) -> None:
    server.start()
    redis = RedisConnection(server.url)
    await connected(redis, kept)
    await redis.put("a", b"\x00\xff", ttl_seconds=30)
    assert await redis.get("a") == b"\x00\xff"
    assert 29_000 < int(server.command("PTTL a")[1:]) <= 30_000
    await redis.delete("a")
    assert await redis.get("a") is None


async def test_gone_in_between_and_back_again(server: RedisServer, kept: TaskGroup) -> None:
    server.start()
    redis = RedisConnection(server.url)
    await connected(redis, kept)
    for _ in range(3):
        server.stop()
        with pytest.raises(RedisAway):
            await redis.ping()
        assert not redis.is_up
        server.start()
        await connected(redis, kept)
        await redis.ping()
        assert await redis.run_script("return {7}", key="k", arguments=[]) == [7]  # a new server knows no script


async def test_frozen_it_costs_three_moments_and_then_none(server: RedisServer, kept: TaskGroup) -> None:
    server.start()
    redis = RedisConnection(server.url)
    await connected(redis, kept)
    server.freeze()
    try:
        for _ in range(LATE_IN_A_ROW_MAX):
            with pytest.raises(RedisAway):
                await redis.ping()
        assert not redis.is_up
        with pytest.raises(RedisAway), anyio.fail_after(COMMAND_TIMEOUT_SECONDS / 2):
            await redis.ping()
        with anyio.fail_after(30):
            await redis.keep()  # the handshake is not answered
        assert not redis.is_up
    finally:
        server.thaw()
    await connected(redis, kept)


async def test_who_leaves_takes_nobody_along(server: RedisServer, kept: TaskGroup) -> None:
    server.start()
    redis = RedisConnection(server.url)
    await connected(redis, kept)
    for _ in range(50):
        with anyio.move_on_after(0.0005):
            await redis.get("a")
    assert redis.is_up
    await redis.put("a", b"1", ttl_seconds=10)
    assert await redis.get("a") == b"1"


async def test_what_redis_refuses_is_no_error_of_the_callers(server: RedisServer, kept: TaskGroup) -> None:
    server.start()
    redis = RedisConnection(server.url)
    await connected(redis, kept)
    with pytest.raises(RedisAway):
        await redis.run_script("return redis.call('NO-SUCH-COMMAND')", key="k", arguments=[])


async def test_a_password_is_needed_and_not_told(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    server.start()
    server.command("CONFIG SET requirepass right")
    redis = RedisConnection(f"redis://:wr%40ng@127.0.0.1:{server.port}")
    await redis.keep()
    assert not redis.is_up
    assert "wr@ng" not in caplog.text
    assert "wr%40ng" not in caplog.text
