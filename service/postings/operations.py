"""Reading postings: pasted text, a page somebody sends, a URL whose board or page is asked, stored and shared."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

import anyio
import msgspec

from service.adapters.job_boards import JobBoards
from service.adapters.page_fetcher import GonePage, PageFetcher, UnfetchableUrl, UnreachablePage
from service.adapters.page_parser import PageParser
from service.kernel.clock import Clock
from service.kernel.database import Database
from service.kernel.deadlines import attempt_seconds, remaining_seconds
from service.kernel.errors import Overloaded, Unavailable
from service.kernel.identifiers import UserId
from service.postings import contexts, store
from service.postings.addresses import canonical, host
from service.postings.extraction import Extraction, ModelReader
from service.postings.model import URL_MAX_CHARS, JobContext, Refreshed, as_of, gone
from service.postings.reading import by_model
from service.postings.single_flight import FLIGHT_TIMEOUT_SECONDS, SingleFlight
from service.postings.sources import find_source

# Raised with every change of the readers that should be seen in postings stored before, whatever their page's hash.
READER_VERSION = 4

# How old a stored posting may be that stands in for a page which cannot be had just now: a site is away for hours, and
# a posting lives for weeks.
STALE_MAX_SECONDS = 7 * 86_400.0
# Stored in place of a content's hash: whatever the page holds when it is back, it is read anew.
_NOTHING_THERE = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingReader:
    """Reads postings for anybody; one for the process. Without `boards` only pages are read.

    Where there is a `model` and a posting is read `for_user`, the model is asked for what the readers leave open, which
    may take seconds; `is_brief` where a letter waits for it.
    """

    db: Database
    fetcher: PageFetcher
    parser: PageParser
    clock: Clock
    single_flight: SingleFlight[Refreshed]
    ttl_seconds: float  # how old a stored posting may be
    boards: JobBoards | None = None
    model: ModelReader | None = None

    async def read_text(self, text: str, *, for_user: UserId | None = None, is_brief: bool = False) -> JobContext:
        context = await contexts.read_text(text, now=self.clock.now())
        return await self._supplemented(context, for_user, is_brief=is_brief)

    async def read_noted(self, description: str, *, title: str, company: str, url: str | None) -> JobContext:
        """What somebody noted of a job, as `contexts.read_noted` has it."""
        return await contexts.read_noted(description, title=title, company=company, now=self.clock.now(), url=url)

    async def read_html(
        self, html: bytes | str, *, url: str | None = None, for_user: UserId | None = None, is_brief: bool = False
    ) -> JobContext:
        """Stores nothing: what a caller sends is for that caller only. Raises `UnparsablePage`."""
        context = await contexts.read_html(html, parser=self.parser, now=self.clock.now(), url=url)
        return await self._supplemented(context, for_user, is_brief=is_brief)

    def check(self, url: str) -> None:
        """Raises `UnfetchableUrl` where the address alone forbids it; no wait."""
        if len(url) > URL_MAX_CHARS:
            raise UnfetchableUrl(f"The URL has {len(url)} characters; at most {URL_MAX_CHARS} are read.")
        self.fetcher.check(url)

    async def read_url(
        self,
        url: str,
        *,
        for_user: UserId | None = None,
        is_brief: bool = False,
        ttl_seconds: float | None = None,
    ) -> JobContext:
        """The stored context of a URL, fetched first where it is missing or older than `ttl_seconds`.

        `cached` says that it came from the store; so it does, as old as it is, where it cannot be fetched just now and
        is not older than a week. With a `ttl_seconds` of 0 it is as of now, or an error. Callers for one URL share one
        flight, which ends when none is left or after 20 s; nothing is stored then. What was just read and has gaps is
        asked of the model, and stored again with its answer; one that found no model's answer is fetched for that again
        when ten minutes have passed. Raises what `check` does, `UnparsablePage`, `FlightEnded`.
        """
        ttl_seconds = self.ttl_seconds if ttl_seconds is None else ttl_seconds
        self.check(url)
        address = canonical(url)
        if len(address) > URL_MAX_CHARS:
            length = len(address)
            raise UnfetchableUrl(f"The URL has {length} characters once encoded; at most {URL_MAX_CHARS} are read.")
        extraction = self._extraction(for_user, is_brief=is_brief)
        stored = await self.db.read(store.find_posting, address, ttl_seconds)
        is_due = stored is not None and extraction is not None and extraction.is_due(stored)
        if stored is not None and stored.is_fresh and stored.reader_version == READER_VERSION and not is_due:
            return msgspec.structs.replace(as_of(stored.context, self.clock.now()), cached=True)
        refresh = partial(self._refresh, address, stored)
        flight = partial(self.single_flight.join, address, refresh, name=f"fetch {host(address)}")
        if stored is None or ttl_seconds <= 0 or stored.age_seconds > STALE_MAX_SECONDS:
            refreshed = await flight()
        else:
            refreshed = await self._fresh_or_stored(flight, stored)
        if extraction is None:
            return refreshed.context
        return await extraction.supplement_stored(refreshed, address, single_flight=self.single_flight, db=self.db)

    def _extraction(self, user: UserId | None, *, is_brief: bool) -> Extraction | None:
        return None if self.model is None or user is None else Extraction(self.model, user, is_brief=is_brief)

    async def _supplemented(self, context: JobContext, user: UserId | None, *, is_brief: bool) -> JobContext:
        extraction = self._extraction(user, is_brief=is_brief)
        return context if extraction is None else await extraction.supplement(context)

    async def _fresh_or_stored(self, flight: Callable[[], Awaitable[Refreshed]], stored: store.Stored) -> Refreshed:
        """The flight's answer; where it fails or the caller's time runs out, the stored posting, about which no model
        is asked then."""
        with anyio.move_on_after(attempt_seconds(FLIGHT_TIMEOUT_SECONDS, remaining_seconds())):
            try:
                return await flight()
            except (UnreachablePage, Unavailable, Overloaded):
                pass
        context = msgspec.structs.replace(as_of(stored.context, self.clock.now()), cached=True)
        return Refreshed(context, stored.content_hash, is_unread=False)

    async def _refresh(self, address: str, stored: store.Stored | None) -> Refreshed:
        try:
            source = await find_source(address, fetcher=self.fetcher, boards=self.boards)
            content_hash = sha256(source.content).digest()
            now = self.clock.now()
            if stored and stored.content_hash == content_hash and stored.reader_version == READER_VERSION:
                context = msgspec.structs.replace(as_of(stored.context, now), fetched_at=now)
                is_unread = stored.is_unread
            else:
                context = await contexts.read_source(source, address, parser=self.parser, now=now)
                is_unread = bool(by_model.asked_for(context, is_brief=False))
        except GonePage as error:
            if stored is None:
                raise
            context, content_hash, is_unread = (
                gone(stored.context, error.detail, self.clock.now()),
                _NOTHING_THERE,
                False,
            )
        refreshed = Refreshed(context, content_hash, is_unread)
        await self.db.run(store.put_posting, address, refreshed, READER_VERSION)
        return refreshed
