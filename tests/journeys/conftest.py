"""What journeys share that can use one service: starting one takes seconds, asking it takes milliseconds."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from anyio.from_thread import start_blocking_portal

from tests.fakes.github_api import github_api
from tests.journeys.process import ISSUER, Service, running_service
from tests.postgres import Server

ENVIRONMENT = {
    "OVERTURE_WELCOME_COINS": "1000",
    "OVERTURE_JWT_ISSUER": ISSUER,
    "OVERTURE_BRANCH_TIMEOUT_SECONDS": "1",
}


@pytest.fixture(scope="session")
def standing_services(
    postgres_server: Server, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Service]]:
    """A service for each backend, started when it is first asked for; nothing empties its tables."""
    started: dict[str, Service] = {}
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        github = stack.enter_context(portal.wrap_async_context_manager(github_api()))

        def service(backend: str) -> Service:
            if backend not in started:
                url = stack.enter_context(postgres_server.database(template=template_database))
                running = running_service(
                    database_url=url,
                    backend=backend,
                    directory=tmp_path_factory.mktemp(backend),
                    environment={**ENVIRONMENT, "GITHUB_API_URL": github.url},
                )
                started[backend] = stack.enter_context(portal.wrap_async_context_manager(running))
            return started[backend]

        yield service


@pytest.fixture
def standing(standing_services: Callable[[str], Service], anyio_backend_name: str) -> Service:
    """The standing service of this backend: users are to be new ones, and left with nothing in flight."""
    return standing_services(anyio_backend_name)
