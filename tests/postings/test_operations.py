from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

import anyio
import msgspec
import pytest
from anyio.abc import TaskGroup

from service.adapters.page_fetcher import FetchedPage, UnfetchableUrl
from service.adapters.page_fetcher.scripted import ScriptedPageFetcher, html_page
from service.adapters.page_parser import UnparsablePage
from service.adapters.page_parser.scripted import ScriptedPageParser
from service.kernel.clock import FixedClock
from service.kernel.database import Database, acting_for
from service.kernel.identifiers import TenantId, UserId
from service.kernel.supervision import Root
from service.kernel.telemetry import TaskTree
from service.postings import contexts, store
from service.postings.model import JobContext, Refreshed, Salary
from service.postings.operations import PostingReader
from service.postings.single_flight import SingleFlight
from tests.postings.pages import DATA, NOW, assert_spans_are_true, quoted, read, read_fixture, readers

pytestmark = pytest.mark.anyio

URL = "https://jobs.example.com/42"
PAGE = "<h1>Baker</h1><p>Company: Crumb &amp; Sons</p><h2>Requirements</h2><ul><li>Rises early</li></ul>"
DAY = 86_400.0


async def test_the_demo_posting() -> None:
    context = await read_fixture("demo/posting.html")
    assert (context.title, context.company) == ("Backend Engineer (Python)", "Northwind Cartography")
    assert (context.location, context.remote, context.is_open) == ("Germany", True, True)  # the office is in Hamburg
    assert context.salary == Salary(6_800_000, 8_400_000, "EUR", "year", "EUR 68000 - 84000 per year")
    assert context.posted_at == datetime(2026, 10, 5, tzinfo=UTC)
    assert (len(context.requirements), len(context.responsibilities)) == (7, 4)
    assert context.technologies[:2] == ("Python", "PostgreSQL")
    assert "TypeScript" not in context.technologies  # another posting's
    assert readers(context)["requirements/0"] == "json-ld"


async def test_a_german_page_by_its_structure() -> None:
    context = await read_fixture("postings/german.html")
    assert (context.title, context.company) == ("Softwareentwickler Embedded (m/w/d)", "Lindenhof Messtechnik GmbH")
    assert (context.location, context.employment_type) == ("Jena, Thüringen", "full-time, permanent")
    assert context.salary == Salary(5_800_000, 7_200_000, "EUR", "year", "58.000 € bis 72.000 € brutto pro Jahr")
    assert (context.valid_through, context.is_open) == (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), True)
    assert (len(context.requirements), len(context.responsibilities)) == (3, 3)
    assert {"C", "C++", "Rust", "Git"} <= set(context.technologies)
    assert not {"Java", "Excel"} & set(context.technologies)


async def test_a_french_page_by_its_microdata_and_headings() -> None:
    context = await read_fixture("postings/french_microdata.html")
    assert (context.title, context.company, context.location) == (
        "Développeur·se web",
        "Atelier Mirabelle",
        "Nancy, France",
    )
    assert context.employment_type == "permanent"
    assert context.is_open is False
    assert quoted(context, "is_open") == "2026-10-31T23:59:00+01:00"
    assert context.responsibilities[0] == "Développer nos boutiques en PHP avec Symfony"
    assert context.requirements[0] == "Deux ans d'expérience en développement web"
    assert context.salary is not None
    assert (context.salary.min, context.salary.max) == (3_400_000, 4_000_000)


async def test_a_spanish_page_that_is_closed() -> None:
    context = await read_fixture("postings/spanish.html")
    assert (context.company, context.location) == ("Faro del Norte S.A.", "Valencia, España")
    assert (context.is_open, context.remote) == (False, True)
    assert context.technologies == ("Power BI", "Python", "SQL", "R", "pandas")
    assert (len(context.requirements), len(context.responsibilities)) == (2, 2)


async def test_application_state_alone() -> None:
    context = await read_fixture("postings/next_data.html")
    assert context.extracted_by == "app-state"
    assert (context.title, context.company) == ("Data Platform Engineer", "Quillfeather Analytics")
    assert (context.location, context.remote, context.is_open) == ("Lyon, France", False, True)
    assert context.requirements == ("Three years with Scala or Java", "Fluent SQL, and experience with Airflow")
    assert context.responsibilities[0] == "Own the ingestion pipelines on Kafka and Flink"


async def test_pasted_text() -> None:
    context = await contexts.read_text((DATA / "postings/pasted.txt").read_text(encoding="utf-8"), now=NOW)
    assert_spans_are_true(context)
    assert context.extracted_by == "text"
    assert {fact.read_by for fact in context.facts} == {"text"}
    assert (context.title, context.company) == ("Senior Site Reliability Engineer", "Copperline Payments")
    assert (context.location, context.remote) == ("Lisbon, Portugal (Remote)", True)
    assert context.salary == Salary(7_000_000, 9_000_000, "EUR", "year", "€70k - €90k per year")
    assert context.valid_through == datetime(2027, 1, 15, 23, 59, 59, tzinfo=UTC)
    assert context.technologies == ("Kubernetes", "AWS", "Go", "Python", "Terraform", "Prometheus", "Grafana", "Linux")
    assert context.requirements[0] == "5+ years operating production systems"
    assert len(context.responsibilities) == 3


