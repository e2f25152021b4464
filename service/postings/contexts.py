"""From a source to a job context: pasted text, a page, the answer of a board's API, or a page and an answer.

The pure readers of `reading` do the work; here they are called in order, with a checkpoint between them, for each takes
a millisecond or two of the event loop on a real posting and some tens on a hostile one.
"""

import codecs
from datetime import UTC, datetime

import msgspec
from anyio.lowlevel import checkpoint

from service.adapters.page_fetcher import GonePage, UnfetchableUrl
from service.adapters.page_parser import PageParser, UnparsablePage
from service.postings.addresses import web_address
from service.postings.model import Fact, JobContext
from service.postings.reading.data import embedded
from service.postings.reading.data.embedded import Embedded
from service.postings.reading.merge import merged
from service.postings.reading.page import selected, sentences, structure
from service.postings.reading.text import documents
from service.postings.reading.text.outline import Outline, outline_of
from service.postings.sources import Source

# A line for each reader that is built when it is first asked.
_WARMING = """Baker at Acme

Tasks:
- Bake with Go
Salary: $1 per year
Published: 1 May 2000
Posted 3 days ago
Acme is looking for a Go developer, based in Bonn, no Java needed, until 1 May 2000."""


def warm_up() -> None:
    """Read the vocabulary, and build what the readers make of it: a quarter of a second, at the start."""
    outline = outline_of(documents.from_text(_WARMING))
    structure.read(outline, "text", now=datetime(2000, 1, 1, tzinfo=UTC))
    sentences.read(outline, "text")


async def read_text(text: str, *, now: datetime, url: str | None = None) -> JobContext:
    """What pasted text says: linear, a few milliseconds; text beyond 100 000 characters is not read."""
    document = documents.from_text(text)
    await checkpoint()
    outline = outline_of(document)
    await checkpoint()
    by_structure = structure.read(outline, "text", now=now)
    await checkpoint()
    readings = (by_structure, sentences.read(outline, "text"))
    await checkpoint()
    return merged(document, readings, url=url, now=now, read_by="text")


async def read_noted(description: str, *, title: str, company: str, now: datetime, url: str | None) -> JobContext:
    """The job context of a job that somebody recorded: title and company as given, even where the description names
    others; the rest is read from the description."""
    context = await read_text(f"{title} at {company}\n\n{description}", now=now, url=url)
    at = len(title) + len(" at ")
    given = (Fact("title", title, "text", 0, len(title)), Fact("company", company, "text", at, at + len(company)))
    others = tuple(fact for fact in context.facts if fact.field not in ("title", "company"))
    return msgspec.structs.replace(context, title=title, company=company, facts=(*given, *others))


async def read_html(
    html: bytes | str,
    *,
    parser: PageParser,
    now: datetime,
    url: str | None = None,
    charset: str | None = None,
    listed: Embedded | None = None,
) -> JobContext:
    """What a page says, and `listed`, what a board says beside it. Parses it, and the description in its structured
    data, in the parser's processes. Raises `UnparsablePage`."""
    page = await parser.parse(html, charset=charset, selections=selected.selections())
    document = documents.from_page(page)
    await checkpoint()
    outline = outline_of(document)
    await checkpoint()
    readings = [listed.read(body=None, now=now)] if listed else []
    if page.selected:
        readings.append(selected.read(page.selected, now=now))
    readings.append(structure.read(outline, "html", now=now))
    await checkpoint()
    readings.append(sentences.read(outline, "text"))
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


async def read_source(source: Source, address: str, *, parser: PageParser, now: datetime) -> JobContext:
    """The job context of a fetched page or a board's answer. Raises `UnparsablePage`; `UnfetchableUrl` for a page
    without text; `GonePage` where neither the page nor the board has the posting any more."""
    page, posting = source.page, source.posting
    if page is None:
        context = await _read_posting(posting, parser=parser, url=address, now=now)
    elif page.media_type == "text/plain":
        text = page.content.decode(_known_charset(page.charset), errors="replace")
        context = await read_text(text, now=now, url=address)
    else:
        context = await read_html(
            page.content, parser=parser, url=address, charset=page.charset, now=now, listed=posting
        )
    if not context.text.strip() and not context.facts:  # a shell that scripts would fill, or nothing at all
        problem = GonePage if source.is_unknown else UnfetchableUrl
        raise problem("The page holds no text.")
    if source.is_unknown and not _is_posting(context):
        raise GonePage("The board has no such posting any more, and the page shows none.")
    return context


def _is_posting(context: JobContext) -> bool:
    """Whether it has more than a title: the page of a removed posting may still show that."""
    is_structured = context.extracted_by not in ("html", "text")
    return is_structured or bool(context.requirements or context.responsibilities)


async def _read_posting(posting: Embedded | None, *, parser: PageParser, url: str, now: datetime) -> JobContext:
    """What a board's API says of a posting, over its description as the stored text."""
    body = await _parsed(posting.description, parser) if posting else None
    await checkpoint()
    document = body.document if body else documents.Document("", ())
    readings = (posting.read(body=body, now=now),) if posting else ()
    await checkpoint()
    return merged(document, readings, url=url, now=now, read_by="board-api")


def _known_charset(charset: str | None) -> str:
    try:
        return codecs.lookup(charset or "utf-8").name
    except LookupError:
        return "utf-8"


async def _parsed(description: str | None, parser: PageParser) -> Outline | None:
    """A description as lines; one that cannot be parsed is left to the page's own text."""
    if not description:
        return None
    if not embedded.has_markup(description):
        return outline_of(documents.from_text(description), is_body=True)
    try:
        return outline_of(documents.from_page(await parser.parse(description)), is_body=True)
    except UnparsablePage:
        return None
