"""Wire structs of what GitHub shows."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from service.adapters.github import PersonEvidence, Repository


class GitHubRepository(Struct, frozen=True, kw_only=True):
    """`languages` counts bytes by language; `license` is an SPDX id. `missing` names what GitHub did not give this time
    (`languages`)."""

    full_name: str
    description: str | None
    stars: int
    forks: int
    open_issues: int
    language: str | None
    languages: Mapping[str, int]
    topics: tuple[str, ...]
    license: str | None
    pushed_at: datetime | None
    html_url: str
    missing: tuple[str, ...]


class EvidenceRepository(Struct, frozen=True, kw_only=True):
    full_name: str
    description: str | None
    language: str | None
    topics: tuple[str, ...]
    stars: int
    pushed_at: datetime | None
    html_url: str


class EvidenceActivity(Struct, frozen=True, kw_only=True):
    """The latest public events counted by GitHub's names for them, and the time they span."""

    events: Mapping[str, int]
    since: datetime | None
    until: datetime | None


class GitHubEvidence(Struct, frozen=True, kw_only=True):
    """What an e-mail may cite. `languages` counts repositories by their main language, of the 100 pushed to last.
    `missing` names what GitHub did not give this time: `repositories` (with their languages), `activity`."""

    login: str
    name: str | None
    bio: str | None
    company: str | None
    location: str | None
    public_repos: int
    html_url: str
    repositories: tuple[EvidenceRepository, ...]
    languages: Mapping[str, int]
    activity: EvidenceActivity
    missing: tuple[str, ...]
    fetched_at: datetime


def github_repository(repository: Repository) -> GitHubRepository:
    return GitHubRepository(**{name: getattr(repository, name) for name in GitHubRepository.__struct_fields__})


def github_evidence(evidence: PersonEvidence) -> GitHubEvidence:
    fields = {name: getattr(evidence, name) for name in GitHubEvidence.__struct_fields__}
    fields["repositories"] = tuple(
        EvidenceRepository(**{name: getattr(own, name) for name in EvidenceRepository.__struct_fields__})
        for own in evidence.repositories
    )
    done = evidence.activity
    fields["activity"] = EvidenceActivity(events=done.events, since=done.since, until=done.until)
    return GitHubEvidence(**fields)
