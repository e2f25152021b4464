"""More at once than the process takes: who is too many is told so at once, and everybody else gets a letter."""

from collections import Counter
from pathlib import Path

import anyio
import httpx
import pytest

from tests.fakes.model_faults import FAULTS, ok
from tests.fakes.model_talk import Manner, Talk
from tests.journeys.directed_model import GENERATE, directed_model
from tests.journeys.problems import slug_of
from tests.journeys.process import free_port, headers, running_service
from tests.journeys.test_main_job import REQUEST

pytestmark = pytest.mark.anyio

IN_FLIGHT, WAITING, TOO_MANY = 200, 50, 50
# Moved on at the same time, so that nobody waits for a connection to the database as long as one may.
AT_ONCE = 20
# No promise, but an end for what hangs.
HANGS_SECONDS = 60


async def test_beyond_the_bounds_a_refusal_at_once_and_a_letter_within(
    database_url: str, anyio_backend_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    environment = {
        "OVERTURE_RATE_LIMITS": "false",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "OVERTURE_MAX_IN_FLIGHT": str(IN_FLIGHT),
        "OVERTURE_MAX_WAITING": str(WAITING),
        "OVERTURE_MAX_IN_FLIGHT_PER_USER": str(IN_FLIGHT + WAITING),
        "OVERTURE_REQUEST_TIMEOUT_SECONDS": str(HANGS_SECONDS),
        "OVERTURE_MODEL_TIMEOUT_SECONDS": str(HANGS_SECONDS),
        "OVERTURE_FIRST_TOKEN_TIMEOUT_SECONDS": str(HANGS_SECONDS),
        "OVERTURE_WELCOME_COINS": "1000",
        "OVERTURE_POOL_SIZE": "20",
    }
    may_answer = anyio.Semaphore(0)

    async def held(talk: Talk) -> None:
        await may_answer.acquire()
        await ok(talk)

    monkeypatch.setitem(FAULTS, "held", held)
    answers: list[httpx.Response] = []
    async with (
        directed_model(port, Manner(chunks=2)) as model,
        running_service(
            database_url=database_url, backend=anyio_backend_name, directory=tmp_path, environment=environment
        ) as service,
        httpx.AsyncClient(
            base_url=service.base_url, timeout=HANGS_SECONDS, trust_env=False, limits=httpx.Limits()
        ) as http,
    ):
        model.otherwise = "held"
        user = await service.somebody()
        identity = headers(user)

        async def generate() -> None:
            answers.append(await http.post(GENERATE, json=REQUEST, headers=identity))
            if answers[-1].status_code == 201:
                may_answer.release()

        async with anyio.create_task_group() as group:
            for number in range(IN_FLIGHT):
                group.start_soon(generate)
                if number % AT_ONCE == AT_ONCE - 1:
                    await model.server.until(lambda number=number: len(model.server.requests) == number + 1)
            for _ in range(WAITING + TOO_MANY):
                group.start_soon(generate)
            with anyio.fail_after(HANGS_SECONDS):
                while len(answers) < TOO_MANY:
                    await anyio.sleep(0.01)
            # At once: nobody who was let in has been answered yet.
            assert {answer.status_code for answer in answers} == {503}
            for _ in range(AT_ONCE):
                may_answer.release()
        assert Counter(answer.status_code for answer in answers) == {201: IN_FLIGHT + WAITING, 503: TOO_MANY}
        for answer in answers:
            if answer.status_code == 503:
                assert (slug_of(answer), int(answer.headers["retry-after"]) > 0) == ("overloaded", True)
        left = 1000 - IN_FLIGHT - WAITING
        assert await service.balance(user) == {"balance": left, "reserved": 0, "available": left}
        assert [row["outcome"] for row in await service.usage(user)] == ["succeeded"] * (IN_FLIGHT + WAITING)
        await service.is_in_order()
