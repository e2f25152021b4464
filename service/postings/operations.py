"""Reading postings: from pasted text, from a page somebody sends, from a URL whose board or page is asked, stored and
shared."""

import codecs
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from hashlib import sha256

import anyio
import msgspec
from anyio.lowlevel import checkpoint

from service.adapters.job_boards import JobBoards
from service.adapters.page_fetcher import GonePage, PageFetcher, UnfetchableUrl, UnreachablePage
from service.adapters.page_parser import PageParser, UnparsablePage
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.kernel.deadlines import attempt_seconds, remaining_seconds
from service.kernel.errors import Overloaded, Unavailable
from service.postings import store
from service.postings.addresses import canonical, host, web_address
from service.postings.extraction import Extraction
from service.postings.flights import FLIGHT_TIMEOUT_SECONDS, Flights
from service.postings.model import URL_MAX_CHARS, Fact, JobContext, Refreshed, as_of, gone
from service.postings.reading import by_model
from service.postings.reading.data import embedded
from service.postings.reading.data.embedded import Embedded
from service.postings.reading.merge import merged
from service.postings.reading.page import sentences, structure
from service.postings.reading.text import documents
from service.postings.sources import Source, find_source

# Raised with every change of the readers that should be seen in postings stored before, whatever their page's hash.
READER_VERSION = 3

# How old a stored posting may be that stands in for a page which cannot be had just now: a site is away for hours, and
# a posting lives for weeks.
STALE_MAX_SECONDS = 7 * 86_400.0
# Stored in place of a content's hash: whatever the page holds when it is back, it is read anew.
_NOTHING_THERE = bytes(32)


async def read_text(
    text: str, *, now: datetime, url: str | None = None, extraction: Extraction | None = None
) -> JobContext:
    """What pasted text says: linear, a few milliseconds; text beyond 100 000 characters is not read. What it leaves
    open is asked of the `extraction`, which may take seconds."""
    document = documents.from_text(text)
    # Hostile text takes some tens of milliseconds in all: others get their turn between the steps.
    await checkpoint()
    by_structure = structure.read(document, "text", now=now)
    await checkpoint()
    readings = (by_structure, sentences.read(document, "text"))
    await checkpoint()
    context = merged(document, readings, url=url, now=now, read_by="text")
    return context if extraction is None else await extraction.supplement(context)


async def read_noted(description: str, *, title: str, company: str, now: datetime, url: str | None) -> JobContext:
    """What somebody noted of a job: title and company as they say, whatever the description makes of them; the rest is
    read from the description."""
    context = await read_text(f"{title} at {company}\n\n{description}", now=now, url=url)
    at = len(title) + len(" at ")
    said = (Fact("title", title, "text", 0, len(title)), Fact("company", company, "text", at, at + len(company)))
    others = tuple(fact for fact in context.facts if fact.field not in ("title", "company"))
    return msgspec.structs.replace(context, title=title, company=company, facts=(*said, *others))


async def read_html(
    html: bytes | str,
    *,
    parser: PageParser,
    now: datetime,
    url: str | None = None,
    charset: str | None = None,
    extraction: Extraction | None = None,
) -> JobContext:
    """What a page says. Parses it, and the description in its structured data, in the parser's processes; what it
    leaves open is asked of the `extraction`.

    Stores nothing: what a caller sends is for that caller only. Raises `UnparsablePage`.
    """
    context = await _read_page(html, parser=parser, now=now, url=url, charset=charset)
    return context if extraction is None else await extraction.supplement(context)


async def _read_page(
    html: bytes | str,
    *,
    parser: PageParser,
    now: datetime,
    url: str | None,
    charset: str | None,
    listed: Embedded | None = None,
) -> JobContext:
    """`listed` is what a board says beside the page."""
    page = await parser.parse(html, charset=charset)
    document = documents.from_page(page)
    # Each step takes a millisecond or two of a real page and some tens of a hostile one: others get their turn between.
    await checkpoint()
    readings = [listed.read(body=None, now=now)] if listed else []
    readings.append(structure.read(document, "html", now=now))
    await checkpoint()
    readings.append(sentences.read(document, "text"))
    await checkpoint()
    has_body = False
    for reader in embedded.READERS:
        for posting in reader(page, document):
            body = None if has_body else await _parsed(posting.description, parser)
            has_body = has_body or body is not None
            await checkpoint()
            readings.append(posting.read(body=body, now=now))
        await checkpoint()
    return merged(document, readings, url=url or web_address(page.canonical_url), now=now, read_by="html")


