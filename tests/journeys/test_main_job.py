"""The main job as a caller lives it: over HTTP, against a process of its own, on both backends."""

import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import anyio
import httpx
import pytest

from tests.journeys.process import Service, running_service
from tests.journeys.slow_page import slow_page

pytestmark = pytest.mark.anyio

POSTING = """Backend Engineer at Acme

Requirements
- Five years of Python
- PostgreSQL in production

Responsibilities
- Build the billing service
"""
RESUME = {
    "basics": {"name": "Grace Example", "email": "grace@example.com"},
    "work": [
        {
            "name": "Globex",
            "position": "Engineer",
            "startDate": "2019-01",
            "highlights": ["Moved billing to PostgreSQL and Python without an hour of downtime"],
        }
    ],
    "skills": [{"name": "Backend", "keywords": ["Python", "PostgreSQL"]}],
}
REQUEST = {"job_text": POSTING, "resume": RESUME, "recruiter": {"name": "Ada Park", "company": "Acme"}}


ENVIRONMENT = {"OVERTURE_MAX_IN_FLIGHT_PER_USER": "100", "OVERTURE_SWEEP_SECONDS": "1"}


@pytest.fixture(scope="module")
async def service(
    database_url: str, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """One for all tests that leave it running: users are to be new ones."""
    async with running_service(
        database_url=database_url,
        backend=anyio_backend,
        directory=tmp_path_factory.mktemp(anyio_backend),
        environment=ENVIRONMENT,
    ) as running:
        yield running


async def test_from_a_new_user_to_a_charged_email(service: Service) -> None:
    user = await service.somebody()
    async with service.client(user) as client:
        written = await client.post("/api/emails/generate", json=REQUEST)
        assert written.status_code == 201, written.text
        email = written.json()
        read = (await client.get(f"/api/emails/{email['id']}")).json()
        transactions = (await client.get("/api/credits/transactions")).json()["items"]

    assert email["status"] == "draft"
    assert email["job_context"]["company"] == "Acme"
    assert "\n" not in email["subject"]
    assert "Grace Example" in email["body"]
    assert {line["source"] for line in email["evidence"]} >= {"resume"}
    assert email["missing"] == []
    assert email["usage"]["provider"] == "offline"
    assert email["credits"] == {"charged": 1, "available": 9}
    assert read["body"] == email["body"]
    assert [line["type"] for line in transactions] == ["charge", "reserve", "grant"]
    assert await service.balance(user) == {"balance": 9, "reserved": 0, "available": 9}


async def test_sixty_at_once_on_ten_coins(service: Service) -> None:
    user = await service.somebody()
    statuses: list[int] = []

    async with service.client(user) as client:

        async def generate() -> None:
            statuses.append((await client.post("/api/emails/generate", json=REQUEST)).status_code)

        async with anyio.create_task_group() as group:
            for _ in range(60):
                group.start_soon(generate)

    assert sorted(statuses) == [201] * 10 + [402] * 50
    assert await service.balance(user) == {"balance": 0, "reserved": 0, "available": 0}
    assert len(await service.emails(user)) == 10


async def test_forty_repeats_of_one_key_are_one_email(service: Service) -> None:
    user = await service.somebody()
    answers: list[httpx.Response] = []

    async with service.client(user, Idempotency_Key="once") as client:

        async def generate() -> None:
            answers.append(await client.post("/api/emails/generate", json=REQUEST))

        async with anyio.create_task_group() as group:
            for _ in range(40):
                group.start_soon(generate)
        again = await client.post("/api/emails/generate", json=REQUEST)
        other = await client.post("/api/emails/generate", json={**REQUEST, "tone": "warm"})

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency-mismatch")
    assert len(await service.emails(user)) == 1
    assert (await service.balance(user))["available"] == 9


async def test_the_caller_leaves_and_the_coin_comes_back(service: Service) -> None:
    user = await service.somebody()
    async with slow_page() as page:
        leaving = {"job_url": page.url, "resume": RESUME, "recruiter": {"name": "Ada Park"}}
        async with service.client(user) as client, anyio.create_task_group() as group:
            group.start_soon(lambda: client.post("/api/emails/generate", json=leaving))
            with anyio.fail_after(30):
                await page.asked.wait()
            assert (await service.balance(user))["reserved"] == 1
            group.cancel_scope.cancel()
        await service.until_nothing_is_held(user)
    assert await service.balance(user) == {"balance": 10, "reserved": 0, "available": 10}
    assert await service.emails(user) == []
    await service.is_at_rest()


async def test_time_runs_out_and_the_coin_comes_back(service: Service) -> None:
    user = await service.somebody()
    async with slow_page() as page, service.client(user, X_Request_Timeout="0.5") as client:
        request = {"job_url": page.url, "recruiter": {"name": "Ada Park"}}
        answer = await client.post("/api/emails/generate", json=request)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (504, "deadline-exceeded")
    await service.until_nothing_is_held(user)
    assert await service.emails(user) == []
    await service.is_at_rest()


async def test_sigterm_lets_the_request_in_flight_finish(
    database_url: str, anyio_backend_name: str, tmp_path: Path
) -> None:
    answers: list[httpx.Response] = []
    async with (
        slow_page() as page,
        running_service(database_url=database_url, backend=anyio_backend_name, directory=tmp_path) as service,
    ):
        request = {"job_url": page.url, "resume": RESUME, "recruiter": {"name": "Ada Park"}}
        async with service.client(await service.somebody()) as client, anyio.create_task_group() as group:

            async def generate() -> None:
                answers.append(await client.post("/api/emails/generate", json=request))

            group.start_soon(generate)
            with anyio.fail_after(30):
                await page.asked.wait()
            service.signal(signal.SIGTERM)
            page.may_answer.set()
        assert await service.exit_code() == 0
    assert [answer.status_code for answer in answers] == [201]
    assert answers[0].json()["job_context"]["title"] == "Backend Engineer"


async def test_after_a_kill_the_sweeper_gives_the_coin_back(
    database_url: str, anyio_backend_name: str, tmp_path: Path
) -> None:
    start = partial(
        running_service,
        database_url=database_url,
        backend=anyio_backend_name,
        directory=tmp_path,
        environment={
            "OVERTURE_SWEEP_SECONDS": "0.2",
            "OVERTURE_HOLD_GRACE_SECONDS": "1",
            "OVERTURE_REQUEST_TIMEOUT_SECONDS": "5",
        },
    )
    async with slow_page() as page:
        async with start() as first:
            await first.new_user("grace")
            async with first.client("grace") as client, anyio.create_task_group() as group:

                async def cut_off() -> None:
                    with pytest.raises(httpx.TransportError):
                        await client.post(
                            "/api/emails/generate", json={"job_url": page.url, "recruiter": {"name": "Ada Park"}}
                        )

                group.start_soon(cut_off)
                with anyio.fail_after(30):
                    await page.asked.wait()
                first.signal(signal.SIGKILL)
        async with start() as second:
            await second.until_nothing_is_held("grace")
            assert await second.balance("grace") == {"balance": 10, "reserved": 0, "available": 10}
            assert await second.emails("grace") == []
