"""What GitHub publishes about a repository and about a person. Read only, public things only, untrusted throughout.

Every text in these values is one bounded line without control characters; what it says is its author's and steers
nothing. Links are kept only where they are http(s).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from service.kernel.errors import Kind, ServiceError, Unavailable


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """`languages` counts bytes by language, as GitHub measures them; `license` is the SPDX id where there is one.
    `missing` names what GitHub did not give this time: `languages`."""

    full_name: str
    description: str | None = None
    stars: int = 0
    forks: int = 0
    open_issues: int = 0
    language: str | None = None
    languages: Mapping[str, int] = {}
    topics: tuple[str, ...] = ()
    license: str | None = None
    pushed_at: datetime | None = None
    html_url: str = ""
    missing: tuple[str, ...] = ()


class OwnRepository(msgspec.Struct, frozen=True, kw_only=True):
    """A repository of a person's own: what it is, in which language, how many starred it."""

    full_name: str
    description: str | None = None
    language: str | None = None
    topics: tuple[str, ...] = ()
    stars: int = 0
    pushed_at: datetime | None = None
    html_url: str = ""


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """The latest public events counted by GitHub's own names (`PushEvent`), and the time they span."""

    events: Mapping[str, int] = {}
    since: datetime | None = None
    until: datetime | None = None


class PersonEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """`repositories`: the best of the 100 pushed to last, forks left out, the most starred first. `languages` counts
    those 100 by their main language. `missing` names what GitHub did not give this time: `repositories` (with their
    languages), `activity`. `fetched_at` is when GitHub last confirmed the oldest part of it."""

    login: str
    name: str | None = None
    bio: str | None = None
    company: str | None = None
    location: str | None = None
    public_repos: int = 0
    html_url: str = ""
    repositories: tuple[OwnRepository, ...] = ()
    languages: Mapping[str, int] = {}
    activity: Activity = Activity()
    missing: tuple[str, ...] = ()
    fetched_at: datetime


class RateLimit(msgspec.Struct, frozen=True):
    """GitHub's limit by its last answer: how many requests are left until `resets_at`."""

    remaining: int
    limit: int
    resets_at: datetime


class RepositoryNotFound(ServiceError):
    """GitHub shows no such repository to everybody: it does not exist, is private, or GitHub blocks it."""

    kind, slug, title = Kind.MISSING, "repository-not-found", "No such repository on GitHub"


class LoginNotFound(ServiceError):
    """GitHub has no such account."""

    kind, slug, title = Kind.MISSING, "login-not-found", "No such account on GitHub"


class GitHubRateLimited(Unavailable):
    """GitHub's primary or secondary limit is reached; `retry_after_seconds` is when it may be asked again."""

    slug, title = "github-rate-limited", "GitHub's rate limit is reached"


class GitHubUnavailable(ServiceError):
    """GitHub did not answer in time, or not with anything that can be read."""

    kind, slug, title = Kind.UPSTREAM, "github-unavailable", "GitHub cannot be reached"


class GitHubNotInstalled(Unavailable):
    """This installation was made without what it takes to ask GitHub."""

    slug, title = "github-not-installed", "GitHub is not part of this installation"


class GitHub(Protocol):
    @property
    def rate_limit(self) -> RateLimit | None:
        """GitHub's limit by its last answer; None before the first."""
        ...

    async def repository(self, owner: str, name: str) -> Repository:
        """A public repository, at most ten minutes old; its languages may be missing where GitHub does not give them.

        Within 5 s. Raises `RepositoryNotFound`, `GitHubRateLimited`, `GitHubUnavailable`, `GitHubNotInstalled`. A copy
        up to a day old is given where GitHub is limited or unreachable. Cancellation returns at once; the worker thread
        that it leaves behind has its connection cut and ends.
        """
        ...

    async def evidence(self, login: str) -> PersonEvidence:
        """What an account shows to everybody: three requests, however many repositories it has. Only the account itself
        is needed; what else GitHub does not give is named in `missing`.

        Bounds, errors and cancellation as in `repository`, with `LoginNotFound`.
        """
        ...
