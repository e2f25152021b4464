"""What a letter may cite of a person's public work, each statement with its place in the evidence. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.adapters.github import Activity, OwnRepository, PersonEvidence

# GitHub's rule for names today, and the underscore of accounts that a company manages; older ones may end in a hyphen.
_LOGIN_CHARACTERS = r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}"
# A login as people write it, and a profile's address as their browsers give it.
LOGIN_PATTERN = (
    rf"^(?:@?({_LOGIN_CHARACTERS})|(?:https?://)?(?:www\.)?github\.com/({_LOGIN_CHARACTERS})/?(?:[?#][!-~]*)?)$(?!\n)"
)
LOGIN_MAX_CHARS = 200
LOGIN_IN_WORDS = "a login on GitHub or the address of a profile: octocat, @octocat, https://github.com/octocat"
REPOSITORY_PATTERN = r"^[A-Za-z0-9._-]{1,100}$"

# Further languages are a school exercise, or a build script.
LANGUAGES_CITED_MAX = 5

_LOGIN = re.compile(LOGIN_PATTERN, re.ASCII)
_REPOSITORY = re.compile(REPOSITORY_PATTERN.removesuffix("$"))

# GitHub's names of events, and ours; an event that is not here is not worth a line.
_ACTIVITIES: Mapping[str, tuple[str, str]] = {
    "PushEvent": ("push", "pushes"),
    "PullRequestEvent": ("pull request", "pull requests"),
    "PullRequestReviewEvent": ("review", "reviews"),
    "IssuesEvent": ("issue", "issues"),
    "ReleaseEvent": ("release", "releases"),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of evidence. `reference` is its place in the evidence: `repositories/0`, `languages`, `activity`."""

    reference: str
    text: str
    about: str = ""  # the repository's name, where it is about one


def read_login(text: str) -> str | None:
    """The login in `octocat`, `@octocat` or a profile's address; None where GitHub could not have such an account."""
    found = _LOGIN.match(text) if len(text) <= LOGIN_MAX_CHARS else None
    return (found[1] or found[2]) if found else None


def is_repository(text: str) -> bool:
    """Whether GitHub could have a repository of this name, without its owner's."""
    return _REPOSITORY.fullmatch(text) is not None and text not in {".", ".."}


def statements(evidence: PersonEvidence) -> tuple[Statement, ...]:
    """What the evidence states, the repositories first; in English, the figures as GitHub has them."""
    return tuple(_statements(evidence))


def _statements(evidence: PersonEvidence) -> Iterator[Statement]:
    for number, repository in enumerate(evidence.repositories):
        name = repository.full_name.rpartition("/")[2]
        yield Statement(f"repositories/{number}", _of_repository(name, repository), about=name)
    if evidence.languages:
        most = list(evidence.languages.items())[:LANGUAGES_CITED_MAX]
        counted = ", ".join(f"{language} ({_count(count, 'repository', 'repositories')})" for language, count in most)
        yield Statement("languages", f"Languages on GitHub: {counted}.")
    if line := _activity_line(evidence.activity):
        yield Statement("activity", line)


def _of_repository(name: str, repository: OwnRepository) -> str:
    facts = [repository.language or "", _count(repository.stars, "star", "stars") if repository.stars else ""]
    if repository.topics:
        facts.append("topics " + ", ".join(repository.topics))
    if repository.pushed_at is not None:
        facts.append(f"last pushed {_day(repository.pushed_at)}")
    head = f"{name}: {repository.description}" if repository.description else name
    stated = "; ".join(fact for fact in facts if fact)
    return f"{head} ({stated})" if stated else head


def _activity_line(activity: Activity) -> str:
    counted = [_count(activity.events[kind], *words) for kind, words in _ACTIVITIES.items() if kind in activity.events]
    if not counted:
        return ""
    span = f" between {_day(activity.since)} and {_day(activity.until)}" if activity.since and activity.until else ""
    return f"Public activity on GitHub{span}: {', '.join(counted)}."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _day(at: datetime) -> str:
    return at.date().isoformat()
