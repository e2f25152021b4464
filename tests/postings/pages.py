"""Reading pages in tests: the shipped fixtures, and HTML written in place."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import anyio

from service.adapters.page_parser.scripted import ScriptedPageParser
from service.postings import contexts
from service.postings.model import JobContext

DATA = Path(__file__).resolve().parents[1] / "data"
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


async def read(html: bytes | str, *, now: datetime = NOW, url: str | None = None) -> JobContext:
    context = await contexts.read_html(html, parser=ScriptedPageParser(), now=now, url=url)
    assert_spans_are_true(context)
    return context


async def read_fixture(name: str, *, now: datetime = NOW) -> JobContext:
    return await read((DATA / name).read_bytes(), now=now)


def pasted(text: str) -> JobContext:
    """What pasted text says, for tests that are not coroutines."""
    return anyio.run(partial(contexts.read_text, text, now=NOW))


def quoted(context: JobContext, field: str) -> str:
    """What the stored text says where the field was read."""
    fact = next(fact for fact in context.facts if fact.field == field)
    return context.text[fact.start : fact.end]


def readers(context: JobContext) -> dict[str, str]:
    return {fact.field: fact.read_by for fact in context.facts}


def assert_spans_are_true(context: JobContext) -> None:
    """Every filled field has its fact, every fact its place, and a value that can be quoted is."""
    filled = {
        name
        for name in (
            "title",
            "company",
            "location",
            "remote",
            "employment_type",
            "salary",
            "is_open",
            "posted_at",
            "valid_through",
        )
        if getattr(context, name) is not None
    }
    for name in ("requirements", "responsibilities", "technologies"):
        filled |= {f"{name}/{index}" for index in range(len(getattr(context, name)))}
    assert {fact.field for fact in context.facts} == filled
    assert len(context.facts) == len(filled)
    for fact in context.facts:
        assert 0 <= fact.start < fact.end <= len(context.text), fact
        if fact.field.startswith(("title", "company", "requirements", "responsibilities")):
            assert context.text[fact.start : fact.end] == fact.value, fact
