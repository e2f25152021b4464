"""Pages read in warm reader processes, each of which can be killed at any moment."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec

from service.adapters.page_parser import Page, PageParser, Request, Selection, UnparsablePage
from service.kernel.reader_processes.pool import GaveUp, Pool, Reader

PAGE_SECONDS = 2.0
HTML_MAX_CHARS = 5_000_000  # what the fetcher lets through; the reader says `truncated` of one more
# A page takes some 10 ms: this many waiters are served within a second or two.
WAITING_MAX = 200


@asynccontextmanager
async def page_parser_processes(*, count: int = 2) -> AsyncGenerator[PageParser]:
    """A parser over `count` processes, warm when this is entered, gone when it is left (within a second)."""
    parser = ProcessPageParser(count)
    try:
        await parser.warm_up()
        yield parser
    finally:
        await parser.close()


class ProcessPageParser:
    """`PageParser` over a pool of processes; at most `count` exist at any time."""

    def __init__(self, count: int) -> None:
        reader = Reader(
            module="service.adapters.page_parser.reader_process",
            name="page parser",
            answers=msgspec.msgpack.Decoder(Page),
            read_seconds=PAGE_SECONDS,
            waiting_max=WAITING_MAX,
        )
        self._pool = Pool(reader, count=count)
        self.warm_up = self._pool.warm_up
        self.close = self._pool.close

    async def parse(
        self, html: bytes | str, *, charset: str | None = None, selections: tuple[Selection, ...] = ()
    ) -> Page:
        try:
            return await self._pool.read(lambda: _request(html[: HTML_MAX_CHARS + 1], charset, selections))
        except GaveUp as reason:
            raise UnparsablePage(f"The page cannot be read: {reason}.") from reason


def _request(html: bytes | str, charset: str | None, selections: tuple[Selection, ...]) -> Request:
    if isinstance(html, bytes):
        return Request(html, is_text=False, charset=charset, selections=selections)
    text = html.encode("utf-8", "replace")  # no encoding has halves of surrogates
    return Request(text, is_text=True, charset=None, selections=selections)
