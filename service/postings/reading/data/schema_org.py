"""What a schema.org JobPosting says, however it was embedded."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from service.postings.model import ITEM_MAX_CHARS, ITEMS_MAX, LINE_MAX_CHARS, ReadBy
from service.postings.reading.findings import Field, Finding, Reading, Span, is_untold
from service.postings.reading.page.body import contents, said_in, split
from service.postings.reading.text.outline import Outline
from service.postings.reading.values import dates, technologies
from service.postings.reading.values.employment import employment, workplace
from service.postings.reading.values.pay import structured as structured_pay

# Fewer words than this are a tag or a level ("Junior, Mid-Level"), not a requirement.
REQUIREMENT_WORDS_MIN = 3
# A longer description is not a description; what is cut is still in the page's own text, if it is shown.
DESCRIPTION_MAX_CHARS = 100_000

# Offices of one posting; more are the employer's.
PLACES_MAX = 20

# The property that names the places where one who works remotely may live.
RESIDENCE = "applicantLocationRequirements"

# Tags that end a line, and the others; a tag is no longer than this, and `<` alone is none.
_ENTRY = re.compile(r"</?(?:li|br|p|div|ul|ol)\b[^<>]{0,300}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
# A line break that was escaped once or twice too often; what stands for one in a text without tags.
_ESCAPED_BREAK = re.compile(r"\\{1,3}r\\{1,3}n|\\{1,3}[rn](?![a-z])|(?<=[\s>.;:])\\{1,3}n")
_UNBROKEN = re.compile(
    r"(?=[ \u00a0]{0,9}\u00a0)[ \u00a0]{3,}|\u00a0{2,}|(?<=[ \u00a0])(?=[•·▪●‣◦✓✔➤][ \u00a0])|\u00a0(?=[-–*][ \u00a0])"
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text value; `span` where the page shows it."""

    text: str
    span: Span | None = None


Node: TypeAlias = dict[str, "list[Leaf | Node]"]


def bare_name(name: str) -> str:
    """`https://schema.org/JobPosting`, `schema:JobPosting` and `JobPosting` are one name."""
    return name.rstrip("/").replace("#", "/").rpartition("/")[2].rpartition(":")[2]


def description(node: Node) -> str | None:
    """The posting's body as HTML or text; escaped once more by many sites, so unescaped while it has no tag."""
    leaf = first(node, "description")
    if leaf is None or leaf.span is not None:
        return None
    return _in_lines(_unescaped(leaf.text[:DESCRIPTION_MAX_CHARS]))


def _in_lines(written: str) -> str:
    """Line breaks as they were meant: escaped once too often, or, in a text without tags, spelled as runs of spaces
    that do not break, and as bullets in the middle of a line."""
    written = _ESCAPED_BREAK.sub("\n", written)
    if _TAG.search(written):
        return written
    written = html.unescape(written) if "&" in written else written
    return _UNBROKEN.sub("\n", written)


def _unescaped(written: str) -> str:
    for _ in range(2):
        if "<" in written or "&" not in written:
            break
        written = html.unescape(written)
    return written


def chosen(nodes: list[Node], headings: Iterable[str]) -> Node | None:
    """Of several postings on a page, the one the page is about: named in a heading or the title, else the fullest."""
    shown = " ".join(headings).casefold()
    titled = [node for node in nodes if title_of(node)]

    def rank(node: Node) -> tuple[bool, int]:
        body = first(node, "description")
        return (title_of(node).casefold() in shown, len(body.text) if body else 0)

    return max(titled, key=rank, default=nodes[0] if nodes else None)


def title_of(node: Node) -> str:
    leaf = first(node, "title", "name")
    return line(leaf.text) if leaf else ""


def read(node: Node, read_by: ReadBy, *, body: Outline | None, now: datetime) -> Reading:
    """`body` is the parsed description, where the node carries one."""
    findings = [
        *_text(node, "title", "title", "name"),
        *_company(node),
        *_location(node),
        *_remote(node),
        *_employment(node),
        *_salary(node),
        *_dates(node),
        *_lists(node, body),
        *(said_in(body) if body else ()),
    ]
    return Reading(read_by, tuple(findings), body)


def first(node: Node, *names: str) -> Leaf | None:
    """The first text of the first of these properties that has one."""
    for name in names:
        for value in node.get(name, ()):
            if isinstance(value, Leaf) and value.text.strip():
                return value
    return None


def nodes(node: Node, name: str) -> Iterator[Node]:
    return (value for value in node.get(name, ()) if isinstance(value, dict))


def leaves(node: Node, name: str) -> Iterator[Leaf]:
    return (value for value in node.get(name, ()) if isinstance(value, Leaf) and value.text.strip())


