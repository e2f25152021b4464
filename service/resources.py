"""What is open while the process lives, in the order it opens; closing is the reverse. The only file that names
concrete vendors. Whatever takes long to import is imported where it is opened."""

import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from subprocess import PIPE

import anyio
import structlog

from service.access.tokens import Authenticator
from service.adapters.cache import Cache
from service.adapters.cache.in_process import InProcessCache
from service.adapters.github import GitHub
from service.adapters.job_boards import JobBoards
from service.adapters.language_model import LanguageModel
from service.adapters.page_fetcher import PageFetcher
from service.adapters.page_parser import PageParser
from service.adapters.rate_limits import RateLimiter
from service.adapters.rate_limits.in_process import InProcessRateLimiter
from service.adapters.razorpay import Razorpay
from service.adapters.redis import Redis
from service.adapters.resume_reader import ResumeReader
from service.adapters.stripe import Stripe
from service.kernel.clock import Clock, SystemClock
from service.kernel.concurrency import Admission, Shares
from service.kernel.database import SURVEY, Database, open_database
from service.kernel.errors import Unavailable
from service.kernel.identifiers import Identifiers
from service.kernel.supervision import Root
from service.kernel.telemetry import TaskTree
from service.kernel.telemetry.metrics import Metrics
from service.migrations.revisions import applied_revision, newest_revision
from service.settings import OPENAI_URL, BadSettings, Settings, installed_version, token_secret

log = structlog.get_logger(__name__)

# Creating the whole schema takes about a second; a migration of much data is run by hand before the start.
MIGRATE_TIMEOUT_SECONDS = 120.0
# Reading a page takes some 10 ms; two readers keep up with any load one event loop can bring.
PAGE_PARSERS = 2
# Each holds 70 MB from the first résumé's file on, which takes it a tenth of a second.
RESUME_READERS = 2


# One more connection, for as long as the block: with time for statements that read whole tables, of which none is to
# hold up those who wait for a place in the pool.
Survey = Callable[[], AbstractAsyncContextManager[Database]]


class SchemaOutdated(Unavailable):
    """The database is not at the revision this version of the service was written for."""

    slug, title = "schema-outdated", "The database's schema is not the expected one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the processes of a deployment share where there is a Redis, and each has for itself where there is none."""

    cache: Cache
    rate_limiter: RateLimiter
    redis: Redis | None
    keep_redis: Callable[[], Awaitable[None]] | None  # what the background has to run for it


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
    shared: Shared
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
        if settings.database_url is None:
            await bring_up_to_date(url)
        db = await stack.enter_async_context(
            open_database(url, pool_size=settings.pool_size, on_unit=metrics.unit_ended)
        )
        await require_newest_schema(db)
        if not db.wall_is_up:
            log.warning("row-level security is off", reason="the role overture_app could not be created or taken")
        metrics.watch_pool(db.pool_state)
        metrics.watch_tasks()
        authenticator, refresh_keys = await open_authenticator(settings, clock)
        shared = open_shared(settings)
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


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncGenerator[str, None]:
    """The URL of the configured database, or of the embedded one, which runs as long as this block."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    from service.adapters.local_postgres.launcher import local_postgres  # noqa: PLC0415  (only where it is used)

    async with local_postgres(settings.data_dir / "postgresql") as url:
        yield url


def survey_of(url: str) -> Survey:
    """What opens a connection to that database for reading whole tables."""
    return partial(open_database, url, pool_size=1, bounds=SURVEY)


async def bring_up_to_date(url: str) -> None:
    """Migrate the embedded database if it is behind, in a process of its own: alembic starts a loop of its own."""
    async with open_database(url, pool_size=1) as db:
        applied = await db.run_system(applied_revision)
    if applied == newest_revision():
        return
    log.info("migrating", applied=applied, newest=newest_revision())
    with anyio.move_on_after(MIGRATE_TIMEOUT_SECONDS):
        await _migrated(url)
        return
    raise SchemaOutdated(
        f"Migrating the embedded database took longer than {MIGRATE_TIMEOUT_SECONDS:g} s; run `overture migrate`."
    )


async def _migrated(url: str) -> None:
    done = await anyio.run_process(
        [sys.executable, "-m", "service", "migrate"],
        env={**os.environ, "DATABASE_URL": url},
        stdin=None,
        stdout=PIPE,
        stderr=PIPE,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise SchemaOutdated(f"The embedded database could not be migrated: {said[-1] if said else 'no reason given'}")


async def require_newest_schema(db: Database) -> None:
    """Refuse to serve on a schema that this version was not written for."""
    applied, newest = await db.run_system(applied_revision), newest_revision()
    if applied != newest:
        raise SchemaOutdated(
            f"The database is at revision {applied or 'none'} and this version needs {newest}; run `overture migrate`."
        )


def open_page_parser() -> AbstractAsyncContextManager[PageParser]:
    from service.adapters.page_parser.processes import page_parser_processes  # noqa: PLC0415

    return page_parser_processes(count=PAGE_PARSERS)


def open_resume_reader() -> AbstractAsyncContextManager[ResumeReader]:
    from service.adapters.resume_reader.processes import resume_reader_processes  # noqa: PLC0415

    return resume_reader_processes(count=RESUME_READERS)


def open_page_fetcher(settings: Settings) -> PageFetcher:
    from service.adapters.page_fetcher.http import HttpPageFetcher  # noqa: PLC0415  (httpx)

    return HttpPageFetcher(
        allows_private=settings.fetch_allow_private,
        user_agent=f"Overture/{installed_version()} (+{settings.public_url})",
    )


def open_job_boards(settings: Settings, *, cache: Cache) -> JobBoards:
    from service.adapters.job_boards.http import HttpJobBoards  # noqa: PLC0415  (httpx)

    user_agent = f"Overture/{installed_version()} (+{settings.public_url})"
    return HttpJobBoards(api_urls=settings.board_api_urls, cache=cache, user_agent=user_agent)


async def open_language_model(settings: Settings, stack: AsyncExitStack, *, clock: Clock) -> LanguageModel | None:
    """The configured endpoint's models, closed with the stack; None where no endpoint is configured."""
    if not settings.has_language_model:
        return None
    from service.adapters.language_model.openai_compatible import openai_compatible  # noqa: PLC0415  (httpx)

    opening = openai_compatible(
        base_url=settings.openai_base_url or OPENAI_URL,
        api_key=settings.openai_api_key,
        models=settings.models,
        prices=settings.model_prices,
        timeout_seconds=settings.model_timeout_seconds,
        first_token_timeout_seconds=settings.first_token_timeout_seconds,
        max_in_flight=settings.max_in_flight,
        clock=clock,
        user_agent=f"overture/{installed_version()}",
    )
    return await stack.enter_async_context(opening)


