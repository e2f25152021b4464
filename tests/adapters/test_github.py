"""The real PyGithub against a server that speaks GitHub's API over real HTTP."""

import logging
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import FrameType

import anyio
import pytest
from anyio.lowlevel import checkpoint
from structlog.testing import capture_logs

from service.adapters.cache.scripted import ScriptedCache
from service.adapters.github import (
    Activity,
    GitHubRateLimited,
    GitHubUnavailable,
    LoginNotFound,
    RateLimit,
    RepositoryNotFound,
    pygithub,
)
from service.adapters.github.pool import THREADS_MAX
from service.adapters.github.pygithub import FRESH_SECONDS, PyGithub, open_pygithub_connection
from service.kernel.clock import FixedClock
from tests.fakes.github_api import GitHubApi, github_api

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
TOKEN = "ghp_0123456789abcdefSECRET"


@dataclass
class Scene:
    api: GitHubApi
    github: PyGithub
    cache: ScriptedCache
    clock: FixedClock

    def later(self, seconds: float = FRESH_SECONDS) -> None:
        self.clock.advance(seconds)


@asynccontextmanager
async def scene(token: str | None = TOKEN) -> AsyncGenerator[Scene]:
    cache, clock = ScriptedCache(), FixedClock(NOW)
    async with github_api() as api:
        line = partial(open_pygithub_connection, api_url=api.url, token=token, user_agent="overture/test")
        github = PyGithub(line, api_url=api.url, cache=cache, clock=clock)
        try:
            yield Scene(api, github, cache, clock)
        finally:
            github.close()


def workers() -> list[int]:
    """The threads that are asking now."""
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage] - the one way to look at other threads
    return [thread for thread, frame in frames.items() if _is_asking(frame)]


