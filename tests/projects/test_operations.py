import pytest

from service.adapters.github import LoginNotFound, RepositoryNotFound
from service.adapters.github.scripted import ScriptedGitHub
from service.projects import operations as projects
from tests.projects.people import ADA, ENGINE

pytestmark = pytest.mark.anyio


async def test_what_github_shows_is_given() -> None:
    github = ScriptedGitHub({"ada": ADA}, {"ada/engine": ENGINE})
    assert await projects.evidence("ada", github=github) == ADA
    assert await projects.repository("ada", "engine", github=github) == ENGINE


async def test_an_account_is_found_by_its_address_too() -> None:
    github = ScriptedGitHub({"ada": ADA}, {"ada/engine": ENGINE})
    assert await projects.evidence("https://github.com/ada", github=github) == ADA
    assert await projects.repository("@ada", "engine", github=github) == ENGINE


async def test_what_cannot_be_a_name_is_not_asked_for() -> None:
    github = ScriptedGitHub()
    with pytest.raises(LoginNotFound, match="cannot be"):
        await projects.evidence("a/b", github=github)
    for owner, name in (("a/b", "c"), ("a", ".."), ("", "c")):
        with pytest.raises(RepositoryNotFound, match="cannot be"):
            await projects.repository(owner, name, github=github)
    assert github.asked == []