def open_shared(settings: Settings) -> Shared:
    """Cache and rate limits, over Redis where one is configured. Raises `BadSettings` where the extra is missing.

    Connecting is the background's business (`keep_redis`): a Redis that is not there keeps nobody waiting.
    """
    cache, limiter = InProcessCache(), InProcessRateLimiter()
    if settings.redis_url is None:
        return Shared(cache=cache, rate_limiter=limiter, redis=None, keep_redis=None)
    if find_spec("coredis") is None:
        raise BadSettings(
            ["REDIS_URL: set, and the extra `redis` is not installed (overture[redis]); install or unset."]
        )
    from service.adapters.cache.redis import RedisCache  # noqa: PLC0415
    from service.adapters.rate_limits.redis import RedisRateLimiter  # noqa: PLC0415
    from service.adapters.redis.connection import RedisConnection  # noqa: PLC0415  (coredis)

    redis = RedisConnection(settings.redis_url)
    return Shared(
        cache=RedisCache(redis, otherwise=cache, version=installed_version()),
        rate_limiter=RedisRateLimiter(redis, otherwise=limiter),
        redis=redis,
        keep_redis=redis.keep,
    )


def open_stripe(settings: Settings, *, clock: Clock) -> Stripe | None:
    """None where it is not configured; the settings refuse half a configuration."""
    if settings.stripe_secret_key is None:
        return None
    from service.adapters.stripe.sdk import StripeSdk  # noqa: PLC0415  (stripe, a fifth of a second)

    return StripeSdk(
        secret_key=settings.stripe_secret_key,
        webhook_secrets=settings.stripe_webhook_secrets,
        api_url=settings.stripe_api_url,
        clock=clock,
    )


def open_razorpay(settings: Settings) -> Razorpay | None:
    """None where it is not configured."""
    key_id, key_secret, webhook_secret = (
        settings.razorpay_key_id,
        settings.razorpay_key_secret,
        settings.razorpay_webhook_secret,
    )
    if key_id is None or key_secret is None or webhook_secret is None:
        return None
    from service.adapters.razorpay.http import HttpRazorpay  # noqa: PLC0415  (httpx)

    return HttpRazorpay(
        key_id=key_id, key_secret=key_secret, webhook_secret=webhook_secret, api_url=settings.razorpay_api_url
    )


@contextmanager
def open_github(settings: Settings, *, cache: Cache, clock: Clock) -> Generator[GitHub, None, None]:
    """GitHub over PyGithub, which is imported with the first call; where it is not installed, that call says so."""
    from service.adapters.github.pygithub import PyGithub, open_pygithub_connection  # noqa: PLC0415

    url = settings.github_api_url.rstrip("/")
    user_agent = f"overture/{installed_version()}"
    connect = partial(open_pygithub_connection, api_url=url, token=settings.github_token, user_agent=user_agent)
    with closing(PyGithub(connect, api_url=url, cache=cache, clock=clock)) as github:
        yield github


async def open_authenticator(
    settings: Settings, clock: Clock
) -> tuple[Authenticator, Callable[[], Awaitable[None]] | None]:
    """Who verifies tokens, and what brings its keys up to date where somebody else publishes them."""
    secret = token_secret(settings)
    if secret is not None:
        return Authenticator.with_secret(secret, clock=clock, issuer=settings.jwt_issuer), None
    from service.adapters.signing_keys import refresh  # noqa: PLC0415
    from service.adapters.signing_keys.http import HttpSigningKeys  # noqa: PLC0415  (httpx)

    source = HttpSigningKeys(settings.jwks_url or "")
    keys = await source.fetch()
    authenticator = Authenticator.with_keys(keys, clock=clock, issuer=settings.jwt_issuer)
    return authenticator, partial(refresh, keys, source)
