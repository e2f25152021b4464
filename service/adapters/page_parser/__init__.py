"""HTML in, a bounded neutral `Page` out; no word of job postings is spoken here.

Parsing runs in warm reader processes that are killed when they exceed their time: selectolax is quadratic on hostile
input (40 000 attributes take 3.8 s, 100 000 nested tags 23 s).

processes     the parser of the service: a pool of processes, each running `reader_process`
scripted      the fake for tests
reading       bytes or HTML to a `Page`, pure; in it: walking (the tree), visible_text (lines and spans), items
              (microdata, RDFa), embedded (JSON-LD, application state)
"""

from typing import Literal, Protocol

import msgspec

from service.kernel.errors import Kind, ServiceError


class Block(msgspec.Struct, frozen=True):
    """A run of `Page.text`, in characters, end exclusive. `level` is a heading's 1..6, a list item's depth, else 0.
    `is_navigation`: all of it leads elsewhere (links, buttons), or stands in a page's navigation or footer."""

    kind: Literal["heading", "item", "paragraph"]
    level: int
    start: int
    end: int
    is_navigation: bool = False


class Property(msgspec.Struct, frozen=True):
    """One property of an embedded item. A text value that the page shows has its span in `Page.text`."""

    name: str
    value: "str | Item"
    start: int | None = None
    end: int | None = None


class Item(msgspec.Struct, frozen=True):
    """An embedded item of microdata or RDFa Lite; `types` without their vocabulary (`JobPosting`)."""

    syntax: Literal["microdata", "rdfa"]
    types: tuple[str, ...]
    properties: tuple[Property, ...]


class AppState(msgspec.Struct, frozen=True):
    """Application state embedded in a script: `name` is the variable or script id, `json` its text as found."""

    name: str
    json: str


class Page(msgspec.Struct, frozen=True):
    """What is on a page, bounded: text 200 000 characters, 5 000 blocks, 1 000 000 characters of embedded data.

    `text` is what a reader sees (hidden elements, scripts, styles left out), one line per block, white space folded.
    """

    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    language: str = ""
    canonical_url: str = ""
    meta: dict[str, str] = {}  # by name or property, lower case: og:title, description, ...
    json_ld: tuple[str, ...] = ()  # each script's text as found
    items: tuple[Item, ...] = ()
    app_states: tuple[AppState, ...] = ()
    # The text of the first element for each name of the first selection whose mark is on the page.
    selected: dict[str, str] = {}
    truncated: bool = False


class Selection(msgspec.Struct, frozen=True):
    """Elements to look for on pages that have one for the selector `mark`: their names with CSS selectors."""

    mark: str
    elements: dict[str, str]


class UnparsablePage(ServiceError):
    """The page took too long, or was too much, to read."""

    kind, slug, title = Kind.INVALID, "unparsable-page", "The page cannot be read"


class Request(msgspec.Struct, frozen=True):
    """What a reader process is asked: one page to read; text travels as UTF-8, so that bytes need no copy."""

    html: bytes
    is_text: bool
    charset: str | None
    selections: tuple[Selection, ...] = ()


class PageParser(Protocol):
    async def parse(
        self, html: bytes | str, *, charset: str | None = None, selections: tuple[Selection, ...] = ()
    ) -> Page:
        """The page's content; also of a fragment (a description held in JSON-LD).

        Bytes are decoded as `charset`, else as the document declares, else UTF-8, never failing. Ends within 2 s of
        work (plus a bounded wait for a free process) or raises `UnparsablePage`; cancellation kills the process at
        once. Raises `Overloaded` where no process becomes free within 5 s, `Unavailable` where none can be started.
        """
        ...
