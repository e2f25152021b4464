"""A person's GitHub in a letter, and every way in which GitHub can keep silent about it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from tests.fakes.github_api import github_api
from tests.journeys.conftest import BRANCH_SECONDS, Writing
from tests.journeys.directed_model import GENERATE, directed_model
from tests.journeys.process import free_port, running_service
from tests.journeys.test_main_job import REQUEST

pytestmark = pytest.mark.anyio

# Whichever limit is felt first, the branch's or the one within it that leaves time to answer.
LATE = ("GitHub did not answer in time.", f"timed out after {BRANCH_SECONDS} s")
LIMITED = "GitHub's rate limit is reached; try again later."
REASONS: dict[str, str | tuple[str, ...]] = {
    "nobody": "GitHub has no account nobody.",
    "fault-missing": "GitHub has no account fault-missing.",
    "fault-taken-down": "GitHub has no account fault-taken-down.",
    "fault-blocked": "GitHub has no account fault-blocked.",
    "fault-unauthorized": "GitHub does not accept this service's token.",
    "fault-forbidden": "GitHub answered with status 403.",
    "fault-error": "GitHub answered with status 500.",
    "fault-unavailable": "GitHub answered with status 503.",
    "fault-accepted": "GitHub has not worked the answer out yet.",
    "fault-list": "GitHub answered with something that cannot be read.",
    "fault-garbage": "GitHub answered with something that cannot be read.",
    "fault-dropped": "The connection to GitHub failed.",
    "fault-huge": "GitHub's answer is larger than 4 MB.",
    "fault-circle": "GitHub leads on in circles.",
    "fault-elsewhere": "GitHub answered with something that cannot be read.",
    "fault-silence": LATE,
    "fault-slow-head": LATE,
    "fault-slow-body": LATE,
}


async def test_a_letter_cites_what_github_shows(writing: Writing) -> None:
    service, user = writing.service, await writing.service.somebody()
    async with (
        github_api(writing.github_port) as github,
        directed_model(writing.model_port) as model,
        service.client(user) as client,
    ):
        first = await _written(client, "octocat", resume=None)
        asked = len(github.requests)
        again = await _written(client, "Octocat")
        assert len(github.requests) == asked, "a profile does not change between two letters"
        assert "Project number" in str(model.server.requests[0].body["messages"][-1])
    assert first["missing"] == again["missing"] == []
    cited = [line for line in first["evidence"] if line["source"] == "github"]
    assert cited
    assert all(line["reference"].startswith("repositories/") for line in cited), cited
    assert all(line["claim"] in first["body"] for line in cited)
    await service.is_in_order()


async def test_github_that_fails_is_missing_and_nothing_more(writing: Writing) -> None:
    service, user = writing.service, await writing.service.somebody()
    reasons: dict[str, str] = {}
    async with (
        github_api(writing.github_port) as github,
        directed_model(writing.model_port),
        service.client(user) as client,
    ):

        async def ask(login: str) -> None:
            email = await _written(client, login)
            assert [gone["branch"] for gone in email["missing"]] == ["github"], login
            assert not any(line["source"] == "github" for line in email["evidence"]), login
            reasons[login] = email["missing"][0]["reason"]

        async with anyio.create_task_group() as group:
            for login, reason in REASONS.items():
                if reason == LATE:
                    group.start_soon(ask, login)
        for login, reason in REASONS.items():
            if reason != LATE:
                await ask(login)
                await service.is_at_rest()
        # It has recovered by the second asking.
        assert (await _written(client, "fault-flaky"))["missing"] == []
        await github.until(lambda server: server.live <= 8)
    for login, reason in reasons.items():
        assert reason in REASONS[login], (login, reason)
        assert 10 < len(reason) < 200, (login, reason)
        assert "unexpected" not in reason, (login, reason)
    charged = len(REASONS) + 1
    assert await service.balance(user) == {"balance": 1000 - charged, "reserved": 0, "available": 1000 - charged}
    await service.is_in_order()


async def test_a_limit_is_kept_to_until_it_is_over(database_url: str, anyio_backend_name: str, tmp_path: Path) -> None:
    port = free_port()
    environment = {
        "GITHUB_API_URL": f"http://127.0.0.1:{port}",
        "OVERTURE_BRANCH_TIMEOUT_SECONDS": "20",  # the first call imports PyGithub, which takes a busy machine its time
        "OVERTURE_WELCOME_COINS": "1000",
    }
    async with (
        github_api(port) as github,
        running_service(
            database_url=database_url, backend=anyio_backend_name, directory=tmp_path, environment=environment
        ) as service,
    ):
        user = await service.somebody()
        async with service.client(user) as client:
            github.remaining, github.resets_at = 0, datetime.now(UTC) + timedelta(seconds=1)
            assert _reasons(await _written(client, "one")) == {"github": LIMITED}
            assert _reasons(await _written(client, "two")) == {"github": LIMITED}
            github.remaining = github.limit
            with anyio.fail_after(30):
                while _reasons(await _written(client, "three")):
                    await anyio.sleep(0.1)
            assert _reasons(await _written(client, "fault-secondary")) == {"github": LIMITED}
            assert _reasons(await _written(client, "four")) == {"github": LIMITED}
            assert _reasons(await _written(client, "three")) == {}, "what is known already is given all the same"
            assert not any(path.startswith(("/users/two", "/users/four")) for path in github.paths)
        await service.is_in_order()


async def _written(client: httpx.AsyncClient, login: str, **changes: Any) -> Any:
    fields = {**REQUEST, "github": login, **changes}
    body = {name: value for name, value in fields.items() if value is not None}
    answer = await client.post(GENERATE, json=body)
    assert answer.status_code == 201, (login, answer.text)
    return answer.json()


def _reasons(email: Any) -> dict[str, str]:
    return {gone["branch"]: gone["reason"] for gone in email["missing"]}
