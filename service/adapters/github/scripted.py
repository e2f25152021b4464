"""A GitHub that answers from a script: for tests and demonstrations without a network."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio

from service.adapters.github import LoginNotFound, PersonEvidence, RateLimit, Repository, RepositoryNotFound
from service.kernel.errors import ServiceError


@dataclass
class ScriptedGitHub:
    """Answers from `people` by login and from `repositories` by `owner/name`; a value that is an error is raised.

    `asked` are the logins and names asked for, in order. `delay_seconds` passes before each answer.
    """

    people: Mapping[str, PersonEvidence | ServiceError] = field(
        default_factory=dict[str, PersonEvidence | ServiceError]
    )
    repositories: Mapping[str, Repository | ServiceError] = field(default_factory=dict[str, Repository | ServiceError])
    delay_seconds: float = 0.0
    rate_limit: RateLimit | None = None
    asked: list[str] = field(default_factory=list[str])

    async def repository(self, owner: str, name: str) -> Repository:
        full_name = f"{owner}/{name}"
        self.asked.append(full_name)
        await anyio.sleep(self.delay_seconds)
        found = self.repositories.get(full_name) or RepositoryNotFound(f"GitHub shows no repository {full_name}.")
        if isinstance(found, ServiceError):
            raise found
        return found

    async def evidence(self, login: str) -> PersonEvidence:
        self.asked.append(login)
        await anyio.sleep(self.delay_seconds)
        found = self.people.get(login) or LoginNotFound(f"GitHub has no account {login}.")
        if isinstance(found, ServiceError):
            raise found
        return found
