"""Reading what GitHub shows: of a person, of a repository. Nothing is stored beyond the adapter's cache."""

from service.adapters.github import GitHub, LoginNotFound, PersonEvidence, Repository, RepositoryNotFound
from service.projects.model import LOGIN_IN_WORDS, is_repository, read_login


async def evidence(account: str, *, github: GitHub) -> PersonEvidence:
    """What an e-mail may cite of an account, given by its login or address: top repositories, languages, activity.

    Within 5 s, or the caller's time less the reserve for settling; at most three requests, none where a fresh copy is
    held. Raises `LoginNotFound` (also for what cannot be a login; nothing is asked then), `GitHubRateLimited`,
    `GitHubUnavailable`, `GitHubNotInstalled`. Cancellation returns at once.
    """
    login = read_login(account)
    if login is None:
        raise LoginNotFound(f"That cannot be an account; it is given as {LOGIN_IN_WORDS}.")
    return await github.evidence(login)


async def repository(owner: str, name: str, *, github: GitHub) -> Repository:
    """A public repository. Bounds, errors and cancellation as in `evidence`, with `RepositoryNotFound`."""
    login = read_login(owner)
    if login is None or not is_repository(name):
        raise RepositoryNotFound("That cannot be a GitHub repository; it is named like octocat/hello-world.")
    return await github.repository(login, name)
