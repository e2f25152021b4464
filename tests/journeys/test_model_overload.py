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
REFUSED_WITHIN_SECONDS = 1.0


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
        "OVERTURE_WELCOME_COINS": "1000",
        "OVERTURE_POOL_SIZE": "20",
    }
    may_answer = anyio.Event()

    async def held(talk: Talk) -> None:
        await may_answer.wait()
        await ok(talk)

    monkeypatch.setitem(FAULTS, "held", held)
    refused: list[float] = []
    answers: list[httpx.Response] = []
    async with (
        directed_model(port, Manner(chunks=2)) as model,
        running_service(
            database_url=database_url, backend=anyio_backend_name, directory=tmp_path, environment=environment
        ) as service,
        httpx.AsyncClient(base_url=service.base_url, timeout=30, trust_env=False, limits=httpx.Limits()) as http,
    ):
        model.otherwise = "held"
        user = await service.somebody()
        identity = headers(user)

        async def generate() -> None:
            answer = await http.post(GENERATE, json=REQUEST, headers=identity)
            answers.append(answer)
            if answer.status_code != 201:
                refused.append(anyio.current_time())

        began = full = anyio.current_time()
        async with anyio.create_task_group() as group:
            for _ in range(IN_FLIGHT + WAITING):
                group.start_soon(generate)
            await model.server.until(lambda: len(model.server.requests) == IN_FLIGHT, seconds=12)
            full = anyio.current_time()
            for _ in range(TOO_MANY):
                group.start_soon(generate)
            with anyio.fail_after(5):
                while len(answers) < TOO_MANY:
                    await anyio.sleep(0.01)
            assert len(refused) == TOO_MANY
            may_answer.set()
        print(f"{IN_FLIGHT} at the model after {full - began:.2f} s, {TOO_MANY} more refused after")
        print(f"{max(refused) - full:.2f} s, all answered after {anyio.current_time() - began:.2f} s")
        assert Counter(answer.status_code for answer in answers) == {201: IN_FLIGHT + WAITING, 503: TOO_MANY}
        for answer in answers:
            if answer.status_code == 503:
                assert (slug_of(answer), int(answer.headers["retry-after"]) > 0) == ("overloaded", True)
        assert max(refused) - full < REFUSED_WITHIN_SECONDS
        left = 1000 - IN_FLIGHT - WAITING
        assert await service.balance(user) == {"balance": left, "reserved": 0, "available": left}
        assert [row["outcome"] for row in await service.usage(user)] == ["succeeded"] * (IN_FLIGHT + WAITING)
        await service.is_in_order()
