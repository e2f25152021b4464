"""A small application over the pipeline, for the tests of `web` and `health`; callers sign their own tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette

from service.access.callers import KnownUsers
from service.access.pipeline import Pipeline
from service.access.rates import RateLimits
from service.access.tokens import Authenticator, mint
from service.kernel.clock import SystemClock
from service.kernel.concurrency import Admission
from service.kernel.database import Database, Transaction
from service.kernel.identifiers import Identifiers, UserId
from service.kernel.in_flight import InFlight
from service.kernel.telemetry import TaskTree
from service.kernel.telemetry.metrics import Metrics
from service.web.endpoint import Endpoint
from service.web.middleware import middleware
from service.web.problems import exception_handlers
from service.web.serving import routes

SECRET = b"tests' own secret, 32 bytes or more"
CLOCK = SystemClock()


class NoDatabase(Database):
    """For endpoints that touch no row: everybody is stored."""

    def __init__(self) -> None:
        pass

    async def read(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        return True


async def everybody(_tx: Transaction, _user: UserId) -> bool:
    return True


@dataclass
class Parts:
    """What the pipeline is made of, at hand for assertions."""

    db: Database = field(default_factory=NoDatabase)
    is_stored: Any = everybody
    known_users: KnownUsers | None = None
    admission: Admission = field(default_factory=lambda: Admission(running=50, waiting=50))
    tasks: TaskTree = field(default_factory=TaskTree)
    in_flight: InFlight = field(default_factory=InFlight)
    rate_limits: RateLimits | None = None
    metrics: Metrics = field(default_factory=Metrics)
    request_timeout_seconds: float = 10.0
    body_timeout_seconds: float = 5.0
    allowed_origins: Sequence[str] = ()

    def pipeline(self) -> Pipeline:
        return Pipeline(
            authenticator=Authenticator.with_secret(SECRET, clock=CLOCK),
            known_users=self.known_users or KnownUsers(self.db, self.is_stored),
            db=self.db,
            admission=self.admission,
            identifiers=Identifiers(CLOCK),
            tasks=self.tasks,
            in_flight=self.in_flight,
            rate_limits=self.rate_limits,
            request_timeout_seconds=self.request_timeout_seconds,
        )

    def app(self, *endpoints: Endpoint) -> Starlette:
        return Starlette(
            routes=routes(endpoints, self.pipeline(), body_timeout_seconds=self.body_timeout_seconds),
            middleware=middleware(
                identifiers=Identifiers(CLOCK), metrics=self.metrics, allowed_origins=self.allowed_origins
            ),
            exception_handlers=exception_handlers(),
        )

    def client(self, *endpoints: Endpoint) -> httpx.AsyncClient:
        """In this process, without a socket."""
        return client_of(self.app(*endpoints))


def client_of(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://overture.test", headers=bearer("ada"))


def bearer(user: str, **claims: Any) -> dict[str, str]:
    scopes = frozenset(claims.pop("scopes", ()))
    token = mint(SECRET, clock=CLOCK, user=user, lifetime_seconds=3600, scopes=scopes, **claims)
    return {"Authorization": f"Bearer {token}"}
