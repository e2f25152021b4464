"""Microdata and RDFa Lite, gathered while the page is walked: items, nested, their text values with spans.

Left out: `itemref`, property chains, and vocabularies beyond taking them off a name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from service.adapters.page_parser import Item, Property

Attributes = Mapping[str, str | None]
Syntax = Literal["microdata", "rdfa"]

# A posting has some thirty properties in five items, three deep (job, place, address); lists of postings a few hundred.
ITEMS_MAX = 500
PROPERTIES_MAX = 5_000
DEPTH_MAX = 8
NAMES_MAX = 8  # of one property or type attribute
NAME_MAX_CHARS = 100
# A value in an attribute: a date, an address; a description in `content` is the longest met.
ATTRIBUTE_MAX_CHARS = 50_000

# Microdata, "values": the attribute that holds the value of such an element.
VALUE_ATTRIBUTES = {
    **dict.fromkeys(("audio", "embed", "iframe", "img", "source", "track", "video"), "src"),
    **dict.fromkeys(("area", "link"), "href"),
    "object": "data",
    "data": "value",
    "meter": "value",
    "time": "datetime",
    "meta": "content",
}
# A link's value is its address by both specifications; pages also write <a itemprop="title" href>, meaning the text.
ADDRESS_PROPERTIES = frozenset(("url", "sameas", "image", "logo", "mainentityofpage", "relatedlink", "contenturl"))

_LOCAL_NAME = re.compile(r"[^/#:]+$")


@dataclass(slots=True)
class OpenItem:
    syntax: Syntax
    types: tuple[str, ...]
    depth: int
    properties: list["OpenProperty"] = field(default_factory=list["OpenProperty"])


@dataclass(slots=True)
class OpenProperty:
    """What is known of a property while its element is open; spans are in the visible and in the hidden text."""

    names: tuple[str, ...]
    item: OpenItem | None = None
    attribute: str | None = None  # the value, where an attribute holds it
    is_link: bool = False
    shown: tuple[int, int] = (0, 0)
    hidden: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Opened:
    """What one element opens: the item its descendants belong to, and the property whose value it is."""

    item: OpenItem | None
    property: OpenProperty | None = None


class ItemCollector:
    def __init__(self) -> None:
        self.is_full = False
        self._top: list[OpenItem] = []
        self._items = 0
        self._properties = 0

    def open(self, tag: str, attributes: Attributes, within: OpenItem | None) -> Opened:
        """The item and the property that an element's attributes begin, in the item around it."""
        declared = _microdata(attributes, within) or _rdfa(attributes, within)
        return self._opened(declared, tag, attributes, within) if declared else Opened(within)

    def items(self, shown: str, hidden: str) -> tuple[Item, ...]:
        """What was gathered, its values cut out of the texts the spans were taken from."""
        return tuple(_closed(item, shown, hidden) for item in self._top)

    def _opened(self, declared: "Declared", tag: str, attributes: Attributes, within: OpenItem | None) -> Opened:
        owner = within if within and within.syntax == declared.syntax and declared.names else None
        depth = owner.depth + 1 if owner else 0
        if depth > DEPTH_MAX or self._items >= ITEMS_MAX or self._properties >= PROPERTIES_MAX:
            self.is_full = True
            return Opened(within)
        item = None
        if declared.types is not None:
            item = OpenItem(declared.syntax, declared.types, depth)
            self._items += 1
            if owner is None:
                self._top.append(item)
        if owner is None:
            return Opened(item or within)
        self._properties += len(declared.names)
        written = None if item else _attribute_value(declared.syntax, tag, attributes)
        found = OpenProperty(declared.names, item, written, is_link=tag == "a")
        owner.properties.append(found)
        return Opened(item or within, found)


class Declared(NamedTuple):
    """What an element's attributes say of items; `types` is None where it begins none."""

    syntax: Syntax
    names: tuple[str, ...]
    types: tuple[str, ...] | None


def _microdata(attributes: Attributes, within: OpenItem | None) -> Declared | None:
    is_item = "itemscope" in attributes
    if not is_item and not (within and within.syntax == "microdata" and "itemprop" in attributes):
        return None
    types = local_names(attributes.get("itemtype")) if is_item else None
    return Declared("microdata", local_names(attributes.get("itemprop")), types)


def _rdfa(attributes: Attributes, within: OpenItem | None) -> Declared | None:
    is_item = "typeof" in attributes
    if not is_item and not (within and within.syntax == "rdfa" and "property" in attributes):
        return None
    types = local_names(attributes.get("typeof")) if is_item else None
    return Declared("rdfa", local_names(attributes.get("property")), types)


def local_names(written: str | None) -> tuple[str, ...]:
    """`https://schema.org/JobPosting`, `schema:JobPosting` and `JobPosting` are the same name."""
    words = (written or "")[: NAMES_MAX * NAME_MAX_CHARS * 2].split()[:NAMES_MAX]
    return tuple(match[0][:NAME_MAX_CHARS] for word in words if (match := _LOCAL_NAME.search(word)))


def _attribute_value(syntax: Syntax, tag: str, attributes: Attributes) -> str | None:
    own = VALUE_ATTRIBUTES.get(tag, "href" if tag == "a" else "")
    for name in ("content", "resource", own) if syntax == "rdfa" else ("content", own):
        value = attributes.get(name)
        if value is not None:
            return value[:ATTRIBUTE_MAX_CHARS].strip()
    return None


def _closed(item: OpenItem, shown: str, hidden: str) -> Item:
    properties: list[Property] = []
    for found in item.properties:
        # An item with nothing in it is its text: `<b itemscope itemprop="hiringOrganization"><a>Acme</a></b>`.
        if found.item is not None and found.item.properties:
            value = _closed(found.item, shown, hidden)
            properties.extend(Property(name, value) for name in found.names)
        else:
            properties.extend(_text_property(name, found, shown, hidden) for name in found.names)
    return Item(item.syntax, item.types, tuple(properties))


def _text_property(name: str, found: OpenProperty, shown: str, hidden: str) -> Property:
    start, end = _bare(shown, *found.shown)
    written = found.attribute
    if written and found.is_link and start < end and name.lower() not in ADDRESS_PROPERTIES:
        written = None
    if written is not None:
        is_shown = shown[start:end] == written and start < end
        return Property(name, written, start, end) if is_shown else Property(name, written)
    if start < end:
        return Property(name, shown[start:end], start, end)
    start, end = _bare(hidden, *found.hidden)
    return Property(name, hidden[start:end])


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the white space at its ends."""
    end = min(end, len(text))
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, max(start, end)
