"""A key outlives the process that took it: whoever asks again gets one e-mail for one coin."""

import gc
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import httpx
import pytest
from sqlalchemy import text

from service.kernel.database import Database
from tests.journeys.commit_catcher import commit_catcher
from tests.journeys.process import Service, running_service
from tests.journeys.slow_page import slow_page
from tests.journeys.test_main_job import REQUEST, RESUME
from tests.postgres import Server

pytestmark = pytest.mark.anyio

# Enough for the second process to be asked while the first one's claim still stands.
ENVIRONMENT = {
    "OVERTURE_SWEEP_SECONDS": "0.2",
    "OVERTURE_HOLD_GRACE_SECONDS": "1",
    "OVERTURE_REQUEST_TIMEOUT_SECONDS": "5",
    "OVERTURE_MAX_IN_FLIGHT_PER_USER": "100",
    "OVERTURE_WELCOME_COINS": "100",
}


Execute = Callable[[str], Awaitable[None]]


def executing(server: Server, database_url: str) -> Execute:
    """What runs a statement as the database's owner, from a thread: asyncpg has its own idea of the loop."""

    async def execute(statement: str) -> None:
        await anyio.to_thread.run_sync(partial(server.execute, statement, url=database_url))

    return execute


@pytest.fixture
def execute(postgres_server: Server, database_url: str) -> Execute:
    return executing(postgres_server, database_url)


async def leases_run_out(execute: Execute) -> None:
    """What a wait for the request's deadline and half a minute would come to."""
    await execute("UPDATE idempotency_keys SET leased_until = clock_timestamp() - interval '1 ms'")


async def time_passes(execute: Execute, interval: str) -> None:
    await execute(f"UPDATE idempotency_keys SET expires_at = expires_at - interval '{interval}'")


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


async def test_killed_in_the_middle_the_key_is_served_after_its_lease(
    database_url: str, execute: Execute, anyio_backend_name: str, tmp_path: Path
) -> None:
    start = partial(
        running_service,
        database_url=database_url,
        backend=anyio_backend_name,
        directory=tmp_path,
        environment=ENVIRONMENT,
    )
    async with slow_page() as page:
        asked = {"job_url": page.url, "resume": RESUME, "recruiter": {"name": "Ada Park"}}
        async with start() as first:
            await first.new_user("grace")
            async with first.client("grace", Idempotency_Key="once") as client, anyio.create_task_group() as group:

                async def cut_off() -> None:
                    with pytest.raises(httpx.TransportError):
                        await client.post("/api/emails/generate", json=asked)

                group.start_soon(cut_off)
                with anyio.fail_after(30):
                    await page.asked.wait()
                first.signal(signal.SIGKILL)
        page.may_answer.set()
        async with start() as second, second.client("grace", Idempotency_Key="once") as client:
            early = await client.post("/api/emails/generate", json=asked)
            assert problem(early) == (409, "idempotency-in-progress")
            assert int(early.headers["Retry-After"]) >= 1
            await leases_run_out(execute)
            late = await client.post("/api/emails/generate", json=asked)
            again = await client.post("/api/emails/generate", json=asked)
            await second.until_nothing_is_held("grace")
            emails, balance = await second.emails("grace"), await second.balance("grace")

    assert late.status_code == 201, late.text
    assert "Idempotency-Replayed" not in late.headers
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.json() == late.json()
    assert [email["id"] for email in emails] == [late.json()["id"]]
    assert balance == {"balance": 99, "reserved": 0, "available": 99}


