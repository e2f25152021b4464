"""Whatever a page holds: spans lie inside the text, values are bounded, nothing is raised."""

import json
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.page_parser import AppState, Block, Item, Page, Property
from service.postings.model import (
    ITEM_MAX_CHARS,
    ITEMS_MAX,
    LINE_MAX_CHARS,
    PAGE_TEXT_MAX_CHARS,
    TECHNOLOGIES_MAX,
    TEXT_MAX_CHARS,
    JobContext,
)
from service.postings.reading.data import embedded
from service.postings.reading.merge import merged
from service.postings.reading.page import sentences, structure
from service.postings.reading.text import documents
from service.postings.reading.text.outline import outline_of
from tests.postings.pages import NOW, assert_spans_are_true, pasted
from tests.properties import examples

_WORDS = """Requirements: Responsibilities Title Company: Location: Berlin, Acme GmbH Python Go C++ C R & and / , . - (
       $120,000 60k-80k EUR per year remote hybrid 2026-01-31 31.12.2026 apply by seeks is hiring a Senior Engineer at
    no longer available About us * • # ## FULL_TIME € 1.5 million null ß ﬁ 🙂"""
WORDS = st.sampled_from([*_WORDS.split(), "\n", "\n\n", "\t", "\x00", "\ud83d"])
TEXT = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=80).map(" ".join))
_NAMES = """title name description hiringOrganization jobLocation address addressLocality baseSalary value minValue
    currency unitText datePosted validThrough employmentType skills qualifications responsibilities jobLocationType
    status company location publishedAt @type @id @graph @value @list"""
NAMES = st.sampled_from(_NAMES.split())
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT, st.just("JobPosting"))
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=6)),
    max_leaves=20,
)


@st.composite
def pages(draw: st.DrawFn) -> Page:
    text = draw(TEXT)
    edges = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    kinds = st.sampled_from(("heading", "item", "paragraph"))
    blocks = tuple(Block(draw(kinds), draw(st.integers(0, 6)), *pair) for pair in pairwise(edges))
    thing = draw(st.dictionaries(NAMES, JSON, max_size=8))
    script = json.dumps({"@context": "https://schema.org", **thing, "@type": "JobPosting"})
    cut = draw(st.integers(0, len(script)))
    start, end = (edges[0], edges[-1]) if edges else (None, None)
    item = Item("microdata", ("JobPosting",), (Property(draw(NAMES), draw(TEXT), start, end),))
    return Page(
        text=text,
        blocks=blocks,
        title=draw(TEXT),
        json_ld=(script, script[:cut], draw(TEXT)),
        items=(item,),
        app_states=(AppState("__NEXT_DATA__", json.dumps(thing)), AppState("x", script[cut:])),
    )


def read_page(page: Page) -> JobContext:
    document = documents.from_page(page)
    outline = outline_of(document)
    readings = [structure.read(outline, "html", now=NOW), sentences.read(outline, "text")]
    for posting in (found for reader in embedded.READERS for found in reader(page, document)):
        body = outline_of(documents.from_text(posting.description), is_body=True) if posting.description else None
        readings.append(posting.read(body=body, now=NOW))
    return merged(document, readings, url=None, now=NOW, read_by="html")


def assert_is_bounded(context: JobContext) -> None:
    for fact in context.facts:
        assert 0 <= fact.start < fact.end <= len(context.text)
    for line in (context.title, context.company, context.location, context.employment_type):
        assert line is None or 0 < len(line) <= LINE_MAX_CHARS
    for entries, most in (
        (context.requirements, ITEMS_MAX),
        (context.responsibilities, ITEMS_MAX),
        (context.technologies, TECHNOLOGIES_MAX),
    ):
        assert len(entries) <= most
        assert all(0 < len(entry) <= ITEM_MAX_CHARS for entry in entries)
    assert len(context.text) <= TEXT_MAX_CHARS
    assert "\x00" not in context.text
    assert msgspec.json.decode(msgspec.json.encode(context), type=JobContext) == context


@examples(150)
@given(pages())
def test_any_page(page: Page) -> None:
    assert_is_bounded(read_page(page))


@examples(150)
@given(TEXT)
def test_any_text(text: str) -> None:
    context = pasted(text)
    assert_is_bounded(context)
    assert_spans_are_true(context)
    assert context.text == text.replace("\r\n", "\n").replace("\r", "\n") or "\ufffd" in context.text


def test_much_text_is_cut_and_says_so_by_its_length() -> None:
    assert len(pasted("a b\n" * 100_000).text) == PAGE_TEXT_MAX_CHARS
