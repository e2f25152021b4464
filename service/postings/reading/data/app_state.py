"""Application state that a page carries for its scripts: the object in it that looks most like a job posting.

Every site has its own names; what a posting has in all of them is a title beside an employer, a body, a place or a
state. Objects that call themselves JobPosting are read as such.
"""

import tomllib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any, cast

from service.adapters.page_parser import AppState
from service.postings.model import LINE_MAX_CHARS, Salary
from service.postings.reading.data import json_ld
from service.postings.reading.data.schema_org import line
from service.postings.reading.findings import Field, Finding, Reading
from service.postings.reading.page.body import contents, said_in
from service.postings.reading.text.outline import Outline
from service.postings.reading.values import dates
from service.postings.reading.values.employment import CLOSED_STATES, OPEN_STATES, employment, workplace
from service.postings.reading.values.pay import structured

# State is searched breadth first; a posting's page has it near the top, below some hundred objects of the site.
NODES_MAX = 5_000
# More things with an employer or a salary than this are a list of postings, of which the first come first.
CANDIDATES_MAX = 300
# All states of a page together; decoding costs about 3 ms for so much.
JSON_MAX_CHARS = 600_000
# A title and two more things that only postings have beside each other.
SCORE_MIN = 3
# Offices of one posting; more are the employer's.
PLACES_MAX = 20
# The name of a translated name of the first of several.
TEXT_DEPTH_MAX = 4

_REMOTE = {**dict.fromkeys(("true", "telecommute"), True), **dict.fromkeys(("false", "office"), False)}

Object = Mapping[str, Any]


@cache
def _names() -> dict[str, tuple[str, ...]]:
    table = files("service.postings.reading.data").joinpath("app_state.toml").read_text(encoding="utf-8")
    found = {part: tuple(cast("str", names).split()) for part, names in tomllib.loads(table).items()}
    return found | {"telling": (*found["company"], *found["employment"], *found["through"], *found["telling"])}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An object of the state; its text values are looked up by the names sites give them, in the page's language."""

    thing: Object
    language: str

    def text(self, part: str) -> str:
        return self.first(_names()[part])

    def first(self, names: Iterable[str]) -> str:
        return next((text for name in names if (text := _text(self.thing.get(name), self.language))), "")


def posting(states: tuple[AppState, ...], *, language: str) -> Candidate | None:
    """The object most like a posting; None where none is enough like one."""
    best: tuple[int, Candidate] | None = None
    left = JSON_MAX_CHARS
    for state in states:
        if len(state.json) > left:
            continue
        left -= len(state.json)
        likely = (
            thing
            for thing in _objects(_revived(json_ld.decoded(state.json)))
            if not thing.keys().isdisjoint(_names()["telling"])
        )
        for thing in islice(likely, CANDIDATES_MAX):
            candidate = Candidate(thing, language)
            score = _score(candidate)
            if score >= SCORE_MIN and (best is None or score > best[0]):
                best = score, candidate
    return best and best[1]


def description(candidate: Candidate) -> str:
    return candidate.text("body")


def read(candidate: Candidate, *, body: Outline | None, now: datetime) -> Reading:
    return Reading("app-state", tuple(_findings(candidate, body)), body)


def _findings(candidate: Candidate, body: Outline | None) -> Iterator[Finding]:
    plain: tuple[tuple[Field, str], ...] = (
        ("title", candidate.text("title")),
        ("company", candidate.text("company")),
        ("location", _location(candidate)),
    )
    for field, written in plain:
        if value := line(written):
            yield Finding(field, value, (value,), label=field)
    if written := line(candidate.text("employment")):
        kind = next((match.meaning for match in employment().find(written)), None)
        if kind:
            yield Finding("employment_type", kind, (written,), label="employmentType")
    instants: tuple[tuple[Field, str, bool], ...] = (("posted_at", "posted", False), ("valid_through", "through", True))
    for field, part, end_of_day in instants:
        written = candidate.text(part)
        if written and (at := dates.parse(written, end_of_day=end_of_day)):
            yield Finding(field, at, (line(written),), label=field)
    yield from _remote(candidate)
    yield from _state(candidate)
    yield from _pay(candidate.thing)
    if body:
        yield from contents(body)
        yield from said_in(body)


def _location(candidate: Candidate) -> str:
    """Every place: written in one, or city, region and country put together."""
    for name in _names()["location"]:
        value = candidate.thing.get(name)
        values = cast("list[Any]", value)[:PLACES_MAX] if isinstance(value, list) else [value]
        places = dict.fromkeys(place for each in values if (place := _place(each, candidate.language)))
        if len(places) > 1 or (places and isinstance(values[0], dict)):
            return "; ".join(places)
    return candidate.text("location")


def _place(value: Any, language: str) -> str:
    if not isinstance(value, dict):
        return _text(value, language)
    inner = Candidate(cast("dict[str, Any]", value), language)
    parts = [inner.first(names) for names in (("city",), ("region", "state"), ("country", "countryName"))]
    return ", ".join(dict.fromkeys(part for part in parts if part)) or _text(value, language)


def _remote(candidate: Candidate) -> Iterator[Finding]:
    for name in _names()["remote"]:
        written = line(candidate.first((name,))).lower()
        said = _REMOTE.get(written)
        if said is None and (found := workplace(written.replace("_", " "))):
            said = found[0]
        if said is not None:
            yield _named("remote", name, written, value=said)
            return