def _is_asking(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_name == "_run_in_thread":
            return True
        frame = frame.f_back
    return False


async def threads_end() -> None:
    with anyio.fail_after(30):
        while True:
            if not workers():
                return
            await anyio.sleep(0.005)


async def test_a_person_is_read_in_three_requests() -> None:
    async with scene() as here:
        found = await here.github.evidence("ada")
        assert sorted(here.api.paths) == ["/users/ada", "/users/ada/events/public", "/users/ada/repos"]
        assert (found.login, found.name, found.company, found.public_repos) == ("ada", "Ada Example", "@example", 12)
        assert [repo.full_name for repo in found.repositories][:2] == ["ada/project-6", "ada/project-5"]
        assert found.repositories[0].topics == ("tools", "topic-6")
        assert not {"ada/project-3", "ada/project-7", "ada/project-11"} & {r.full_name for r in found.repositories}
        assert found.languages == {"Python": 3, "Rust": 3, "Go": 3}
        assert found.activity.events == {"PushEvent": 20, "PullRequestEvent": 10}
        assert found.activity.since is not None
        assert found.activity.until == datetime(2026, 11, 20, 12, tzinfo=UTC)
        assert found.fetched_at == NOW
        asked = here.api.requests[0].headers
        assert asked["authorization"] == f"token {TOKEN}"
        assert asked["user-agent"] == "overture/test"


async def test_ten_thousand_repositories_cost_no_more() -> None:
    async with scene() as here:
        with anyio.fail_after(30):
            found = await here.github.evidence("many")
        assert len(here.api.requests) == 3
        assert found.public_repos == 10_000
        assert len(found.repositories) == 10
        assert sum(found.languages.values()) == 75
        assert sum(map(len, here.cache.values.values())) < 20_000


async def test_a_repository_is_read_with_its_languages() -> None:
    async with scene(token=None) as here:
        found = await here.github.repository("ada", "engine")
        assert (found.full_name, found.stars, found.forks, found.open_issues) == ("ada/engine", 10, 1, 2)
        assert (found.language, found.languages) == ("Rust", {"Python": 90_000, "Shell": 120})
        assert (found.license, found.html_url) == ("MIT", "https://github.com/ada/project-1")
        assert "authorization" not in here.api.requests[0].headers


async def test_what_is_fresh_is_given_without_a_request() -> None:
    async with scene() as here:
        first = await here.github.evidence("ada")
        here.later(FRESH_SECONDS - 1)
        assert await here.github.evidence("Ada") == first
        assert len(here.api.requests) == 3


async def test_what_has_not_changed_costs_nothing_of_the_limit() -> None:
    async with scene() as here:
        first = await here.github.evidence("ada")
        left = here.api.remaining
        here.later()
        again = await here.github.evidence("ada")
        assert all("if-none-match" in asked.headers for asked in here.api.requests[3:])
        assert (len(here.api.requests), here.api.remaining) == (6, left)
        assert (again.repositories, again.fetched_at) == (first.repositories, NOW + timedelta(seconds=FRESH_SECONDS))
        assert await here.github.evidence("ada") == again
        assert len(here.api.requests) == 6


async def test_what_has_changed_is_read_anew() -> None:
    async with scene() as here:
        await here.github.repository("ada", "engine")
        here.api.said["/repos/ada/engine"] = {"full_name": "ada/engine", "stargazers_count": 99}
        here.later()
        assert (await here.github.repository("ada", "engine")).stars == 99


async def test_a_cache_that_holds_something_else_is_no_answer() -> None:
    async with scene() as here:
        await here.github.repository("ada", "engine")
        here.cache.values.update(dict.fromkeys(here.cache.values, b'{"of": "another version"}'))
        assert (await here.github.repository("ada", "engine")).stars == 10
        assert len(here.api.requests) == 4


@pytest.mark.parametrize("fault", ["missing", "taken-down", "blocked"])
async def test_what_is_not_there_is_missing(fault: str) -> None:
    async with scene() as here:
        with pytest.raises(LoginNotFound):
            await here.github.evidence(f"fault-{fault}")
        with pytest.raises(RepositoryNotFound):
            await here.github.repository(f"fault-{fault}", "engine")
        assert here.cache.values == {}


@pytest.mark.parametrize("fault", ["error", "missing", "secondary", "garbage", "silence"])
async def test_only_the_main_request_decides(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pygithub, "REQUEST_SECONDS", 1.0)
    async with scene() as here:
        whole = await here.github.evidence("ada")
        here.api.faults = dict.fromkeys(["/repos/ada/engine/languages", "/users/bob/repos"], fault)
        repository = await here.github.repository("ada", "engine")
        assert (repository.stars, repository.languages, repository.missing) == (10, {}, ("languages",))
        here.later(3_601)  # of the limit that one of the faults is
        person = await here.github.evidence("bob")
        assert (person.name, person.repositories, person.languages) == ("Bob Example", (), {})
        assert (person.missing, person.activity) == (("repositories",), whole.activity)
        here.later(3_601)
        here.api.faults = {"/users/eve/events/public": fault}
        person = await here.github.evidence("eve")
        assert (person.missing, len(person.repositories)) == (("activity",), 9)
        here.later(3_601)
        here.api.faults.clear()
        assert (await here.github.evidence("eve")).missing == ()


async def test_a_defect_of_ours_is_no_fault_of_githubs(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_wires: object) -> Activity:
        raise ZeroDivisionError

    monkeypatch.setattr(pygithub.wire, "read_activity", fail)
    async with scene() as here:
        with pytest.raises(ZeroDivisionError):
            await here.github.evidence("ada")


async def test_what_is_private_is_missing() -> None:
    async with scene() as here:
        here.api.said["/repos/ada/secret"] = {"full_name": "ada/secret", "private": True}
        with pytest.raises(RepositoryNotFound):
            await here.github.repository("ada", "secret")
        assert not any("private" in value.decode() for value in here.cache.values.values())


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [("primary", 3600), ("secondary", 77), ("secondary-untold", 60), ("too-many", 3600)],
)
async def test_a_limit_is_honoured_until_it_ends(fault: str, seconds: int) -> None:
    async with scene() as here:
        here.api.fault = fault
        with pytest.raises(GitHubRateLimited) as refused:
            await here.github.repository("ada", "engine")
        assert refused.value.retry_after_seconds == seconds
        here.later(10)
        with pytest.raises(GitHubRateLimited) as refused:
            await here.github.evidence("grace")
        assert refused.value.retry_after_seconds == seconds - 10
        assert not any("grace" in path for path in here.api.paths)
        here.api.fault, here.api.remaining = None, here.api.limit
        here.later(seconds)
        assert (await here.github.evidence("grace")).login == "grace"


async def test_the_limit_is_reported() -> None:
    async with scene() as here:
        assert here.github.rate_limit is None
        here.api.remaining = 7
        with capture_logs() as logged:
            await here.github.repository("ada", "engine")
            await here.github.evidence("ada")
        assert here.github.rate_limit == RateLimit(2, 5_000, here.api.resets_at)
        assert [line["event"] for line in logged if line["log_level"] == "warning"] == ["GitHub's rate limit runs low"]


