import msgspec
import pytest

from service.adapters.github import Activity
from service.projects.model import LANGUAGES_CITED_MAX, Statement, is_repository, read_login, statements
from tests.projects.people import ADA

ADDRESSES_OF_NO_PROFILE = (
    *("github.com", "https://github.com/", "https://github.com/octocat/hello-world", "https://gitlab.com/octocat"),
    *("https://github.com.evil.example/octocat", "https://evil.example/github.com/octocat", "@@octocat", "@"),
    *("https://github.com/octocat\n", "https://github.com/octocat?tab=x y", "ftp://github.com/octocat"),
)


def test_each_statement_names_its_place() -> None:
    assert statements(ADA) == (
        Statement(
            "repositories/0",
            "engine: Notes on the engine (Ada; 1 star; topics maths, notes; last pushed 2026-11-22)",
            about="engine",
        ),
        Statement("repositories/1", "bare", about="bare"),
        Statement("languages", "Languages on GitHub: Ada (2 repositories), Shell (1 repository)."),
        Statement("activity", "Public activity on GitHub between 2026-11-22 and 2026-11-22: 3 pushes, 1 pull request."),
    )


def test_what_is_not_there_is_not_stated() -> None:
    empty = msgspec.structs.replace(ADA, repositories=(), languages={}, activity=Activity(events={"WatchEvent": 1}))
    assert statements(empty) == ()


def test_only_the_main_languages_are_stated() -> None:
    many = msgspec.structs.replace(ADA, languages={f"L{number}": 9 for number in range(20)})
    stated = next(line for line in statements(many) if line.reference == "languages")
    assert stated.text.count("9 repositories") == LANGUAGES_CITED_MAX


@pytest.mark.parametrize("login", ["a", "octocat", "a-b", "old-", "name_corp", "0x", "A" * 39])
def test_a_login(login: str) -> None:
    assert read_login(login) == login


@pytest.mark.parametrize(
    "text",
    [
        *("@octocat", "github.com/octocat/", "https://github.com/octocat", "http://www.github.com/octocat"),
        "https://github.com/octocat?tab=repositories",
    ],
)
def test_a_login_as_people_write_it(text: str) -> None:
    assert read_login(text) == "octocat"


@pytest.mark.parametrize(
    "login", ["", "-a", "_a", "a" * 40, "a b", "a/b", "a\n", "..", "ä", "a@b", "٣", *ADDRESSES_OF_NO_PROFILE]
)
def test_no_login(login: str) -> None:
    assert read_login(login) is None


@pytest.mark.parametrize(
    ("name", "is_one"), [("a", True), (".github", True), ("a.b-c_d", True), (".", False), ("..", False), ("a/b", False)]
)
def test_a_repository_name(name: str, *, is_one: bool) -> None:
    assert is_repository(name) is is_one
