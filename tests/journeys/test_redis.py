"""Redis comes and goes under load, and nobody notices but the operators: no request fails for it, and while it is
there two processes limit as one."""

import math
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from service.access.rates import FETCH
from tests.journeys.process import Service, running_service
from tests.redis import RedisServer, needs_redis, redis_server

pytestmark = [pytest.mark.process, pytest.mark.anyio, needs_redis]

# Answered at once, and counted like any other: the address is refused before anything is fetched.
UNFETCHABLE = {"url": "ftp://example.com/job"}
# Until the process has noticed: it tries once a second.
NOTICED_WITHIN_SECONDS = 60
LANES = 8


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


async def until_health_is(service: Service, expected: str) -> None:
    async with service.client("nobody") as client:
        with anyio.fail_after(NOTICED_WITHIN_SECONDS):
            while (health := (await client.get("/health")).json())["status"] != expected:
                await anyio.sleep(0.05)
            assert health["checks"]["redis"]["status"] == ("ok" if expected == "ok" else "failing")
            assert (await client.get("/health/ready")).status_code == 200


async def test_stopped_frozen_and_started_again_under_load_no_request_fails(
    server: RedisServer, database_url: str, anyio_backend_name: str, tmp_path: Path
) -> None:
    statuses: Counter[int] = Counter()
    is_over = False

    async def load(service: Service, lane: int) -> None:
        async with service.client(f"user-{lane}") as client:
            while not is_over:
                answer = await client.get("/api/credits/balance")
                statuses[answer.status_code] += 1
                assert answer.status_code in {200, 429}, answer.text
                assert answer.headers["RateLimit-Policy"] == '"read";q=600;w=60'
                assert answer.headers["RateLimit"].startswith('"read";r=')
                await anyio.sleep(0.02)

    async with running_service(
        database_url=database_url,
        backend=anyio_backend_name,
        directory=tmp_path,
        environment={"REDIS_URL": server.url},
    ) as service:
        for lane in range(LANES):
            await service.new_user(f"user-{lane}")
        await until_health_is(service, "degraded")  # absent at start
        async with anyio.create_task_group() as group:
            for lane in range(LANES):
                group.start_soon(load, service, lane)
            for _ in range(2):
                await anyio.to_thread.run_sync(server.start)
                await until_health_is(service, "ok")
                await anyio.sleep(0.3)
                server.freeze()
                await until_health_is(service, "degraded")
                server.thaw()
                await until_health_is(service, "ok")
                await anyio.to_thread.run_sync(server.stop)
                await until_health_is(service, "degraded")
            is_over = True
        log = service.log.read_text(encoding="utf-8")

    assert statuses[200] > 0
    assert set(statuses) <= {200, 429}
    assert "Traceback" not in log
    # Once for each absence, however many requests met it: at the start, and twice frozen and gone.
    assert 1 <= log.count("redis is unreachable") <= 10


async def test_two_processes_limit_as_one_while_redis_is_there(
    server: RedisServer, database_url: str, anyio_backend_name: str, tmp_path: Path
) -> None:
    await anyio.to_thread.run_sync(server.start)
    start = partial(
        running_service,
        database_url=database_url,
        backend=anyio_backend_name,
        directory=tmp_path,
        environment={"REDIS_URL": server.url},
    )
    async with start() as first, start() as second:
        await first.new_user("grace")
        for service in (first, second):
            await until_health_is(service, "ok")
        together, brought = await allowed(first, second)
        await anyio.to_thread.run_sync(server.stop)
        for service in (first, second):
            await until_health_is(service, "degraded")
        assert FETCH.quota <= together <= FETCH.quota + brought
        apart, brought = await allowed(first, second)
    # Without Redis each process has a quota of its own.
    assert 2 * FETCH.quota <= apart <= 2 * (FETCH.quota + brought)


async def allowed(*services: Service) -> tuple[int, int]:
    """How many of three quotas' requests, in turn to each process, are let in, and how many the time has brought."""
    count, began = 0, anyio.current_time()
    async with services[0].client("grace") as first, services[1].client("grace") as second:
        for number in range(3 * FETCH.quota):
            answer = await (second if number % 2 else first).get("/api/job-context", params=UNFETCHABLE)
            assert answer.status_code in {422, 429}, answer.text
            count += answer.status_code == 422
            if answer.status_code == 429:
                assert answer.json()["type"].endswith("/rate-limited")
                assert int(answer.headers["Retry-After"]) >= 1
    return count, math.ceil((anyio.current_time() - began) / FETCH.token_seconds)


async def test_what_stands_in_redis_names_nobody_and_ends(
    server: RedisServer, database_url: str, anyio_backend_name: str, tmp_path: Path
) -> None:
    await anyio.to_thread.run_sync(server.start)
    async with running_service(
        database_url=database_url, backend=anyio_backend_name, directory=tmp_path, environment={"REDIS_URL": server.url}
    ) as service:
        await until_health_is(service, "ok")
        await service.new_user("canary-grace")
        await service.balance("canary-grace")
    keys = server.command("KEYS *").decode().split("\r\n")
    names = [line for line in keys if line.startswith("overture:")]
    assert names
    for name in names:
        assert "canary" not in name
        assert "canary" not in server.command(f"GET {name}").decode()
        assert 0 < int(server.command(f"PTTL {name}")[1:]) <= 60_000
