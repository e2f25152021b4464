"""What is open while the process lives, in the order it opens; closing is the reverse.

The only room that names concrete vendors: one file for each that it opens. Whatever takes long to import is imported
where it is opened.

database        the configured PostgreSQL or the embedded one, migrated
redis           cache and rate limits, shared where there is a Redis
tokens          what tokens are verified with
readers         pages, résumés' files, job boards
github          public evidence about people and repositories
language_model  the models of the configured endpoint
payments        Stripe and Razorpay
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from service.access.tokens import Authenticator
from service.adapters.github import GitHub
from service.adapters.job_boards import JobBoards
from service.adapters.language_model import LanguageModel
from service.adapters.page_fetcher import PageFetcher
from service.adapters.page_parser import PageParser
from service.adapters.razorpay import Razorpay
from service.adapters.resume_reader import ResumeReader
from service.adapters.stripe import Stripe
from service.kernel.clock import Clock, SystemClock
from service.kernel.concurrency import Admission, Shares
from service.kernel.database import Database, open_database
from service.kernel.identifiers import Identifiers
from service.kernel.supervision import Root
from service.kernel.telemetry import TaskTree
from service.kernel.telemetry.metrics import Metrics
from service.resources.database import (
    SchemaOutdated,
    Survey,
    database_url,
    embedded_owners,
    open_command_database,
    require_newest_schema,
    survey_of,
    unmigrated_database_url,
)
from service.resources.github import open_github
from service.resources.language_model import open_language_model
from service.resources.payments import open_razorpay, open_stripe
from service.resources.readers import open_job_boards, open_page_fetcher, open_page_parser, open_resume_reader
from service.resources.redis import CacheAndLimits, open_cache_and_limits
from service.resources.tokens import open_authenticator
from service.settings import Settings

__all__ = [
    "CacheAndLimits",
    "Resources",
    "SchemaOutdated",
    "Survey",
    "database_url",
    "embedded_owners",
    "open_cache_and_limits",
    "open_command_database",
    "open_github",
    "open_page_parser",
    "open_resources",
    "open_resume_reader",
    "require_newest_schema",
    "survey_of",
    "unmigrated_database_url",
]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    settings: Settings
    root: Root
    tasks: TaskTree
    metrics: Metrics
    clock: Clock
    identifiers: Identifiers
    authenticator: Authenticator
    refresh_keys: Callable[[], Awaitable[None]] | None
    admission: Admission
    shares: Shares
    db: Database
    survey: Survey
    page_parser: PageParser
    page_fetcher: PageFetcher
    resume_reader: ResumeReader
    job_boards: JobBoards
    shared: CacheAndLimits
    github: GitHub
    language_model: LanguageModel | None  # None: the offline composer writes
    stripe: Stripe | None
    razorpay: Razorpay | None


@asynccontextmanager
async def open_resources(settings: Settings, *, root: Root, tasks: TaskTree) -> AsyncGenerator[Resources, None]:
    """Open everything, for the time of the `async with`; what was opened closes whatever happens to the rest.

    Without a `DATABASE_URL` the embedded PostgreSQL is started and migrated. Raises `SchemaOutdated`,
    `DatabaseUnavailable`, `LocalPostgresUnavailable`, `BadSettings`.
    """
    clock = SystemClock()
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database_url(settings))
        db = await stack.enter_async_context(
            open_database(url, pool_size=settings.pool_size, on_unit=metrics.count_unit)
        )
        await require_newest_schema(db)
        if not db.wall_is_up:
            log.warning("row-level security is off", reason="the role overture_app could not be created or taken")
        metrics.watch_pool(db.pool_state)
        metrics.watch_tasks()
        authenticator, refresh_keys = await open_authenticator(settings, clock)
        shared = open_cache_and_limits(settings)
        yield Resources(
            settings=settings,
            root=root,
            tasks=tasks,
            metrics=metrics,
            clock=clock,
            identifiers=Identifiers(clock),
            authenticator=authenticator,
            refresh_keys=refresh_keys,
            admission=Admission(running=settings.max_in_flight, waiting=settings.max_waiting),
            shares=Shares(each=settings.max_in_flight_per_user),
            db=db,
            survey=survey_of(url),
            page_parser=await stack.enter_async_context(open_page_parser()),
            page_fetcher=open_page_fetcher(settings),
            resume_reader=await stack.enter_async_context(open_resume_reader()),
            job_boards=open_job_boards(settings, cache=shared.cache),
            shared=shared,
            github=stack.enter_context(open_github(settings, cache=shared.cache, clock=clock)),
            language_model=await open_language_model(settings, stack, clock=clock),
            stripe=open_stripe(settings, clock=clock),
            razorpay=open_razorpay(settings),
        )
