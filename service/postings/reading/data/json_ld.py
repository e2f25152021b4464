"""JSON-LD as pages really hold it: in comments, with raw control characters, trailing commas, escaped quotes; one
object, a list, a `@graph`, several objects in a row; things named elsewhere by `@id`."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

import msgspec

from service.postings.reading.data.schema_org import Leaf, Node, bare_name

# Of all scripts of a page together: what one posting needs, five times over; hostile text of this length, decoded into
# as many empty lists as it holds, takes some 30 ms. What does not fit is left out whole.
SCRIPTS_MAX_CHARS = 200_000
# A repair reads the text again, more slowly (0.25 ms for 1 000 characters): it is for what people write by hand.
REPAIR_MAX_CHARS = 100_000
# Numbers, texts, lists and objects looked at in search of objects: a page of thirty postings has some two thousand.
VISITED_MAX = 20_000
# Deeper is nothing that schema.org describes.
DEPTH_MAX = 10
# Objects of one page: a posting has some twenty.
OBJECTS_MAX = 1_000
VALUES_MAX = 100
# A list of postings has so many on one page; the rest is not what the page is about.
POSTINGS_MAX = 30
# What one posting describes: itself, its employer, places, amounts.
NODES_MAX = 200

_WRAPPING = re.compile(
    r"<!--|-->|/\*\s{0,4}<!\[CDATA\[\s{0,4}\*/|/\*\s{0,4}\]\]>\s{0,4}\*/|(?://)?<!\[CDATA\[|(?://)?\]\]>"
)
# Strings are matched whole so that nothing inside them is taken for structure; an unterminated one runs to the end.
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]++|\\.)*+"?|,(?=\s*+[}\]])', re.DOTALL)
_BAD_ESCAPE = re.compile(r'\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt]|(.?))', re.DOTALL)

Object = dict[str, Any]
_END = object()


def postings(scripts: tuple[str, ...]) -> list[Node]:
    """Every JobPosting in the scripts, as found; what cannot be read even after repair is left out."""
    objects = list(islice(_objects(_documents(scripts)), OBJECTS_MAX))
    named = {thing["@id"]: thing for thing in objects if isinstance(thing.get("@id"), str) and len(thing) > 1}
    found = [thing for thing in objects if "JobPosting" in _types(thing)]
    return [_Nodes(named).of(thing) for thing in found[:POSTINGS_MAX]]


def decoded(text: str) -> Any:
    """The value, by the fast strict way or the lenient slow one; None where neither can read it."""
    value = _strictly(text)
    return _leniently(text) if value is None else value


def _documents(scripts: tuple[str, ...]) -> Iterator[Any]:
    left, left_to_repair = SCRIPTS_MAX_CHARS, REPAIR_MAX_CHARS
    for script in scripts:
        if len(script) > left:
            continue
        left -= len(script)
        if (value := _strictly(script)) is not None:
            yield value
        elif len(script) <= left_to_repair:
            left_to_repair -= len(script)
            yield from _repaired(script)


def _strictly(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _leniently(text: str) -> Any:
    if len(text) > REPAIR_MAX_CHARS:
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _repaired(script: str) -> Iterator[Any]:
    text = _WRAPPING.sub("", script).strip().strip(";").strip("\ufeff")
    if '"' not in text and "&quot;" in text:
        text = html.unescape(text)
    if (value := _leniently(text)) is not None:
        yield value
        return
    text = _STRING_OR_COMMA.sub(lambda match: "" if match[0] == "," else _mended(match[0]), text)
    decoder = json.JSONDecoder(strict=False)
    position = 0
    while 0 <= (position := _next_object(text, position)) < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return
        yield value


def _next_object(text: str, position: int) -> int:
    """Where the next object or list begins, over nothing but commas and white space; -1 where there is none."""
    while position < len(text) and text[position] in " \t\r\n,;":
        position += 1
    return position if text[position : position + 1] in ("{", "[") else -1


def _mended(string: str) -> str:
    return _BAD_ESCAPE.sub(lambda match: match[0] if match[1] is None else match[1], string)


def _objects(documents: Iterator[Any]) -> Iterator[Object]:
    """Every object, the outer before what it holds. Not recursive, for hostile lists hold 200 000 empty ones."""
    branches = [documents]
    for _ in range(VISITED_MAX):
        value = next(branches[-1], _END)
        while value is _END and len(branches) > 1:
            branches.pop()
            value = next(branches[-1], _END)
        if value is _END:
            return
        if isinstance(value, dict):
            thing = cast("Object", value)
            yield thing
            inner = iter(thing.values())
        elif isinstance(value, list):
            inner = iter(cast("list[Any]", value))
        else:
            continue
        if len(branches) <= DEPTH_MAX:
            branches.append(inner)


def _types(thing: Object) -> list[str]:
    declared = thing.get("@type")
    listed = cast("list[Any]", declared) if isinstance(declared, list) else [declared]
    return [bare_name(name) for name in listed if isinstance(name, str)]


class _Nodes:
    """Objects as schema.org nodes: names without their vocabulary, every property a list, references followed.

    One budget for all that a posting refers to: things that name each other would have no end.
    """

    def __init__(self, named: Mapping[str, Object]) -> None:
        self._named = named
        self._left = NODES_MAX

    def of(self, thing: Object, depth: int = DEPTH_MAX) -> Node:
        node: Node = {}
        self._left -= 1
        for name, value in islice(thing.items(), VALUES_MAX):
            if not name.startswith("@"):
                node.setdefault(bare_name(name), []).extend(islice(self._values(value, depth), VALUES_MAX))
        return node

    def _values(self, value: Any, depth: int) -> Iterator[Leaf | Node]:
        if depth <= 0 or self._left <= 0 or value is None:
            return
        if isinstance(value, list):
            for inner in islice(cast("list[Any]", value), VALUES_MAX):
                yield from self._values(inner, depth - 1)
        elif isinstance(value, dict):
            yield from self._things(cast("Object", value), depth)
        elif isinstance(value, bool):
            yield Leaf("true" if value else "false")
        elif isinstance(value, str | int | float):
            yield Leaf(str(value))

    def _things(self, thing: Object, depth: int) -> Iterator[Leaf | Node]:
        if "@value" in thing or "@list" in thing:
            yield from self._values(thing.get("@value", thing.get("@list")), depth - 1)
            return
        reference = thing.get("@id")
        if isinstance(reference, str) and reference in self._named:
            thing = {**self._named[reference], **thing}
        yield self.of(thing, depth - 1)
