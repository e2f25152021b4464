"""The branch that reads what somebody has published on GitHub."""

from collections.abc import Awaitable, Callable
from functools import partial

from service.adapters.github import GitHubNotInstalled, PersonEvidence
from service.emails.model import GenerateRequest
from service.emails.operations.services import EmailServices
from service.projects import operations as projects


def reading(request: GenerateRequest, *, services: EmailServices) -> Callable[[], Awaitable[PersonEvidence]] | None:
    return None if request.github is None else partial(_read_evidence, request.github, services)


async def _read_evidence(login: str, services: EmailServices) -> PersonEvidence:
    if services.github is None:
        raise GitHubNotInstalled("GitHub is not configured here.")
    return await projects.evidence(login, github=services.github)
