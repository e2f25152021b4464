"""Reading what GitHub shows: of a person, of a repository. Nothing is stored beyond the adapter's cache."""

from service.adapters.github import GitHub, LoginNotFound, PersonEvidence, Repository, RepositoryNotFound
from service.projects.model import is_login, is_repository


async def evidence(login: str, *, github: GitHub) -> PersonEvidence:
    """What an e-mail may cite of an account: its top repositories, languages, recent activity.

    Within 5 s, or the caller's time less the reserve for settling; at most three requests, none where a fresh copy is
    held. Raises `LoginNotFound` (also for what cannot be a login; nothing is asked then), `GitHubRateLimited`,
    `GitHubUnavailable`, `GitHubNotInstalled`. Cancellation returns at once.
    """
    if not is_login(login):
        raise LoginNotFound("That is no GitHub login: letters, digits, hyphens and underscores, at most 39.")
    return await github.evidence(login)


async def repository(owner: str, name: str, *, github: GitHub) -> Repository:
    """A public repository. Bounds, errors and cancellation as in `evidence`, with `RepositoryNotFound`."""
    if not is_login(owner) or not is_repository(name):
        raise RepositoryNotFound("That cannot be a GitHub repository; it is named like octocat/hello-world.")
    return await github.repository(owner, name)
