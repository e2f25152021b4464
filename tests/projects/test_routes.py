import httpx
import msgspec
import pytest

from service.adapters.github import GitHubNotInstalled, GitHubRateLimited, GitHubUnavailable, LoginNotFound
from service.adapters.github.scripted import ScriptedGitHub
from service.kernel.errors import ServiceError
from service.projects.routes import routes
from tests.projects.people import ADA, ENGINE
from tests.web.application import Parts

pytestmark = pytest.mark.anyio

PERSON = "/api/github/users/ada/evidence"


async def got(path: str, github: ScriptedGitHub) -> httpx.Response:
    async with Parts().client(*routes(github=github)) as http:
        return await http.get(path)


async def test_a_repository_goes_out_as_the_contract_says() -> None:
    answer = await got("/api/github/repos/ada/engine", ScriptedGitHub(repositories={"ada/engine": ENGINE}))
    assert answer.status_code == 200
    assert answer.json() == {
        "full_name": "ada/engine",
        "description": "Notes on the engine",
        "stars": 12,
        "forks": 1,
        "open_issues": 2,
        "language": "Ada",
        "languages": {"Ada": 9_000, "Shell": 120},
        "topics": ["maths"],
        "license": "MIT",
        "pushed_at": "2026-11-22T06:00:00Z",
        "html_url": "https://github.com/ada/engine",
        "missing": [],
    }


@pytest.mark.parametrize("account", ["ada", "@ada", "https%3A%2F%2Fgithub.com%2Fada", "github.com%2Fada%2F"])
async def test_evidence_goes_out_whole(account: str) -> None:
    lacking = msgspec.structs.replace(ADA, missing=("activity",))
    answer = await got(f"/api/github/users/{account}/evidence", ScriptedGitHub({"ada": lacking}))
    assert answer.status_code == 200
    person = answer.json()
    assert (person["login"], person["company"], person["languages"]) == ("ada", None, {"Ada": 2, "Shell": 1})
    assert [own["full_name"] for own in person["repositories"]] == ["ada/engine", "ada/bare"]
    assert person["missing"] == ["activity"]
    assert person["activity"]["events"] == {"PushEvent": 3, "PullRequestEvent": 1, "WatchEvent": 7}


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (LoginNotFound("no"), 404, "login-not-found"),
        (GitHubRateLimited("later", retry_after_seconds=77), 503, "github-rate-limited"),
        (GitHubUnavailable("away"), 502, "github-unavailable"),
        (GitHubNotInstalled("absent"), 503, "github-not-installed"),
    ],
)
async def test_what_goes_wrong_is_told(error: ServiceError, status: int, slug: str) -> None:
    answer = await got(PERSON, ScriptedGitHub({"ada": error}))
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    if error.retry_after_seconds:
        assert answer.headers["retry-after"] == "77"


@pytest.mark.parametrize("path", ["ada/nothing", "ada/..%2f..", "a%20b/c", "%00/c", "a/%0d%0aX"])
async def test_a_repository_that_cannot_be_is_not_found(path: str) -> None:
    answer = await got(f"/api/github/repos/{path}", ScriptedGitHub())
    assert answer.status_code in {400, 404}
    if answer.status_code == 404:
        assert answer.json()["type"].rpartition("/")[2] in {"repository-not-found", "not-found"}


async def test_a_token_is_needed() -> None:
    async with Parts().client(*routes(github=ScriptedGitHub({"ada": ADA}))) as http:
        answer = await http.get(PERSON, headers={"authorization": ""})
    assert answer.status_code == 401
