"""Microdata and RDFa: the items of a page as schema.org nodes, each value with its place in the text."""

from service.adapters.page_parser import Item, Property
from service.postings.model import PAGE_TEXT_MAX_CHARS, ReadBy
from service.postings.reading.data.schema_org import Leaf, Node, bare_name

# Deeper is nothing that schema.org describes.
DEPTH_MAX = 8


def postings(items: tuple[Item, ...], syntax: ReadBy) -> list[Node]:
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