@pytest.mark.parametrize(
    ("first_line", "title", "company"),
    [
        ("Backend Engineer at Acme", "Backend Engineer", "Acme"),
        (
            "Senior Backend Engineer (m/w/d) bei Müller & Söhne GmbH",
            "Senior Backend Engineer (m/w/d)",
            "Müller & Söhne GmbH",
        ),
        ("Ingeniero de datos en Madrid", "Ingeniero de datos en Madrid", None),
        ("Engineer at large", "Engineer at large", None),
    ],
)
async def test_a_title_may_name_the_employer(first_line: str, title: str, company: str | None) -> None:
    context = await contexts.read_text(f"{first_line}\n\nRequirements\n- Python", now=NOW)
    assert (context.title, context.company) == (title, company)
    assert_spans_are_true(context)


async def test_a_long_line_about_something_names_no_employer() -> None:
    said = (
        "About Acme there is much to say, and all of it would be said at length if this line were to go on like that."
    )
    context = await contexts.read_text(f"Backend Engineer\n\n{said}", now=NOW)
    assert context.company is None
    assert (await contexts.read_text("Backend Engineer\n\nAbout Acme\nWe sail.", now=NOW)).company == "Acme"


async def test_text_without_a_posting_says_nothing() -> None:
    context = await contexts.read_text("Hello there.\nHow are you?", now=NOW)
    assert (context.title, context.facts, context.extracted_by) == (None, (), "text")


async def test_a_description_that_cannot_be_parsed_is_left_out() -> None:
    described = """<script type="application/ld+json">{"@type": "JobPosting", "title": "Baker",
        "description": "<p>deep</p>"}</script><p>Nothing here.</p>"""
    parser = ScriptedPageParser(pages={"<p>deep</p>": UnparsablePage("too deep")})
    context = await contexts.read_html(described, parser=parser, now=NOW)
    assert context.title == "Baker"
    assert "deep" not in context.text


async def test_properties_with_markup_are_read_entry_by_entry() -> None:
    context = await read(
        """<script type="application/ld+json">{"@type": "JobPosting", "title": "R &amp; D Baker",
        "qualifications": "<ul><li>Rises early &amp; often</li><li>Knows <b>Python</b> well</li></ul>",
        "responsibilities": "&lt;p&gt;Bake the bread&lt;/p&gt;&lt;p&gt;Sweep the floor&lt;/p&gt;"}</script>"""
    )
    assert context.title == "R & D Baker"
    assert context.requirements == ("Rises early & often", "Knows Python well")
    assert context.responsibilities == ("Bake the bread", "Sweep the floor")
    assert context.technologies == ("Python",)


@pytest.mark.parametrize(
    ("href", "url"),
    [("https://jobs.example.com/7", "https://jobs.example.com/7"), ("javascript:alert(1)", None), ("/7", None)],
)
async def test_a_pages_own_address_is_believed_where_it_is_one(href: str, url: str | None) -> None:
    page = f'<link rel="canonical" href="{href}">{PAGE}'
    assert (await read(page)).url == url
    assert (await read(page, url=URL)).url == URL


async def test_what_a_database_cannot_hold_is_replaced() -> None:
    page = """<script type="application/ld+json">{"@type": "JobPosting", "title": "Ba\\u0000ker \\ud800",
        "hiringOrganization": {"name": "A\\u0000"}}</script>"""
    context = await read(page)
    assert context.title == "Ba\ufffdker \ufffd"
    context.text.encode()


class Reader:
    """`read_url` with everything it needs."""

    def __init__(self, db: Database, root: TaskGroup, pages: dict[str, FetchedPage | UnfetchableUrl]) -> None:
        self.clock = FixedClock(NOW)
        self.db, self.parser = db, ScriptedPageParser()
        self.fetcher = ScriptedPageFetcher(pages)
        self.single_flight = SingleFlight[Refreshed](start=root.start_soon)

    async def __call__(self, url: str = URL, *, ttl_seconds: float = DAY) -> JobContext:
        reader = PostingReader(
            db=self.db,
            fetcher=self.fetcher,
            parser=self.parser,
            clock=self.clock,
            single_flight=self.single_flight,
            ttl_seconds=ttl_seconds,
        )
        return await reader.read_url(url)


async def test_a_url_is_fetched_once_and_then_served_from_the_store(db: Database) -> None:
    async with anyio.create_task_group() as root:
        reader = Reader(db, root, {URL: html_page(URL, PAGE)})
        first = await reader()
        assert (first.title, first.url, first.cached) == ("Baker", URL, False)
        second = await reader("HTTPS://Jobs.Example.com/42?utm_source=x#apply")
        assert second == msgspec.structs.replace(first, cached=True)
        assert reader.fetcher.fetched == [URL]


