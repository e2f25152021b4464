"""`overture doctor`"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Literal

import anyio

from service.adapters.redis import Redis, RedisAway
from service.background import INVARIANTS_TAKE_SECONDS, hold_overtime_seconds
from service.cli import DONE, FAILED, command_settings
from service.custody import operations as custody
from service.kernel.database import Database, open_database
from service.kernel.database.server import OLDEST_MAJOR, server_facts, write_nothing
from service.kernel.errors import ServiceError
from service.migrations import applied_revision, newest_revision
from service.payments.store import count_open_events
from service.resources import (
    database_url,
    embedded_owners,
    open_cache_and_limits,
    open_page_parser,
    open_resume_reader,
    survey_of,
)
from service.settings import BadSettings, Settings, describe, token_secret, unknown_variables

# Any check that takes longer has found something.
CHECK_TIMEOUT_SECONDS = 30.0
# What later searches use where the server has it.
EXTENSIONS = ("pg_trgm", "vector")

Verdict = Literal["ok", "note", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`note`: it works, and somebody should know."""

    verdict: Verdict
    what: str
    detail: str


def doctor(*, backend: Literal["asyncio", "trio"] | None = None) -> int:
    """Check the configuration, the database and its invariants, and the page parser; exit code 1 if a check failed.

    Parameters
    ----------
    backend
        The event loop; beats OVERTURE_BACKEND.
    """
    settings = command_settings(is_quiet=True, backend=backend)
    for variable, value in describe(settings).items():
        print(f"{variable:<34} {value}")
    print()
    return anyio.run(_examine, settings, backend=settings.backend)


async def _examine(settings: Settings) -> int:
    code = DONE
    async for finding in _findings(settings):
        print(f"{finding.verdict:<7} {finding.what:<14} {finding.detail}", flush=True)
        if finding.verdict == "failed":
            code = FAILED
    return code


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    for name in unknown_variables(os.environ):
        yield Finding("note", "configuration", f"{name} is not a variable of this version; is it misspelt?")
    yield _secret(settings)
    async with AsyncExitStack() as stack:
        try:
            url = await stack.enter_async_context(database_url(settings))
            if settings.database_url is None:
                owners = embedded_owners(settings)
                yield Finding("ok", "embedded", f"held up by {', '.join(str(owner.pid) for owner in owners)}")
            db = await stack.enter_async_context(survey_of(url)())
        except ServiceError as error:
            yield _failure("database", error)
        else:
            async for finding in _database(db, settings):
                yield finding
    yield await _run_check("page parser", _page_parser)
    yield await _run_check("résumé reader", _resume_reader)
    if (redis := open_cache_and_limits(settings).redis) is not None:
        yield await _run_check("redis", partial(_redis, redis))


async def _database(db: Database, settings: Settings) -> AsyncIterator[Finding]:
    yield await _run_check("database", partial(_server, db))
    yield await _run_check("extensions", partial(_extensions, db))
    yield _wall(db)
    if settings.database_direct_url is not None:
        yield await _run_check("direct database", partial(_direct, settings.database_direct_url))
    migrations = await _run_check("migrations", partial(_migrations, db))
    yield migrations
    if migrations.verdict == "ok":
        invariants = partial(_invariants, db, settings)
        yield await _run_check("invariants", invariants, timeout_seconds=INVARIANTS_TAKE_SECONDS)
        yield await _run_check("payments", partial(_payments, db))


async def _run_check(
    what: str, check: Callable[[], Awaitable[tuple[Verdict, str]]], *, timeout_seconds: float = CHECK_TIMEOUT_SECONDS
) -> Finding:
    try:
        with anyio.fail_after(timeout_seconds):
            verdict, detail = await check()
    except TimeoutError:
        return Finding("failed", what, f"no answer within {timeout_seconds:g} s")
    except ServiceError as error:
        return _failure(what, error)
    return Finding(verdict, what, detail)


def _failure(what: str, error: ServiceError) -> Finding:
    because = f" ({error.__cause__})" if error.__cause__ else ""
    return Finding("failed", what, f"{error.detail}{because}")


