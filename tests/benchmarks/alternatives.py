"""The two designs that Overture replaces, doing the same work over HTTP. Written as one would have, and well:

    python -m tests.benchmarks.alternatives sequential 20 --port 8001    one sequential chain of awaits
    python -m tests.benchmarks.alternatives threads 20 --port 8001       a thread with its own event loop per request

The chain is the same in both, and what it does is the same as in Overture: the same statements through the same stores,
the same reader of pages, the same prompt, gate and HTTP to the model, GitHub cached. No connection is held while
anything else is waited for, and TLS contexts are shared. What they lack costs Overture and not them: admission, shares,
deadlines, the watch for the client's leaving, metrics, problem documents, one flight per URL, readers that can be
killed (the threads parse where they are). Nothing is undone for a client who left.
"""

import argparse
import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import httpx
import msgspec
from hypercorn.asyncio import serve  # pyright: ignore[reportUnknownVariableType]  # its WSGI half
from hypercorn.config import Config
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from service.access.callers import Principal
from service.access.tokens import Authenticator
from service.adapters.cache.in_process import InProcessCache
from service.adapters.github import GitHub
from service.adapters.language_model import ModelCall
from service.adapters.language_model.connections import Connections
from service.adapters.language_model.openai_compatible import openai_compatible
from service.adapters.page_fetcher.http import HttpPageFetcher
from service.adapters.page_parser import Page, PageParser, Selection
from service.adapters.page_parser.processes import page_parser_processes
from service.adapters.page_parser.reading import read_page
from service.credits import operations as credits
from service.credits.model import HoldId
from service.emails import store
from service.emails.brief import Writer, brief_of
from service.emails.by_model.writer import ModelWriter
from service.emails.gate import judge
from service.emails.model import (
    Credits,
    Email,
    EmailId,
    Gathered,
    GenerateRequest,
    Inputs,
    Status,
    Timings,
    WritingFailed,
)
from service.emails.schema import GenerateEmail, email_answer, generate_request
from service.kernel.clock import SystemClock
from service.kernel.database import Transaction, async_url
from service.kernel.database.bounds import Bounds
from service.kernel.identifiers import Identifiers, UserId
from service.postings.addresses import canonical
from service.postings.contexts import read_html
from service.postings.model import JobContext, Refreshed
from service.postings.operations import READER_VERSION
from service.postings.store import find_posting, put_posting
from service.projects import operations as projects
from service.resources import open_github
from service.resumes import operations as resumes
from service.resumes.model import ResumeId
from service.settings import Settings, load_settings
from service.usage import operations as usage
from service.usage.model import Outcome, Usage

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[[GenerateRequest, Principal], Awaitable[bytes]]

PAGE_PARSERS = 2
RLS = text(
    "SELECT set_config('overture.user', :user, true), set_config('overture.tenant', :tenant, true), "
    "set_config('role', 'overture_app', true)"
)