async def test_a_posting_past_its_time_is_fetched_again_and_parsed_only_where_it_changed(db: Database) -> None:
    async with anyio.create_task_group() as root:
        pages: dict[str, FetchedPage | UnfetchableUrl] = {URL: html_page(URL, PAGE)}
        reader = Reader(db, root, pages)
        await reader()
        reader.clock.advance(60)
        again = await reader(ttl_seconds=0)
        assert (again.cached, again.fetched_at) == (False, reader.clock.now())
        assert len(reader.parser.parsed) == 1
        pages[URL] = html_page(URL, PAGE.replace("Baker", "Miller"))
        assert (await reader(ttl_seconds=0)).title == "Miller"
        assert (await reader()).title == "Miller"
        assert len(reader.parser.parsed) == 2


async def test_a_flight_is_named_and_acts_for_nobody(db: Database) -> None:
    """What a public page says is everybody's: the wall lets it be stored without a user."""
    tree, seen = TaskTree(), list[tuple[str, str]]()
    process = Root(drain_seconds=0, tree=tree)

    async def server(trigger: Callable[[], Awaitable[None]]) -> None:
        async with anyio.create_task_group() as root:
            reader = Reader(db, root, {})
            reader.fetcher = ScriptedPageFetcher({URL: html_page(URL, PAGE)}, delay_seconds=0.05)
            reader.single_flight = SingleFlight[Refreshed](start=process.start)
            with acting_for(UserId("ada"), TenantId("user:ada")):
                root.start_soon(reader)
                while not reader.fetcher.fetched:
                    await anyio.sleep(0.005)
                seen.extend((task["kind"], task["name"]) for task in tree.describe())
        process.stop("test")
        await trigger()

    assert await process.run(lambda: process.serve(server, []), signals=()) == 0
    assert seen == [("flight", "fetch jobs.example.com")]
    assert await db.read(store.find_posting, URL, DAY) is not None


async def test_callers_at_once_share_one_fetch(db: Database) -> None:
    async with anyio.create_task_group() as root:
        reader = Reader(db, root, {URL: html_page(URL, PAGE)})
        reader.fetcher = ScriptedPageFetcher({URL: html_page(URL, PAGE)}, delay_seconds=0.05)
        async with anyio.create_task_group() as callers:
            for _ in range(20):
                callers.start_soon(reader)
        assert reader.fetcher.fetched == [URL]
        assert len(reader.single_flight) == 0


async def test_what_cannot_be_fetched_is_not_stored(db: Database) -> None:
    async with anyio.create_task_group() as root:
        reader = Reader(db, root, {URL: UnfetchableUrl("404")})
        with pytest.raises(UnfetchableUrl):
            await reader()
        with pytest.raises(UnfetchableUrl):
            await reader("ftp://jobs.example.com/")
        with pytest.raises(UnfetchableUrl):
            await reader(URL + "x" * 3_000)
        assert await db.read(store.find_posting, URL, DAY) is None


async def test_what_a_caller_sends_is_not_stored(db: Database) -> None:
    await contexts.read_html(PAGE, parser=ScriptedPageParser(), url=URL, now=NOW)
    assert await db.read(store.find_posting, URL, DAY) is None


async def test_a_posting_that_ran_out_since_it_was_read_is_closed(db: Database) -> None:
    page = PAGE + "<p>Apply by 2026-11-30</p>"
    async with anyio.create_task_group() as root:
        reader = Reader(db, root, {URL: html_page(URL, page)})
        assert (await reader()).is_open is True
        reader.clock.advance(30 * DAY)
        later = await reader()
        assert (later.is_open, later.cached) == (False, True)
        assert quoted(later, "is_open") == "2026-11-30"


@pytest.mark.parametrize("step", ["fetch", "parse"])
async def test_leaving_at_each_wait_stores_nothing(db: Database, step: str) -> None:
    async with anyio.create_task_group() as root:
        reader = Reader(db, root, {})
        if step == "fetch":
            reader.fetcher = ScriptedPageFetcher({URL: html_page(URL, PAGE)}, delay_seconds=60)
        else:
            reader.fetcher = ScriptedPageFetcher({URL: html_page(URL, PAGE)})
            reader.parser.delay_seconds = 60
        with anyio.fail_after(30):
            async with anyio.create_task_group() as callers:
                callers.start_soon(partial(reader))
                while not (reader.fetcher.fetched if step == "fetch" else reader.parser.parsed):
                    await anyio.sleep(0.005)
                callers.cancel_scope.cancel()
            while db.pool_state().checked_out:
                await anyio.sleep(0.005)
        assert len(reader.single_flight) == 0
        assert await db.read(store.find_posting, URL, DAY) is None