def line(text: str) -> str:
    """One line, with the entities undone that some sites leave in plain values."""
    return " ".join(html.unescape(text).split())[:LINE_MAX_CHARS].strip()


def _text(node: Node, field: Field, *names: str) -> Iterator[Finding]:
    leaf = first(node, *names)
    if leaf and (value := line(leaf.text)):
        yield Finding(field, value, (value,), leaf.span, label=names[0])


def _company(node: Node) -> Iterator[Finding]:
    organizations = [*nodes(node, "hiringOrganization"), *nodes(node, "hiringorganization")]
    for organization in organizations:
        if found := list(_text(organization, "company", "name", "legalName")):
            yield from found
            return
    yield from _text(node, "company", "hiringOrganization")


def _location(node: Node) -> Iterator[Finding]:
    """The workplace; where it is at home, the places where that may be: an office beside them is the employer's."""
    is_at_home = any("telecommut" in leaf.text.lower() for leaf in leaves(node, "jobLocationType"))
    for name in (RESIDENCE, "jobLocation") if is_at_home else ("jobLocation", RESIDENCE):
        places = _places(node.get(name, ()))
        if places:
            value = "; ".join(dict.fromkeys(", ".join(parts) for parts in places))[:LINE_MAX_CHARS]
            shown = (value, " ".join(places[0])) if len(places) == 1 else (value,)
            yield Finding("location", value, shown, label=name)
            return


def _places(values: Iterable["Leaf | Node"]) -> list[tuple[str, ...]]:
    """By their addresses; where several have the same one, the employer's, by their names."""
    each = [one for value in values for one in _one_by_one(value)]
    places = [place for one in each if (place := _place(one))]
    names = [line(leaf.text) for one in each if isinstance(one, dict) and (leaf := first(one, "name"))]
    is_repeated = len(places) > 1 and len(set(places)) == 1 and len(set(names)) == len(each)
    return [(name,) for name in names] if is_repeated else places


def _one_by_one(value: "Leaf | Node") -> Iterator["Leaf | Node"]:
    """A place for each of its addresses, and for each locality of an address."""
    if isinstance(value, Leaf):
        yield value
        return
    for address in list(nodes(value, "address"))[:PLACES_MAX] or [value]:
        whole: Node = {**value, **address}
        localities = list(leaves(whole, "addressLocality"))[:PLACES_MAX]
        for locality in localities:
            yield {**whole, "addressLocality": [locality]}
        if not localities:
            yield whole


def _place(value: "Leaf | Node") -> tuple[str, ...]:
    """Locality, region, country, as far as they are told and each says something new."""
    if isinstance(value, Leaf):
        return () if is_untold("location", value.text) else (line(value.text),)
    parts: list[str] = []
    for name in ("addressLocality", "addressRegion", "addressCountry"):
        part = _country(value) if name == "addressCountry" else first(value, name)
        text = line(part.text) if part else ""
        is_told = any(sign.isalnum() for sign in text) and not is_untold("location", text)
        if is_told and text not in ", ".join(parts).split(", "):
            parts.append(text)
    if parts:
        return tuple(parts)
    whole = first(value, "address", "name")
    return (line(whole.text),) if whole and not is_untold("location", whole.text) else ()


def _country(address: Node) -> Leaf | None:
    return first(address, "addressCountry") or next(
        (name for country in nodes(address, "addressCountry") if (name := first(country, "name"))), None
    )


def _remote(node: Node) -> Iterator[Finding]:
    """Google's form knows `TELECOMMUTE` alone; sites write "Hybrid" and "On-site" as well."""
    for leaf in leaves(node, "jobLocationType"):
        said = (True,) if "telecommut" in leaf.text.lower() else workplace(line(leaf.text))
        if said:
            yield Finding("remote", said[0], (line(leaf.text),), leaf.span, label="jobLocationType")
            return


def _employment(node: Node) -> Iterator[Finding]:
    written = [part for leaf in leaves(node, "employmentType") for part in line(leaf.text).split(",") if part.strip()]
    if not written:
        return
    told = [part for part in written if not is_untold("employment_type", part)]
    kinds = [next((match.meaning for match in employment().find(part)), part.strip()) for part in told]
    only = first(node, "employmentType") if len(written) == 1 else None
    shown = ", ".join(part.strip() for part in written)[:LINE_MAX_CHARS]
    value = ", ".join(dict.fromkeys(kinds))[:LINE_MAX_CHARS]
    yield Finding("employment_type", value, (shown,), only.span if only else None, label="employmentType")


def _salary(node: Node) -> Iterator[Finding]:
    for name in ("baseSalary", "estimatedSalary"):
        for value in node.get(name, ()):
            if found := _amounts(node, value):
                yield found
                return