async def context_for_url(
    url: str,
    *,
    db: Database,
    fetcher: PageFetcher,
    parser: PageParser,
    clock: Clock,
    flights: Flights[Refreshed],
    ttl_seconds: float,
    boards: JobBoards | None = None,
    extraction: Extraction | None = None,
) -> JobContext:
    """The stored context of a URL, fetched first where it is missing or older than `ttl_seconds`.

    `cached` says that it came from the store; so it does, as old as it is, where it cannot be fetched just now and is
    not older than a week. With a `ttl_seconds` of 0 it is as of now, or an error. Without `boards` only pages are read.
    Callers for one URL share one flight, which ends when none is left or after 20 s; nothing is stored then. What was
    just read and has gaps is asked of the `extraction`, and stored again with its answer; one that found no model's
    answer is fetched for that again when ten minutes have passed. Raises
    `UnfetchableUrl` (also before any wait, where the address alone forbids it), `UnparsablePage`, `FlightEnded`.
    """
    if len(url) > URL_MAX_CHARS:
        raise UnfetchableUrl(f"The URL has {len(url)} characters; at most {URL_MAX_CHARS} are read.")
    fetcher.check(url)
    address = canonical(url)
    if len(address) > URL_MAX_CHARS:
        raise UnfetchableUrl(f"The URL has {len(address)} characters once encoded; at most {URL_MAX_CHARS} are read.")
    stored = await db.read(store.find_posting, address, ttl_seconds)
    is_due = stored is not None and extraction is not None and extraction.is_due(stored)
    if stored is not None and stored.is_fresh and stored.reader_version == READER_VERSION and not is_due:
        return msgspec.structs.replace(as_of(stored.context, clock.now()), cached=True)
    source = partial(find_source, address, fetcher=fetcher, boards=boards)
    refresh = partial(_refreshed, address, stored, source, db=db, parser=parser, clock=clock)
    flight = partial(flights.join, address, refresh, name=f"fetch {host(address)}")
    if stored is None or ttl_seconds <= 0 or stored.age_seconds > STALE_MAX_SECONDS:
        refreshed = await flight()
    else:
        refreshed = await _or_stored(flight, stored, clock=clock)
    if extraction is None:
        return refreshed.context
    return await extraction.supplement_stored(refreshed, address, flights=flights, db=db)


async def _or_stored(flight: Callable[[], Awaitable[Refreshed]], stored: store.Stored, *, clock: Clock) -> Refreshed:
    """The flight's answer; where there is none just now, or the caller's time runs out, the stored one as it is, which
    nobody is asked about then."""
    with anyio.move_on_after(attempt_seconds(FLIGHT_TIMEOUT_SECONDS, remaining_seconds())):
        try:
            return await flight()
        except (UnreachablePage, Unavailable, Overloaded):
            pass
    context = msgspec.structs.replace(as_of(stored.context, clock.now()), cached=True)
    return Refreshed(context, stored.content_hash, is_unread=False)


async def _refreshed(
    address: str,
    stored: store.Stored | None,
    find: Callable[[], Awaitable[Source]],
    *,
    db: Database,
    parser: PageParser,
    clock: Clock,
) -> Refreshed:
    try:
        source = await find()
        content_hash = sha256(source.content).digest()
        now = clock.now()
        if stored and stored.content_hash == content_hash and stored.reader_version == READER_VERSION:
            context = msgspec.structs.replace(as_of(stored.context, now), fetched_at=now)
            is_unread = stored.is_unread
        else:
            context = await read_source(source, address, parser=parser, now=now)
            is_unread = bool(by_model.asked_for(context, is_brief=False))
    except GonePage as error:
        if stored is None:
            raise
        context, content_hash, is_unread = gone(stored.context, error.detail, clock.now()), _NOTHING_THERE, False
    refreshed = Refreshed(context, content_hash, is_unread)
    await db.run(store.put_posting, address, refreshed, READER_VERSION)
    return refreshed


async def read_source(source: Source, address: str, *, parser: PageParser, now: datetime) -> JobContext:
    """What was found says. Raises `UnfetchableUrl` where that is nothing, `GonePage` where it is no posting and the
    board has none either; `UnparsablePage`."""
    page, posting = source.page, source.posting
    if page is None:
        context = await _read_posting(posting, parser=parser, url=address, now=now)
    elif page.media_type == "text/plain":
        text = page.content.decode(_known(page.charset), errors="replace")
        context = await read_text(text, now=now, url=address)
    else:
        context = await _read_page(
            page.content, parser=parser, url=address, charset=page.charset, now=now, listed=posting
        )
    if not context.text.strip() and not context.facts:  # a shell that scripts would fill, or nothing at all
        problem = GonePage if source.is_unknown else UnfetchableUrl
        raise problem("The page holds no text.")
    if source.is_unknown and not _is_posting(context):
        raise GonePage("The board has no such posting any more, and the page shows none.")
    return context


def _is_posting(context: JobContext) -> bool:
    """Whether it says more than a title, which the page of a posting that is gone has too."""
    is_told_to_machines = context.extracted_by not in ("html", "text")
    return is_told_to_machines or bool(context.requirements or context.responsibilities)


async def _read_posting(posting: Embedded | None, *, parser: PageParser, url: str, now: datetime) -> JobContext:
    """What a board's API says of a posting, over its description as the stored text."""
    body = await _parsed(posting.description, parser) if posting else None
    await checkpoint()
    readings = (posting.read(body=body, now=now),) if posting else ()
    await checkpoint()
    return merged(body or documents.Document("", ()), readings, url=url, now=now, read_by="board-api")


def _known(charset: str | None) -> str:
    try:
        return codecs.lookup(charset or "utf-8").name
    except LookupError:
        return "utf-8"


async def _parsed(description: str | None, parser: PageParser) -> documents.Document | None:
    """A description as lines; one that cannot be parsed is left to the page's own text."""
    if not description:
        return None
    if not embedded.has_markup(description):
        return documents.from_text(description)
    try:
        return documents.from_page(await parser.parse(description))
    except UnparsablePage:
        return None