async def test_killed_between_commit_and_answer_the_repeat_is_the_answer(
    db: Database, database_url: str, anyio_backend_name: str, tmp_path: Path
) -> None:
    """COMMIT has reached the database, and its answer nobody any more: there is no lease to wait for."""
    start = partial(running_service, backend=anyio_backend_name, directory=tmp_path, environment=ENVIRONMENT)
    async with commit_catcher(database_url) as catcher:
        async with start(database_url=catcher.database_url) as first:
            await first.new_user("grace")
            catcher.table = b"INSERT INTO emails"
            async with first.client("grace", Idempotency_Key="once") as client, anyio.create_task_group() as group:

                async def cut_off() -> None:
                    with pytest.raises(httpx.TransportError):
                        await client.post("/api/emails/generate", json=REQUEST)

                group.start_soon(cut_off)
                with anyio.fail_after(30):
                    await catcher.is_caught.wait()
                    while not await db.run_system(lambda tx: tx.scalar(text("SELECT count(*) FROM emails"))):
                        await anyio.sleep(0.01)
                first.signal(signal.SIGKILL)
        async with start(database_url=database_url) as second, second.client("grace", Idempotency_Key="once") as client:
            again = await client.post("/api/emails/generate", json=REQUEST)
            emails, balance = await second.emails("grace"), await second.balance("grace")

    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert [email["id"] for email in emails] == [again.json()["id"]]
    assert balance == {"balance": 99, "reserved": 0, "available": 99}


# A request that is still being sent when its server dies: httpx on trio leaves its body to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_killed_at_any_point_every_key_is_one_email_and_one_coin(
    database_url: str, execute: Execute, anyio_backend_name: str, tmp_path: Path
) -> None:
    """Forty requests on their way, each at another step, when the process dies. Whichever it was, asking again
    completes it once."""
    start = partial(
        running_service,
        database_url=database_url,
        backend=anyio_backend_name,
        directory=tmp_path,
        environment=ENVIRONMENT,
    )
    keys = [f"key {number}" for number in range(40)]
    heard: dict[str, str] = {}
    replayed: set[str] = set()

    async def ask(service: Service, key: str) -> None:
        async with service.client("grace", Idempotency_Key=key) as client:
            answer = await client.post("/api/emails/generate", json=REQUEST)
        assert answer.status_code == 201, answer.text
        if "Idempotency-Replayed" in answer.headers:
            replayed.add(key)
        assert heard.setdefault(key, answer.json()["id"]) == answer.json()["id"]

    async def ask_until_it_dies(service: Service, key: str) -> None:
        try:
            await ask(service, key)
        except httpx.TransportError:
            return
        if len(heard) == 10:
            service.signal(signal.SIGKILL)

    async with start() as first:
        await first.new_user("grace")
        async with anyio.create_task_group() as group:
            for key in keys:
                group.start_soon(ask_until_it_dies, first, key)
                await anyio.sleep(0.005)
    heard_before = set(heard)
    await leases_run_out(execute)
    async with start() as second:
        async with anyio.create_task_group() as group:
            for key in keys:
                group.start_soon(ask, second, key)
        await second.until_nothing_is_held("grace")
        balance = await second.balance("grace")
        async with second.client("grace") as client:
            emails = (await client.get("/api/emails", params={"limit": 100})).json()["items"]

    print(f"{len(heard_before)} answers heard, {len(replayed - heard_before)} committed unheard, of {len(keys)}")
    assert heard_before <= replayed
    assert 10 <= len(heard_before) < 40
    assert sorted(email["id"] for email in emails) == sorted(heard.values())
    assert len(set(heard.values())) == 40
    assert balance == {"balance": 60, "reserved": 0, "available": 60}
    gc.collect()  # here, where it is forgiven


async def test_an_answer_is_kept_for_a_day_and_no_longer(standing: Service, postgres_server: Server) -> None:
    user, execute = await standing.somebody(), executing(postgres_server, standing.database_url)
    async with standing.client(user, Idempotency_Key="daily") as client:
        first = await client.post("/api/emails/generate", json=REQUEST)
        await time_passes(execute, "23 hours 59 minutes")
        same_day = await client.post("/api/emails/generate", json=REQUEST)
        await time_passes(execute, "1 minute")
        next_day = await client.post("/api/emails/generate", json=REQUEST)
    balance = await standing.balance(user)

    assert [answer.status_code for answer in (first, same_day, next_day)] == [201, 201, 201]
    assert same_day.json() == first.json()
    assert "Idempotency-Replayed" not in next_day.headers
    assert next_day.json()["id"] != first.json()["id"]
    assert balance["balance"] == 998
