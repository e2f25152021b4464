"""What a page says to machines: the readers of embedded data, each with the description it carries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from service.adapters.page_parser import Page
from service.postings.model import ReadBy
from service.postings.reading.data import app_state, embedded_items, json_ld, schema_org
from service.postings.reading.findings import Reading
from service.postings.reading.text.documents import Document
from service.postings.reading.text.outline import Outline


class Read(Protocol):
    def __call__(self, *, body: Outline | None, now: datetime) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Embedded:
    """One posting in the page's data. `description`, HTML or text, is still to be parsed; `read` takes it parsed."""

    read_by: ReadBy
    description: str | None
    read: Read


def has_markup(description: str) -> bool:
    return "<" in description or "&" in description


def _json_ld(page: Page, document: Document) -> Iterator[Embedded]:
    return _schema_org(json_ld.postings(page.json_ld), "json-ld", document)


def _microdata(page: Page, document: Document) -> Iterator[Embedded]:
    return _schema_org(embedded_items.postings(page.items, "microdata"), "microdata", document)


def _rdfa(page: Page, document: Document) -> Iterator[Embedded]:
    return _schema_org(embedded_items.postings(page.items, "rdfa"), "rdfa", document)


def _schema_org(nodes: list[schema_org.Node], read_by: ReadBy, document: Document) -> Iterator[Embedded]:
    headings = [line.text for line in document.lines if line.kind == "heading"]
    node = schema_org.chosen(nodes, [document.title, *headings])
    if node is not None:
        yield Embedded(read_by, schema_org.description(node), partial(schema_org.read, node, read_by))


def _app_state(page: Page, document: Document) -> Iterator[Embedded]:
    candidate = app_state.posting(page.app_states, language=document.language)
    if candidate is not None:
        yield Embedded("app-state", app_state.description(candidate) or None, partial(app_state.read, candidate))


# Each finds at most one posting: the one that the page is about.
READERS = (_json_ld, _microdata, _rdfa, _app_state)
