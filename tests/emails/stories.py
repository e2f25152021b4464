"""What the stories' tests stand on: a user with coins, scripted outside systems, and what a generation left behind."""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

import anyio
from sqlalchemy import text

from service.accounts import operations as accounts
from service.adapters.page_fetcher.scripted import ScriptedPageFetcher, html_page
from service.adapters.page_parser.scripted import ScriptedPageParser
from service.credits.model import Balance
from service.credits.store import find_balance
from service.custody import operations as custody
from service.emails.brief import OnSentence, Writer
from service.emails.model import Email, EmailId, GenerateRequest, Overrides, Recruiter, Terms
from service.emails.offline import compose
from service.emails.operations.generate import generate
from service.emails.operations.regenerate import regenerate
from service.emails.operations.services import EmailServices, Share
from service.emails.operations.settlement import Remember, forget
from service.kernel.clock import SystemClock
from service.kernel.concurrency import Report, Shares, ignore_event
from service.kernel.database import Database, Transaction, acting_for
from service.kernel.identifiers import Identifiers, UserId, personal_tenant
from service.postings.operations import PostingReader
from service.postings.single_flight import SingleFlight
from tests.emails.briefs import RESUME

T = TypeVar("T")

ADA = UserId("ada")
TERMS = Terms(price=1, branch_timeout_seconds=5, request_timeout_seconds=60, hold_grace_seconds=30)
JOB_TEXT = """Backend Engineer
Company: Lumenvale

Requirements
- Four years or more with Python
- PostgreSQL in production

Responsibilities
- Build the billing service
"""
REQUEST = GenerateRequest(
    recruiter=Recruiter("Ada Park", "ada@lumenvale.example", "Talent Partner", "Lumenvale"),
    job_text=JOB_TEXT,
    resume=RESUME,
)
JOB_URL = "https://jobs.lumenvale.example/17"
JOB_PAGE = (
    "<html><body><h1>Backend Engineer</h1><p>Lumenvale is hiring.</p><h2>Requirements</h2>"
    "<ul><li>Python in production</li><li>PostgreSQL</li></ul></body></html>"
)

NO_OVERRIDES = Overrides()

everyone: Share = Shares(each=1_000).take


def acting(user: UserId) -> AbstractContextManager[None]:
    return acting_for(user, personal_tenant(user))


@dataclass(frozen=True)
class World:
    """One process's parts; `generate` is the story as the routes call it."""

    services: EmailServices

    @property
    def db(self) -> Database:
        return self.services.db

    @property
    def identifiers(self) -> Identifiers:
        return self.services.identifiers

    def with_(self, **changes: Any) -> "World":
        return World(replace(self.services, **changes))

    async def generate(
        self,
        request: GenerateRequest = REQUEST,
        *,
        user: UserId = ADA,
        terms: Terms = TERMS,
        share: Share = everyone,
        writer: Writer = compose.write,
        report: Report = ignore_event,
        on_sentence: OnSentence | None = None,
        remember: Remember = forget,
    ) -> Email:
        with acting(user):
            return await generate(
                request,
                user=user,
                tenant=personal_tenant(user),
                services=replace(self.services, terms=terms, share=share, writer=writer),
                report=report,
                on_sentence=on_sentence,
                remember=remember,
            )

    async def regenerate(self, email: EmailId, overrides: Overrides = NO_OVERRIDES, *, user: UserId = ADA) -> Email:
        with acting(user):
            return await regenerate(
                email,
                overrides,
                user=user,
                tenant=personal_tenant(user),
                services=self.services,
            )


def world(db: Database, start: Any, *, fetch_delay_seconds: float = 0.0) -> World:
    clock = SystemClock()
    services = EmailServices(
        db=db,
        identifiers=Identifiers(clock),
        terms=TERMS,
        share=everyone,
        clock=clock,
        postings=PostingReader(
            db=db,
            fetcher=ScriptedPageFetcher({JOB_URL: html_page(JOB_URL, JOB_PAGE)}, delay_seconds=fetch_delay_seconds),
            parser=ScriptedPageParser(),
            clock=clock,
            single_flight=SingleFlight(start=start),
            ttl_seconds=3600,
        ),
    )
    return World(services)


async def give(db: Database, coins: int, *, user: UserId = ADA) -> None:
    """Store the user with so many coins."""
    with acting(user):
        await db.run(accounts.store, user=user, email="a@example.org", display_name=None, welcome_coins=coins)


@dataclass(frozen=True)
class Left:
    """What one user's generations left in the database."""

    emails: int
    charges: int
    open_holds: int
    usage: list[str]
    balance: Balance


async def left(db: Database, user: UserId = ADA) -> Left:
    async def look(tx: Transaction) -> Left:
        async def count(statement: str) -> int:
            return await tx.scalar(text(statement), {"user": user})

        outcomes = await tx.rows(text("SELECT outcome FROM usage_rows WHERE user_id = :user"), {"user": user})
        of_wallet = "wallet_id = (SELECT id FROM wallets WHERE user_id = :user)"
        return Left(
            emails=await count("SELECT count(*) FROM emails WHERE user_id = :user"),
            charges=await count(f"SELECT count(*) FROM ledger_transactions WHERE kind = 'charge' AND {of_wallet}"),
            open_holds=await count(f"SELECT count(*) FROM holds WHERE state = 'open' AND {of_wallet}"),
            usage=sorted(row.outcome for row in outcomes),
            balance=await find_balance(tx, user=user),
        )

    return await db.run_system(look)


async def assert_sound(db: Database) -> None:
    """Every invariant over the whole database, and no connection checked out."""
    assert db.pool_state().checked_out == 0
    assert await db.run_system(custody.check, sweep_seconds=60) == []


class Interrupted(Awaitable[T]):
    """Runs a coroutine and cancels `scope` at its suspension number `at` (from 1); counts its suspensions."""

    def __init__(self, coroutine: Coroutine[Any, Any, T], scope: anyio.CancelScope, *, at: int) -> None:
        self._coroutine = coroutine
        self._scope = scope
        self._at = at
        self.suspensions = 0

    def __await__(self) -> Generator[Any, Any, T]:
        inner = self._coroutine.__await__()
        step: Callable[[], Any] = lambda: next(inner)  # noqa: E731 - rebound at each step
        while True:
            try:
                yielded = step()
            except StopIteration as ended:
                return ended.value
            self.suspensions += 1
            if self.suspensions == self._at:
                self._scope.cancel()
            try:
                sent = yield yielded
            except BaseException as error:  # noqa: BLE001 - handed on to the coroutine, whatever it is
                step = _thrown(inner, error)
            else:
                step = _sent(inner, sent)


def _thrown(inner: Generator[Any, Any, Any], error: BaseException) -> Callable[[], Any]:
    return lambda: inner.throw(error)


def _sent(inner: Generator[Any, Any, Any], value: Any) -> Callable[[], Any]:
    return lambda: inner.send(value)


def anyone(number: int) -> UserId:
    return UserId(f"user-{number}")


def an_id(number: int) -> UUID:
    return UUID(int=number)