def _secret(settings: Settings) -> Finding:
    try:
        secret = token_secret(settings)
    except BadSettings as error:
        return Finding("failed", "tokens", "; ".join(error.problems))
    if secret is None:
        return Finding("ok", "tokens", "verified with the keys of OVERTURE_JWKS_URL")
    return Finding("ok", "tokens", "verified with a secret of ours")


async def _server(db: Database) -> tuple[Verdict, str]:
    began = anyio.current_time()
    facts = await db.run_system(server_facts, extensions=EXTENSIONS)
    took_ms = (anyio.current_time() - began) * 1000
    if facts.major < OLDEST_MAJOR:
        return "failed", f"PostgreSQL {facts.version}; {OLDEST_MAJOR} or later is needed"
    if facts.statement_timeout == "0":
        return "failed", "statement_timeout is 0 within a transaction: no deadline holds; is a pooler in between?"
    await db.run_system(write_nothing)
    return "ok", f"PostgreSQL {facts.version} answers in {took_ms:.1f} ms"


async def _direct(url: str) -> tuple[Verdict, str]:
    async with open_database(url, pool_size=1) as db:
        facts = await db.run_system(server_facts, extensions=EXTENSIONS)
    return "ok", f"PostgreSQL {facts.version} behind DATABASE_DIRECT_URL"


async def _extensions(db: Database) -> tuple[Verdict, str]:
    facts = await db.run_system(server_facts, extensions=EXTENSIONS)
    lacking = [name for name in EXTENSIONS if name not in facts.offered]
    notes = [f"the server does not offer {', '.join(lacking)}: searches do without"] if lacking else []
    if "pg_trgm" in facts.offered - facts.installed:
        notes.append("pg_trgm is not created in this database, and was not when it was migrated: searches do without")
    if notes:
        return "note", "; ".join(notes)
    return "ok", f"the server offers {', '.join(EXTENSIONS)}"


def _wall(db: Database) -> Finding:
    if db.wall_is_up:
        return Finding("ok", "tenant wall", "row-level security binds every request")
    return Finding(
        "note",
        "tenant wall",
        "the second wall is off: the role overture_app could not be created or taken (CREATE ROLE denied?)",
    )


async def _migrations(db: Database) -> tuple[Verdict, str]:
    applied, newest = await db.run_system(applied_revision), newest_revision()
    if applied == newest:
        return "ok", f"at {newest}, the newest"
    return "failed", f"at {applied or 'none'}, the newest is {newest}; run `overture migrate`"


async def _invariants(db: Database, settings: Settings) -> tuple[Verdict, str]:
    overtime_seconds = hold_overtime_seconds(settings.sweep_seconds)
    violations = await db.run_system(custody.check, sweep_seconds=overtime_seconds)
    if violations:
        return "failed", "; ".join(f"{violation.name}: {violation.detail}" for violation in violations)
    return "ok", "all hold"


async def _payments(db: Database) -> tuple[Verdict, str]:
    counted = await db.run_system(count_open_events)
    if not any(counted.values()):
        return "ok", "no event waits for a person"
    waiting = " and ".join(f"{events} {outcome}" for outcome, events in counted.items() if events)
    return "note", f"{waiting}; `overture payments` lists them"


async def _redis(redis: Redis) -> tuple[Verdict, str]:
    try:
        await redis.probe()
    except RedisAway as error:
        return "note", f"{error.detail} Every process uses its own cache and rate limits ({error.__cause__})"
    return "ok", "answers: cache and rate limits are shared"


async def _page_parser() -> tuple[Verdict, str]:
    async with open_page_parser() as parser:
        page = await parser.parse("<title>A page</title><h1>Works</h1>")
    return ("ok", "reads a page in its own process") if "Works" in page.text else ("failed", f"read {page.text!r}")


async def _resume_reader() -> tuple[Verdict, str]:
    async with open_resume_reader() as reader:
        document = await reader.read(b"Skills\nReading")
    return ("ok", "reads a file in its own process") if "skills" in document else ("failed", f"read {document!r}")
