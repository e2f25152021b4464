"""What a page says to machines: the readers of embedded data, each with the description it carries. Microdata and RDFa
come as items, which become schema.org nodes here, each value with its place in the text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from service.adapters.page_parser import Item, Page, Property
from service.postings.model import PAGE_TEXT_MAX_CHARS, ReadBy
from service.postings.reading.data import app_state, json_ld, schema_org
from service.postings.reading.data.schema_org import Leaf, Node, bare_name
from service.postings.reading.findings import Reading
from service.postings.reading.text.documents import Document
from service.postings.reading.text.outline import Outline

# Deeper is nothing that schema.org describes.
DEPTH_MAX = 8


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
    return _schema_org(_postings(page.items, "microdata"), "microdata", document)


def _rdfa(page: Page, document: Document) -> Iterator[Embedded]:
    return _schema_org(_postings(page.items, "rdfa"), "rdfa", document)


def _schema_org(nodes: list[schema_org.Node], read_by: ReadBy, document: Document) -> Iterator[Embedded]:
    headings = [line.text for line in document.lines if line.kind == "heading"]
    node = schema_org.chosen(nodes, [document.title, *headings])
    if node is not None:
        yield Embedded(read_by, schema_org.description(node), partial(schema_org.read, node, read_by))


def _app_state(page: Page, document: Document) -> Iterator[Embedded]:
    candidate = app_state.posting(page.app_states, language=document.language)
    if candidate is not None:
        yield Embedded("app-state", app_state.description(candidate) or None, partial(app_state.read, candidate))


def _postings(items: tuple[Item, ...], syntax: ReadBy) -> list[Node]:
    """Every JobPosting of this syntax, also inside other items (a page's `mainEntity`)."""
    found: list[Node] = []
    for item in items:
        if item.syntax == syntax:
            _collect(item, found, DEPTH_MAX)
    return found


def _collect(item: Item, found: list[Node], depth: int) -> None:
    if any(bare_name(name) == "JobPosting" for name in item.types):
        found.append(_node(item, DEPTH_MAX))
    elif depth:
        for inner in item.properties:
            if isinstance(inner.value, Item):
                _collect(inner.value, found, depth - 1)


def _node(item: Item, depth: int) -> Node:
    node: Node = {}
    for prop in item.properties:
        if isinstance(prop.value, str):
            node.setdefault(bare_name(prop.name), []).append(_leaf(prop, prop.value))
        elif depth:
            node.setdefault(bare_name(prop.name), []).append(_node(prop.value, depth - 1))
    return node


def _leaf(prop: Property, text: str) -> Leaf:
    if prop.start is None or prop.end is None or not 0 <= prop.start <= prop.end <= PAGE_TEXT_MAX_CHARS:
        return Leaf(text)
    return Leaf(text, (prop.start, prop.end))


# Each finds at most one posting: the one that the page is about.
READERS = (_json_ld, _microdata, _rdfa, _app_state)
