"""A posting that is stored, when its page is away, slow, gone, or back."""

from collections.abc import AsyncGenerator

import anyio
import pytest
from anyio.abc import TaskGroup
from sqlalchemy import text

from service.adapters.page_fetcher import FetchedPage, GonePage, UnfetchableUrl, UnreachablePage
from service.adapters.page_fetcher.scripted import ScriptedPageFetcher, html_page
from service.adapters.page_parser.scripted import ScriptedPageParser
from service.kernel.clock import FixedClock
from service.kernel.database import Database, Transaction
from service.kernel.errors import Overloaded, ServiceError
from service.postings import operations
from service.postings.model import JobContext, Refreshed
from service.postings.operations import STALE_MAX_SECONDS, PostingReader
from service.postings.single_flight import SingleFlight
from tests.postings.pages import NOW, assert_spans_are_true, quoted

pytestmark = pytest.mark.anyio

URL = "https://jobs.example.com/42"
PAGE = html_page(URL, "<h1>Baker</h1><p>Company: Crumb &amp; Sons</p><p>Apply now</p>")
DAY = 86_400.0


class Overloading(ScriptedPageFetcher):
    async def fetch(self, url: str) -> FetchedPage:
        raise Overloaded("too many")


class Reader:
    """One stored posting and a clock of its own; `age` makes it older than it is."""

    def __init__(self, db: Database, root: TaskGroup) -> None:
        self.db, self.clock = db, FixedClock(NOW)
        self.fetcher = ScriptedPageFetcher({URL: PAGE})
        self.single_flight = SingleFlight[Refreshed](start=root.start_soon)

    async def __call__(self, *, ttl_seconds: float = DAY) -> JobContext:
        reader = PostingReader(
            db=self.db,
            fetcher=self.fetcher,
            parser=ScriptedPageParser(),
            clock=self.clock,
            single_flight=self.single_flight,
            ttl_seconds=ttl_seconds,
        )
        return await reader.read_url(URL)

    async def age(self, seconds: float) -> None:
        self.clock.advance(seconds)

        async def older(tx: Transaction) -> None:
            statement = text("UPDATE postings SET refreshed_at = refreshed_at - make_interval(secs => :seconds)")
            await tx.execute(statement.bindparams(seconds=seconds))

        await self.db.run(older)

    def page_is(self, page: FetchedPage | UnfetchableUrl, *, delay_seconds: float = 0.0) -> None:
        self.fetcher = ScriptedPageFetcher({URL: page}, delay_seconds=delay_seconds)


@pytest.fixture
async def reader(db: Database) -> AsyncGenerator[Reader]:
    async with anyio.create_task_group() as root:
        reader = Reader(db, root)
        assert (await reader()).cached is False
        yield reader


@pytest.mark.parametrize("problem", [UnreachablePage("away"), Overloaded("too many")], ids=["away", "too many"])
async def test_a_page_that_is_away_is_stood_in_for(reader: Reader, problem: ServiceError) -> None:
    await reader.age(2 * DAY)
    if isinstance(problem, UnfetchableUrl):
        reader.page_is(problem)
    else:
        reader.fetcher = Overloading({})
    old = await reader()
    assert (old.title, old.cached, old.fetched_at) == ("Baker", True, NOW)
    with pytest.raises(type(problem)):  # now is now
        await reader(ttl_seconds=0)


@pytest.mark.parametrize(
    ("problem", "days"),
    [(UnfetchableUrl("forbidden"), 2), (UnreachablePage("away"), STALE_MAX_SECONDS / DAY + 1)],
    ids=["forbidden", "too old"],
)
async def test_what_is_refused_or_too_old_is_not_stood_in_for(
    reader: Reader, problem: UnfetchableUrl, days: float
) -> None:
    await reader.age(days * DAY)
    reader.page_is(problem)
    with pytest.raises(type(problem)):
        await reader()


async def test_a_page_that_is_slow_is_stood_in_for_before_the_callers_time_is_up(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[float] = []

    def soon(_limit_seconds: float, left_seconds: float) -> float:
        left.append(left_seconds)
        return 0.05

    monkeypatch.setattr(operations, "attempt_seconds", soon)
    await reader.age(2 * DAY)
    reader.page_is(PAGE, delay_seconds=60)
    with anyio.fail_after(30):
        assert (await reader()).cached is True
    assert 0 < left[0] <= 30
    assert len(reader.single_flight) == 0


async def test_a_page_that_is_gone_is_closed_and_comes_back_open(reader: Reader) -> None:
    await reader.age(2 * DAY)
    reader.page_is(GonePage("jobs.example.com answered with status 404."))
    closed = await reader()
    assert (closed.title, closed.is_open, closed.cached) == ("Baker", False, False)
    assert closed.fetched_at == reader.clock.now()
    assert quoted(closed, "is_open") == "jobs.example.com answered with status 404."
    assert_spans_are_true(closed)
    assert (await reader()).cached is True
    again = await reader(ttl_seconds=0)
    assert again.text == closed.text
    reader.page_is(PAGE)
    assert (await reader(ttl_seconds=0)).is_open is True


async def test_a_page_that_never_was_is_not_stored(db: Database) -> None:
    async with anyio.create_task_group() as root:
        reader = Reader(db, root)
        reader.page_is(GonePage("404"))
        with pytest.raises(GonePage):
            await reader()
