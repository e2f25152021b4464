"""What journeys share that can use one service: starting one takes seconds, asking it takes milliseconds."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from anyio.from_thread import start_blocking_portal

from tests.fakes.board_apis import board_apis, our_answers
from tests.fakes.github_api import github_api
from tests.fakes.razorpay_api import razorpay_api
from tests.fakes.stripe_api import stripe_api
from tests.journeys.directed_model import CHAIN
from tests.journeys.process import ISSUER, Service, free_port, running_service
from tests.journeys.providers import paid_by
from tests.postgres import Server

# Enough for an answer on a machine with other things to do; whoever keeps silent is waited for so long.
BRANCH_SECONDS = 2
ENVIRONMENT = {
    "OVERTURE_RATE_LIMITS": "false",  # tests flood on purpose; the limits have their own
    "OVERTURE_WELCOME_COINS": "1000",
    "OVERTURE_JWT_ISSUER": ISSUER,
    "OVERTURE_BRANCH_TIMEOUT_SECONDS": str(BRANCH_SECONDS),
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
        cards = stack.enter_context(portal.wrap_async_context_manager(stripe_api()))
        upi = stack.enter_context(portal.wrap_async_context_manager(razorpay_api()))
        boards = stack.enter_context(portal.wrap_async_context_manager(board_apis(our_answers())))

        def service(backend: str) -> Service:
            if backend not in started:
                url = stack.enter_context(postgres_server.database(template=template_database))
                running = running_service(
                    database_url=url,
                    backend=backend,
                    directory=tmp_path_factory.mktemp(backend),
                    environment={
                        **ENVIRONMENT,
                        **boards.variables,
                        "GITHUB_API_URL": github.url,
                        **paid_by(cards.url, upi.url),
                    },
                )
                started[backend] = stack.enter_context(portal.wrap_async_context_manager(running))
            return started[backend]

        yield service


@pytest.fixture
def standing(standing_services: Callable[[str], Service], anyio_backend_name: str) -> Service:
    """The standing service of this backend: users are to be new ones, and left with nothing in flight."""
    return standing_services(anyio_backend_name)


@dataclass(frozen=True)
class Writing:
    """A service with language models and GitHub at ports that are free: a test that needs them brings its fakes."""

    service: Service
    model_port: int
    github_port: int


# What a test may wait for: silence of the model, and an answer that takes all its time.
SILENCE_SECONDS = 4.0
MODEL_SECONDS = 12.0


@pytest.fixture(scope="session")
def writing_services(
    postgres_server: Server, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Writing]]:
    """As `standing_services`, with a chain of two language models."""
    started: dict[str, Writing] = {}
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())

        def writing(backend: str) -> Writing:
            if backend not in started:
                url = stack.enter_context(postgres_server.database(template=template_database))
                model_port, github_port = free_port(), free_port()
                running = running_service(
                    database_url=url,
                    backend=backend,
                    directory=tmp_path_factory.mktemp(f"writing-{backend}"),
                    environment={
                        **ENVIRONMENT,
                        "OPENAI_BASE_URL": f"http://127.0.0.1:{model_port}/v1",
                        "OVERTURE_MODELS": ",".join(CHAIN),
                        "OVERTURE_FIRST_TOKEN_TIMEOUT_SECONDS": str(SILENCE_SECONDS),
                        "OVERTURE_MODEL_TIMEOUT_SECONDS": str(MODEL_SECONDS),
                        "OVERTURE_MAX_IN_FLIGHT_PER_USER": "100",
                        "GITHUB_API_URL": f"http://127.0.0.1:{github_port}",
                    },
                )
                service = stack.enter_context(portal.wrap_async_context_manager(running))
                started[backend] = Writing(service, model_port, github_port)
            return started[backend]

        yield writing


@pytest.fixture
def writing(writing_services: Callable[[str], Writing], anyio_backend_name: str) -> Writing:
    """The standing service with language models of this backend."""
    return writing_services(anyio_backend_name)