@dataclass(frozen=True)
class Units:
    """Transactions of one user."""

    engine: AsyncEngine
    principal: Principal

    async def run(
        self, unit: Callable[Concatenate[Transaction, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        async with self.engine.begin() as connection:
            await connection.execute(RLS, {"user": self.principal.user, "tenant": self.principal.tenant})
            bounds = Bounds()
            tx = Transaction(connection, before_each=lambda: None, exchange_seconds=bounds.exchange_seconds)
            return await unit(tx, *args, **kwargs)


@dataclass(frozen=True)
class Tools:
    """What one event loop has opened."""

    engine: AsyncEngine
    fetcher: HttpPageFetcher
    parser: PageParser
    github: GitHub
    writer: Writer


async def letter(request: GenerateRequest, principal: Principal, *, tools: Tools, settings: Settings) -> bytes:
    """The chain: each thing after the other."""
    units, identifiers = Units(tools.engine, principal), Identifiers(SystemClock())
    email, hold = EmailId(identifiers.uuid7()), HoldId(identifiers.uuid7())
    expires = settings.request_timeout_seconds + settings.hold_grace_seconds
    await units.run(
        credits.reserve,
        user=principal.user,
        amount=settings.email_price,
        operation=email,
        hold=hold,
        expires_in_seconds=expires,
    )
    try:
        gathered = await gather(request, principal.user, units=units, tools=tools, settings=settings)
        return await write_and_keep(
            Inputs(request, gathered), email, hold, units=units, writer=tools.writer, price=settings.email_price
        )
    except BaseException:
        await units.run(credits.release, hold=hold)
        raise


async def gather(request: GenerateRequest, user: UserId, *, units: Units, tools: Tools, settings: Settings) -> Gathered:
    context = None
    if request.job_url is not None:
        context = await posting(request.job_url, units=units, tools=tools, settings=settings)
    resume = None
    if request.resume_id is not None:
        resume = (await units.run(resumes.find, user=user, resume=ResumeId(request.resume_id))).document
    github = None
    if request.github is not None:
        github = await projects.evidence(request.github, github=tools.github)
    return Gathered(context, resume, github)


async def posting(url: str, *, units: Units, tools: Tools, settings: Settings) -> JobContext:
    address = canonical(url)
    stored = await units.run(find_posting, address, settings.posting_ttl_seconds)
    if stored is not None and stored.is_fresh:
        return stored.context
    page = await tools.fetcher.fetch(address)
    now = SystemClock().now()
    context = await read_html(page.content, parser=tools.parser, url=address, charset=page.charset, now=now)
    read = Refreshed(context, sha256(page.content).digest(), is_unread=False)
    await units.run(put_posting, address, read, READER_VERSION)
    return context


async def write_and_keep(
    inputs: Inputs, email: EmailId, hold: HoldId, *, units: Units, writer: Writer, price: int
) -> bytes:
    request, gathered, now = inputs.request, inputs.gathered, SystemClock().now()
    brief = brief_of(
        request,
        job_context=gathered.job_context,
        resume=gathered.resume,
        github=gathered.github,
        today=SystemClock().now().date(),
    )
    calls: list[ModelCall] = []
    draft = await writer(brief, on_sentence=None, on_call=calls.append)
    verdict = judge(draft, brief)
    if verdict.refused:
        raise WritingFailed("No letter came out that may be sent.")
    written = Email(
        id=email,
        user=units.principal.user,
        status=Status.DRAFT,
        subject=draft.subject,
        body=draft.body,
        language=draft.language,
        recruiter=request.recruiter,
        job_context=None if gathered.job_context is None else gathered.job_context.body(),
        evidence=draft.claims,
        missing=(),
        warnings=(*draft.caveats, *verdict.caveats),
        usage=draft.usage,
        credits=Credits(charged=price, available=0),
        timings=Timings(0),
        previous_id=None,
        lead_id=None,
        created_at=now,
        updated_at=now,
    )
    kept = await units.run(_keep, written, store.encoded(inputs), hold)
    return msgspec.json.encode(email_answer(kept))


async def _keep(tx: Transaction, email: Email, inputs: store.EncodedInputs, hold: HoldId) -> Email:
    balance = await credits.charge(tx, hold=hold, amount=email.credits.charged, reference=f"email:{email.id}")
    await usage.record(
        tx,
        Usage(
            id=Identifiers(SystemClock()).uuid7(),
            user=email.user,
            operation=email.id,
            outcome=Outcome.SUCCEEDED,
            provider=email.usage.provider,
            model=email.usage.model,
            input_tokens=email.usage.input_tokens,
            output_tokens=email.usage.output_tokens,
        ),
    )
    charged = replace(email, credits=replace(email.credits, available=balance.available))
    await store.insert_email(tx, charged, inputs)
    return charged


class InlineParser:
    """Parses where it is called: a reader process belongs to one loop, and a thread may block."""

    async def parse(
        self, html: bytes | str, *, charset: str | None = None, selections: tuple[Selection, ...] = ()
    ) -> Page:
        return read_page(html, charset=charset, selections=selections)


@asynccontextmanager
async def writing(settings: Settings, transport: Connections) -> AsyncGenerator[Writer]:
    async with openai_compatible(
        base_url=settings.openai_base_url or "",
        api_key=settings.openai_api_key,
        models=settings.models,
        prices=settings.model_prices,
        timeout_seconds=settings.model_timeout_seconds,
        first_token_timeout_seconds=settings.first_token_timeout_seconds,
        max_in_flight=settings.max_in_flight,
        clock=SystemClock(),
        transport=transport,
    ) as model:
        yield ModelWriter(model, identifiers=Identifiers(SystemClock()))


@asynccontextmanager
async def sequential(settings: Settings) -> AsyncGenerator[Work]:
    """One loop, one pool, one chain of awaits per request."""
    engine = create_async_engine(async_url(_url(settings)), pool_size=settings.pool_size, max_overflow=0)
    fetcher = HttpPageFetcher(allows_private=True, user_agent="benchmark/1")
    async with (
        page_parser_processes(count=PAGE_PARSERS) as parser,
        writing(settings, Connections(limit=2 * settings.max_in_flight)) as writer,
    ):
        with open_github(settings, cache=InProcessCache(), clock=SystemClock()) as github:
            yield partial(letter, tools=Tools(engine, fetcher, parser, github, writer), settings=settings)
    await engine.dispose()


@asynccontextmanager
async def threads(settings: Settings, *, count: int) -> AsyncGenerator[Work]:
    """A thread per request, `count` at a time, each with a loop, clients and database connections of its own."""
    # Without a pool, for connections cannot go from one loop to another.
    engine = create_async_engine(async_url(_url(settings)), poolclass=NullPool)
    async with engine.connect():
        pass  # the first connection is guarded by a lock of one loop: with several at once some never come back
    ssl_context, cache = httpx.create_ssl_context(trust_env=False), InProcessCache()
    fetcher = HttpPageFetcher(allows_private=True, user_agent="benchmark/1", ssl_context=ssl_context)

    async def in_own_loop(request: GenerateRequest, principal: Principal) -> bytes:
        async with writing(settings, Connections(limit=2, ssl_context=ssl_context)) as writer:
            with open_github(settings, cache=cache, clock=SystemClock()) as github:
                tools = Tools(engine, fetcher, InlineParser(), github, writer)
                return await letter(request, principal, tools=tools, settings=settings)

    def in_thread(request: GenerateRequest, principal: Principal) -> bytes:
        return asyncio.run(in_own_loop(request, principal))

    executor = ThreadPoolExecutor(max_workers=count)

    async def work(request: GenerateRequest, principal: Principal) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(executor, in_thread, request, principal)

    yield work
    executor.shutdown(wait=False, cancel_futures=True)


def application(work: Work, authenticator: Authenticator) -> Starlette:
    async def generate(request: Request) -> Response:
        principal = authenticator.principal(request.headers.get("authorization"))
        asked = generate_request(msgspec.json.decode(await request.body(), type=GenerateEmail))
        return Response(await work(asked, principal), status_code=201, media_type="application/json")

    async def ready(_request: Request) -> Response:
        return PlainTextResponse("ready")

    return Starlette(routes=[Route("/api/emails/generate", generate, methods=["POST"]), Route("/health/ready", ready)])


def _url(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url


async def _main(design: str, count: int, port: int) -> None:
    settings = load_settings(os.environ, directory=Path.cwd())
    authenticator = Authenticator.with_secret((settings.jwt_secret or "").encode(), clock=SystemClock())
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.backlog = 1024
    opened = sequential(settings) if design == "sequential" else threads(settings, count=count)
    async with opened as work:
        run = cast("Callable[..., Awaitable[None]]", serve)
        await run(cast("Any", application(work, authenticator)), config, mode="asgi")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.alternatives")
    parser.add_argument("design", choices=["sequential", "threads"])
    parser.add_argument("count", type=int, help="threads at a time")
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    asyncio.run(_main(given.design, given.count, given.port))
