"""What GitHub shows, over HTTP."""

from collections.abc import Sequence

from service.access.rates import FETCH
from service.adapters.github import (
    GitHub,
    GitHubNotInstalled,
    GitHubRateLimited,
    GitHubUnavailable,
    LoginNotFound,
    RepositoryNotFound,
)
from service.projects import operations as projects
from service.projects.schema import GitHubEvidence, GitHubRepository, github_evidence, github_repository
from service.web.endpoint import Call, Endpoint

_AWAY = (GitHubRateLimited, GitHubUnavailable, GitHubNotInstalled)


def routes(*, github: GitHub) -> Sequence[Endpoint]:
    async def read_repository(call: Call[None, None]) -> GitHubRepository:
        """A public repository as GitHub has it, at most ten minutes old."""
        return github_repository(await projects.repository(call.path["owner"], call.path["repo"], github=github))

    async def read_evidence(call: Call[None, None]) -> GitHubEvidence:
        """What an e-mail may cite of a person's GitHub account: top repositories, languages, recent activity.

        The login may be given as a profile's address too, percent-encoded.
        """
        return github_evidence(await projects.evidence(call.path["login"], github=github))

    tag = "Projects and GitHub"
    return (
        Endpoint(
            "GET",
            "/api/github/repos/{owner}/{repo}",
            read_repository,
            answer=GitHubRepository,
            rate=FETCH,
            problems=(RepositoryNotFound, *_AWAY),
            tag=tag,
        ),
        Endpoint(
            "GET",
            "/api/github/users/{login:path}/evidence",
            read_evidence,
            answer=GitHubEvidence,
            rate=FETCH,
            problems=(LoginNotFound, *_AWAY),
            tag=tag,
        ),
    )