@pytest.mark.parametrize(
    "fault",
    [
        *("error", "unavailable", "unauthorized", "forbidden", "accepted", "list"),
        *("dropped", "garbage", "huge", "circle", "elsewhere"),
    ],
)
async def test_a_fault_is_told_without_anything_of_the_request(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with scene() as here:
        with anyio.fail_after(30), pytest.raises(GitHubUnavailable) as refused, capture_logs() as logged:
            await here.github.evidence(f"fault-{fault}")
        await threads_end()
    seen: BaseException | None = refused.value
    while seen is not None:
        assert TOKEN not in f"{seen} {seen.args}"
        seen = seen.__cause__ or seen.__context__
    assert TOKEN not in f"{logged} {caplog.text}"


async def test_it_gives_up_within_five_seconds() -> None:
    """Nobody answers, or a byte at a time; side by side, for it takes long: eight requests, a thread for each."""
    async with scene() as here:

        async def give_up(call: Callable[[], Awaitable[object]]) -> None:
            with pytest.raises(GitHubUnavailable, match="in time"):
                await call()

        with anyio.fail_after(30):
            async with anyio.create_task_group() as group:
                group.start_soon(give_up, partial(here.github.evidence, "fault-silence"))
                group.start_soon(give_up, partial(here.github.evidence, "fault-slow-head"))
                group.start_soon(give_up, partial(here.github.repository, "fault-slow-body", "engine"))
        assert len(here.api.requests) == THREADS_MAX
        await threads_end()
        await here.api.until(lambda api: api.live == 0)


async def test_a_stumble_is_forgiven_once() -> None:
    async with scene() as here:
        assert (await here.github.evidence("fault-flaky")).public_repos == 12
        assert len(here.api.requests) == 6


@pytest.mark.parametrize("fault", ["error", "primary", "dropped", "slow-head"])
async def test_an_older_copy_is_better_than_none(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pygithub, "REQUEST_SECONDS", 1.0)  # enough for an answer; how long it really is, see above
    async with scene() as here:
        first = await here.github.evidence("ada")
        here.api.fault = fault
        here.later()
        assert await here.github.evidence("ada") == first


async def test_a_renamed_repository_is_followed() -> None:
    async with scene() as here:
        here.api.moved["/repos/ada/engine"] = "/repositories/1"
        here.api.moved["/repos/ada/engine/languages"] = "/repositories/1/languages"
        here.api.said["/repositories/1"] = {"full_name": "ada/motor"}
        here.api.said["/repositories/1/languages"] = {"Ada": 1}
        found = await here.github.repository("ada", "engine")
        assert (found.full_name, found.languages) == ("ada/motor", {"Ada": 1})


@pytest.mark.parametrize("name", ["..", ".", "a/b", "a?b=c", "a#b", "a b", "ä", "a\r\nX: y", "%2e%2e"])
async def test_a_name_cannot_leave_its_place(name: str) -> None:
    async with scene() as here:
        with pytest.raises((RepositoryNotFound, GitHubUnavailable)):
            await here.github.repository("nobody", name)
        assert all(path.startswith("/repos/nobody/") for path in here.api.paths)
        assert not any("x" in asked.headers for asked in here.api.requests)


async def test_leaving_returns_at_once_and_the_threads_end() -> None:
    async with scene() as here:
        async with anyio.create_task_group() as group:
            group.start_soon(here.github.evidence, "fault-silence")
            await here.api.until(lambda api: len(api.requests) == 3)
            assert len(workers()) == 3
            group.cancel_scope.cancel()
        await threads_end()
        await here.api.until(lambda api: api.live == 0)
        assert (await here.github.evidence("ada")).login == "ada"


async def test_there_are_never_more_threads_than_places() -> None:
    async with scene() as here:
        seen: list[int] = []
        scopes = [anyio.CancelScope() for _ in range(40)]

        async def ask(scope: anyio.CancelScope) -> None:
            with scope:
                await here.github.evidence("fault-silence")

        async with anyio.create_task_group() as group:
            for scope in scopes:
                group.start_soon(ask, scope)
            for scope in scopes[:30]:  # who leaves makes room for somebody else's question
                await here.api.until(lambda api: api.live >= THREADS_MAX)
                seen.append(len(workers()))
                scope.cancel()
                for _ in range(20):
                    await checkpoint()
            group.cancel_scope.cancel()
        assert len(here.api.requests) > THREADS_MAX
        assert max(seen) == THREADS_MAX
        await threads_end()
        with anyio.fail_after(30):
            assert (await here.github.evidence("ada")).login == "ada"


async def test_many_at_once_all_get_their_own_answer() -> None:
    async with scene() as here:
        found: dict[str, str] = {}

        async def ask(login: str) -> None:
            found[login] = (await here.github.evidence(login)).login

        async with anyio.create_task_group() as group:
            for number in range(30):
                group.start_soon(ask, f"person-{number}")
        assert found == {f"person-{number}": f"person-{number}" for number in range(30)}
        assert here.api.most_live <= THREADS_MAX


async def test_connections_are_kept_between_calls() -> None:
    async with scene() as here:
        for number in range(5):
            await here.github.repository("ada", f"engine-{number}")
        assert here.api.opened <= 2
