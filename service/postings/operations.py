"""Reading postings: from pasted text, from a page somebody sends, from a URL that is fetched, stored and shared."""

import codecs
from datetime import datetime
from functools import partial
from hashlib import sha256

import msgspec
from anyio.lowlevel import checkpoint

from service.adapters.page_fetcher import FetchedPage, PageFetcher, UnfetchableUrl
from service.adapters.page_parser import PageParser, UnparsablePage
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.postings import store
from service.postings.addresses import canonical, host, web_address
from service.postings.flights import Flights
from service.postings.model import URL_MAX_CHARS, JobContext, as_of
from service.postings.reading import documents, embedded, sentences, structure
from service.postings.reading.merge import merged

# Raised with every change of the readers that should be seen in postings stored before, whatever their page's hash.
READER_VERSION = 1


async def read_text(text: str, *, now: datetime, url: str | None = None) -> JobContext:
    """What pasted text says: linear, a few milliseconds; text beyond 100 000 characters is not read."""
    document = documents.from_text(text)
    # Hostile text takes some tens of milliseconds in all: others get their turn between the steps.
    await checkpoint()
    by_structure = structure.read(document, "text", now=now)
    await checkpoint()
    readings = (by_structure, sentences.read(document, "text"))
    await checkpoint()
    return merged(document, readings, url=url, now=now, read_by="text")


async def read_html(
    html: bytes | str, *, parser: PageParser, now: datetime, url: str | None = None, charset: str | None = None
) -> JobContext:
    """What a page says. Parses it, and the description in its structured data, in the parser's workers.

    Stores nothing: what a caller sends is for that caller only. Raises `UnparsablePage`.
    """
    page = await parser.parse(html, charset=charset)
    document = documents.from_page(page)
    # Each step takes a millisecond or two of a real page and some tens of a hostile one: others get their turn between.
    await checkpoint()
    readings = [structure.read(document, "html", now=now)]
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
    flights: Flights[JobContext],
    ttl_seconds: float,
) -> JobContext:
    """The stored context of a URL, fetched first where it is missing or older than `ttl_seconds`.

    `cached` says that it came from the store. Callers for one URL share one flight, which ends when none is left or
    after 20 s; nothing is stored then. Raises `UnfetchableUrl` (also before any wait, where the address alone forbids
    it), `UnparsablePage`, `FlightEnded`.
    """
    if len(url) > URL_MAX_CHARS:
        raise UnfetchableUrl(f"The URL has {len(url)} characters; at most {URL_MAX_CHARS} are read.")
    fetcher.check(url)
    address = canonical(url)
    if len(address) > URL_MAX_CHARS:
        raise UnfetchableUrl(f"The URL has {len(address)} characters once encoded; at most {URL_MAX_CHARS} are read.")
    stored = await db.read(store.find_posting, address, ttl_seconds)
    if stored is not None and stored.is_fresh and stored.reader_version == READER_VERSION:
        return msgspec.structs.replace(as_of(stored.context, clock.now()), cached=True)
    refresh = partial(_refreshed, address, stored, db=db, fetcher=fetcher, parser=parser, clock=clock)
    return await flights.join(address, refresh, name=f"fetch {host(address)}")


async def _refreshed(
    address: str, stored: store.Stored | None, *, db: Database, fetcher: PageFetcher, parser: PageParser, clock: Clock
) -> JobContext:
    fetched = await fetcher.fetch(address)
    content_hash = sha256(fetched.content).digest()
    now = clock.now()
    if stored and stored.content_hash == content_hash and stored.reader_version == READER_VERSION:
        context = msgspec.structs.replace(as_of(stored.context, now), fetched_at=now)
    else:
        context = await _read(fetched, address, parser=parser, now=now)
    await db.run(store.put_posting, address, context, content_hash, READER_VERSION)
    return context


async def _read(fetched: FetchedPage, address: str, *, parser: PageParser, now: datetime) -> JobContext:
    if fetched.media_type == "text/plain":
        text = fetched.content.decode(_known(fetched.charset), errors="replace")
        context = await read_text(text, now=now, url=address)
    else:
        context = await read_html(fetched.content, parser=parser, url=address, charset=fetched.charset, now=now)
    if not context.text.strip() and not context.facts:  # a shell that scripts would fill, or nothing at all
        raise UnfetchableUrl("The page holds no text.")
    return context


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
