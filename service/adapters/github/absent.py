"""What stands in for GitHub where the extra `github` was not installed."""

from typing import NoReturn

from service.adapters.github import GitHubNotInstalled, PersonEvidence, Repository


class AbsentGitHub:
    """See `GitHub`: every call says what is missing."""

    rate_limit = None

    async def repository(self, owner: str, name: str) -> Repository:
        _refuse()

    async def evidence(self, login: str) -> PersonEvidence:
        _refuse()


def _refuse() -> NoReturn:
    raise GitHubNotInstalled("GitHub cannot be asked: the service was installed without its extra `github`.")