def _amounts(node: Node, value: "Leaf | Node") -> Finding | None:
    """A text, an amount, or an amount whose value has ends of its own."""
    if isinstance(value, Leaf):
        currency = _line_of(node, "salaryCurrency")
        return structured_pay.written(line(value.text), currency, span=value.span, label="baseSalary")
    amount = next(nodes(value, "value"), value)
    currency = _line_of(value, "currency") or _line_of(amount, "currency") or _line_of(node, "salaryCurrency")
    unit = _line_of(amount, "unitText", "unitCode") or _line_of(value, "unitText", "unitCode", "duration")

    def stated(name: str) -> str:
        return _line_of(amount, name) or _line_of(value, name)

    ends = (stated("minValue"), stated("maxValue"))
    return structured_pay.ranged(*ends, currency, unit, label="baseSalary") or structured_pay.ranged(
        stated("value"), stated("value"), currency, unit, label="baseSalary"
    )


def _line_of(node: Node, *names: str) -> str:
    leaf = first(node, *names)
    return line(leaf.text) if leaf else ""


def _dates(node: Node) -> Iterator[Finding]:
    ends: tuple[tuple[Field, str, bool], ...] = (
        ("posted_at", "datePosted", False),
        ("valid_through", "validThrough", True),
    )
    for field, name, end_of_day in ends:
        for leaf in leaves(node, name):
            if at := dates.parse(leaf.text, end_of_day=end_of_day):
                yield Finding(field, at, (line(leaf.text),), leaf.span, label=name)
                break


def _lists(node: Node, body: Outline | None) -> Iterator[Finding]:
    """Itemized sections of the body first: what the properties repeat is the same text run together."""
    found = list(contents(body)) if body else []
    for field, names in _LISTS.items():
        of_body = [finding for finding in found if finding.field == field]
        yield from of_body or _items(node, field, names)
    skills = [named for leaf in leaves(node, "skills") for named in _skills(leaf)]
    own = [
        named
        for names in _LISTS.values()
        for name in names
        if name != "skills"
        for leaf in leaves(node, name)
        for named in _named(leaf)
    ]
    yield from skills
    yield from (finding for finding in found if finding.field == "technologies")
    yield from own
    yield from (named for leaf in leaves(node, "description") if leaf.span for named in _named(leaf))


_LISTS: dict[Field, tuple[str, ...]] = {
    "responsibilities": ("responsibilities",),
    "requirements": ("educationRequirements", "experienceRequirements", "skills", "qualifications"),
}


def _items(node: Node, field: Field, names: tuple[str, ...]) -> Iterator[Finding]:
    count = 0
    for name in names:
        for leaf in leaves(node, name):
            if len(leaf.text.split()) < REQUIREMENT_WORDS_MIN:
                continue
            for part, span in split(_plain(leaf), leaf.span):
                if count < ITEMS_MAX:
                    count += 1
                    yield Finding(field, part[:ITEM_MAX_CHARS], (part[:ITEM_MAX_CHARS],), span, label=name)
        # The name of a credential or of years of experience, where they are things of their own (Google's form).
        for inner in nodes(node, name):
            if leaf := first(inner, "description", "name", "credentialCategory"):
                count += 1
                yield Finding(field, line(leaf.text), (line(leaf.text),), leaf.span, label=name)


def _plain(leaf: Leaf) -> str:
    """A value without the markup that some sites put into it: an entry a line. What the page shows has none."""
    if leaf.span is not None:
        return leaf.text
    return html.unescape(_TAG.sub("", _ENTRY.sub("\n", _unescaped(leaf.text))))


def _skills(leaf: Leaf) -> Iterator[Finding]:
    """A tag is a name whatever it is; a sentence is read as one."""
    return _named(leaf, all_are_names=len(leaf.text.split()) < REQUIREMENT_WORDS_MIN or "," in leaf.text)


def _named(leaf: Leaf, *, all_are_names: bool = False) -> Iterator[Finding]:
    text = _plain(leaf)[: ITEM_MAX_CHARS * ITEMS_MAX]
    for name, (start, end) in technologies.find(text, all_are_names=all_are_names):
        if leaf.span and text == leaf.text and leaf.span[1] - leaf.span[0] == len(text):
            yield Finding("technologies", name, span=(leaf.span[0] + start, leaf.span[0] + end))
        else:
            yield in_line(name, text, start, end)


def in_line(name: str, text: str, start: int, end: int) -> Finding:
    """A name within the line it stands in, so that its place is found by the line and not by two letters."""
    begin = text.rfind("\n", 0, start) + 1
    begin = max(begin, start - ITEM_MAX_CHARS // 2)
    stop = text.find("\n", end)
    stop = min(len(text) if stop < 0 else stop, end + ITEM_MAX_CHARS // 2)
    return Finding("technologies", name, (text[begin:stop],), part=(start - begin, end - begin), label="skills")