def _state(candidate: Candidate) -> Iterator[Finding]:
    """What is paused, or closed by any of its flags, is not open, whatever else the state says."""
    said: list[Finding] = []
    written = line(candidate.text("state"))
    if written.lower() in CLOSED_STATES | OPEN_STATES:
        said.append(_named("is_open", "status", written, value=written.lower() in OPEN_STATES))
    for names, when_true in ((_names()["closed"], False), (_names()["open"], True)):
        for name in names:
            flag = candidate.thing.get(name)
            if flag is True or (flag is False and when_true):
                said.append(_named("is_open", name, "true" if flag else "false", value=flag is when_true))
    yield from sorted(said, key=lambda finding: finding.value is True)[:1]


def _pay(posting: Object) -> Iterator[Finding]:
    """The first pay that can be read: under a name of its own, or spread over the posting (`salary_min` ...)."""
    for name in _names()["pay"]:
        value = posting.get(name)
        if isinstance(value, str) and (found := structured.written(value[:LINE_MAX_CHARS], label="salary")):
            yield found
            return
        if isinstance(value, dict) and (pay := _pay_of(cast("Object", value), posting)):
            yield pay
            return
    if pay := _pay_of(posting, posting, names_of_its_own=False):
        yield pay


def _pay_of(thing: Object, posting: Object, *, names_of_its_own: bool = True) -> Finding | None:
    """State may hold anything: only amounts with a currency are trusted."""

    def first(part: str) -> Any:
        names = _names()[part]
        telling = names if names_of_its_own else tuple(name for name in names if "alary" in name)
        return next((thing[name] for name in telling if thing.get(name) not in (None, "")), None)

    code = first("currency") or next(
        (posting[name] for name in _names()["currency"] if isinstance(posting.get(name), str)), None
    )
    unit = first("period")
    found = structured.ranged(
        _end(first("least")),
        _end(first("most")),
        code if isinstance(code, str) else "",
        unit if isinstance(unit, str) else "",
    )
    is_sure = found is not None and isinstance(found.value, Salary) and found.value.currency is not None
    return found if is_sure else None


def _end(value: Any) -> structured.End:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value[:LINE_MAX_CHARS] if isinstance(value, str) else None


def _named(field: Field, name: str, written: str, *, value: bool) -> Finding:
    shown = f"{name}: {written}"
    return Finding(field, value, (shown,), part=(len(shown) - len(written), len(shown)))


def _score(candidate: Candidate) -> int:
    title = candidate.text("title")
    if not title or len(title) > LINE_MAX_CHARS:
        return 0
    thing = candidate.thing
    title_score = 1 + (thing.get("@type") == "JobPosting" or "jobTitle" in thing or "job_title" in thing)
    telling = sum(thing.get(name) is not None for name in _names()["telling"])
    if not telling:
        return 0
    body = candidate.text("body")
    state = candidate.text("state").lower() in CLOSED_STATES | OPEN_STATES
    return title_score + telling + bool(body) + (len(body) > LINE_MAX_CHARS) + state + bool(candidate.text("location"))


def _text(value: Any, language: str, depth: int = TEXT_DEPTH_MAX) -> str:
    """A text, a number, the name of a thing, the page's language of a translated one, or the first of several."""
    if depth <= 0:
        return ""
    if isinstance(value, dict):
        return _text(_in_language(cast("dict[str, Any]", value), language), language, depth - 1)
    if isinstance(value, list):
        return _text(next(iter(cast("list[Any]", value)), None), language, depth - 1)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _in_language(thing: Object, language: str) -> Any:
    keys = (language[:2], "en", "name", "title", "label", "displayName", "city", "text", "html")
    found = next((thing[key] for key in keys if isinstance(thing.get(key), str | dict)), None)
    is_translated = found is None and all(len(key) == 2 for key in thing)
    return next(iter(thing.values()), None) if is_translated else found


def _objects(root: Any) -> Iterator[Object]:
    """Breadth first, bounded."""
    waiting: deque[Any] = deque([root])
    seen: set[int] = set()
    while waiting and len(seen) < NODES_MAX:
        value = waiting.popleft()
        # Flat state may hold things that hold each other.
        if not isinstance(value, dict | list) or id(cast("object", value)) in seen:
            continue
        seen.add(id(cast("object", value)))
        if isinstance(value, dict):
            thing = cast("dict[str, Any]", value)
            yield thing
            waiting.extend(thing.values())
        else:
            waiting.extend(cast("list[Any]", value))


def _revived(value: Any) -> Any:
    """Nuxt writes its state flat: a list of values whose numbers are places in that list (devalue)."""
    if not isinstance(value, list):
        return value
    flat = cast("list[Any]", value)
    head = flat[0] if flat else None
    if isinstance(head, dict):
        references = list(cast("dict[str, Any]", head).values())
    else:
        references = cast("list[Any]", head)[1:] if isinstance(head, list) else []
    is_flat = bool(references) and all(type(cell) is int and 0 < cell < len(flat) for cell in references)
    return _unflattened(flat) if is_flat else flat


def _unflattened(flat: list[Any]) -> Any:
    """Every place read once, so that what is shared is shared and a cycle ends; all objects, wherever they hang."""
    cells = flat[:NODES_MAX]
    revived: list[Any] = [dict[str, Any]() if isinstance(cell, dict) else cell for cell in cells]

    def at(reference: Any) -> Any:
        return revived[reference] if type(reference) is int and 0 <= reference < len(revived) else None

    for place, cell in enumerate(cells):
        if isinstance(cell, dict):
            thing = cast("dict[str, Any]", cell)
            revived[place].update({name: at(reference) for name, reference in thing.items()})
    return [cell for cell in revived if isinstance(cell, dict)]
