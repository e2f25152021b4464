"""The head of a posting: its title, and below it the employer, the place, the kind of employment, how long ago."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from service.postings.model import LINE_MAX_CHARS
from service.postings.reading.findings import Field, Finding, Span, at
from service.postings.reading.page.labels import NAME_MAX_CHARS, is_label
from service.postings.reading.text.documents import Document, Line
from service.postings.reading.text.names import CAPITALS, company_with_place, ends_in_legal_form, is_legal_form
from service.postings.reading.text.outline import Outline, named
from service.postings.reading.text.phrases import any_of, words_in, words_of
from service.postings.reading.values import dates
from service.postings.reading.values.employment import employment, employment_titled, workplace
from service.postings.reading.values.places import CITY, LISTED_PLACE, is_place, is_taken

# Company and place stand right below the title, with a button or two between.
BELOW_TITLE_LINES = 8

SITE = re.compile(r"\s[|•·–—-]\s")
_BADGE = re.compile(r"[^\s·•|,/;.()][^·•|,/;.()–—]{0,60}[^\s·•|,/;.()–—]")
# "Stage - Développeur", "Stage marketing (H/F)"; a Stage Manager is none.
_FRENCH_STAGE = re.compile(r"(?P<stage>Stage)\s(?:[-–—:]|.{1,100}?[HF]/[HF])")


def below(outline: Outline, index: int, found: list[Finding], *, now: datetime) -> Iterator[Finding]:
    """The lines below the title: the employer, the place, the kind of employment, how long it has been there."""
    document = outline.document
    title = document.lines[index]
    below = document.lines[index + 1 : index + 1 + BELOW_TITLE_LINES]
    companies = [finding.value for finding in found if finding.field == "company" and isinstance(finding.value, str)]
    companies += _spoken_of(document, title.text)
    is_below_section = False
    for line in below:
        is_below_section = is_below_section or _opens_section(line)
        if len(line.text) > LINE_MAX_CHARS or line.text.endswith(":"):
            continue
        if not is_below_section:
            yield from _named(line, companies)
        yield from _badges(line)
        if posted := dates.ago(line.text[:NAME_MAX_CHARS], now=now):
            yield at("posted_at", line, posted[0], part=posted[1])
    yield from (shown("company", company) for company in companies[:1])


def _opens_section(line: Line) -> bool:
    """Does a section of the posting begin here, rather than a label with its value below?"""
    name = named(line.text)
    if name is None or line.kind == "item":
        return False
    if line.kind == "heading":
        return name.extra_words <= 1
    return name.kind != "other" and name.extra_words == 0 and not is_label(line.text)


def _named(line: Line, companies: Sequence[str]) -> Iterator[Finding]:
    """Employer and place; a list's entry with commas is none, whatever it looks like."""
    of_employer = _employer(line, companies)
    yield from of_employer
    may_be_place = not of_employer and line.kind != "item" and len(line.text) <= NAME_MAX_CHARS
    if may_be_place and LISTED_PLACE.fullmatch(line.text) and is_place(line.text):
        yield at("location", line)


def _employer(line: Line, companies: Sequence[str]) -> list[Finding]:
    """`Acme`, where the page speaks of Acme; `Acme - Lisbon, Portugal`; `Acme GmbH · Jena · Vollzeit`."""
    text = line.text
    parts = _parts(text) if len(text) <= NAME_MAX_CHARS else []
    first_end = parts[0][1] if parts else 0
    company = next((name for name in companies if text.startswith(name)), None)
    if company is not None:
        end = len(company)
        end = first_end if is_legal_form(text[end:first_end].strip(" ,\u00a0")) else end
        rest = text[end:]
        gap = len(rest) - len(rest.lstrip(" –-•·|,\u00a0"))
        stop = next((stop for start, stop in parts if start >= end + gap), len(text))
        place = text[end + gap : stop]
        has_place = gap and len(rest) <= NAME_MAX_CHARS and is_place(place)
        found = [at("company", line, part=(0, end))]
        return [*found, at("location", line, part=(end + gap, stop))] if has_place else found
    if not parts or (len(parts) > 1 and not _is_employer_and_place(text, parts)):
        return []
    has_form = ends_in_legal_form().search(text[:first_end]) is not None
    if len(parts) == 1:
        return _employer_alone(line, has_form=has_form)
    return [at("company", line, part=parts[0]), at("location", line, part=parts[1])]


def _employer_alone(line: Line, *, has_form: bool) -> list[Finding]:
    """`Acme GmbH`; `Acme GmbH, Hamburg`."""
    if match := company_with_place().fullmatch(line.text):
        company = at("company", line, part=match.span("company"))
        has_place = CITY.fullmatch(match["place"]) is not None and is_place(match["place"])
        return [company, at("location", line, part=match.span("place"))] if has_place else [company]
    return [at("company", line)] if has_form and not is_taken(line.text) else []


def _is_employer_and_place(text: str, parts: list[Span]) -> bool:
    (start, end), (begin, stop) = parts[:2]
    if is_taken(text[start:end]) or not is_place(text[begin:stop]):
        return False
    if ends_in_legal_form().search(text, start, end):
        return CITY.fullmatch(text, begin, stop) is not None
    return len(parts) == 2 and LISTED_PLACE.fullmatch(text, begin, stop) is not None


def _parts(text: str) -> list[Span]:
    """The parts of a line between its dots and dashes."""
    edges = [0, *(edge for match in SITE.finditer(text) for edge in match.span()), len(text)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _badges(line: Line) -> Iterator[Finding]:
    """`Vollzeit · Festanstellung · Hybrid`: lines of nothing but such, or nearly."""
    kinds: list[tuple[str, Span]] = []
    for match in _BADGE.finditer(line.text[:LINE_MAX_CHARS]):
        badge, (start, end) = match[0], match.span()
        kind = next(iter(employment().find(badge)), None)
        if kind and kind.end - kind.start == len(badge):
            kinds.append((kind.meaning, (start, end)))
        elif (said := workplace(badge)) and said[1:] == (0, len(badge)):
            yield at("remote", line, said[0], part=(start, end))
    if kinds:
        value = ", ".join(dict.fromkeys(kind for kind, _ in kinds))
        yield at("employment_type", line, value, part=(kinds[0][1][0], kinds[-1][1][1]))


def employment_in_title(line: Line) -> Iterator[Finding]:
    """`Praktikant (m/w/d)` is employed so; `Leiterin Ausbildung` leads such."""
    text = line.text[:LINE_MAX_CHARS]
    if not _leads().isdisjoint(words_of(text)):
        return
    if kind := next(iter(employment_titled().find(text)), None):
        yield at("employment_type", line, kind.meaning, part=(kind.start, kind.end))
    elif stage := _FRENCH_STAGE.match(text):
        yield at("employment_type", line, "internship", part=stage.span("stage"))


def shown(field: Field, text: str) -> Finding:
    """A value that may stand anywhere on the page, without what sites write behind it."""
    value = SITE.split(text, maxsplit=1)[0].strip()
    return Finding(field, value, (value,), label=field)


# How boards speak of the employer around a posting, anywhere in a line.
_SPEAKING = (
    re.compile(r"See who (?P<company>.{2,60}?) has hired for this role"),
    re.compile(r"Referrals increase your chances of interviewing at (?P<company>.{2,60}?) by \dx"),
)


@cache
def _about() -> re.Pattern[str]:
    """The heading of an employer's own words about itself: a line that says nothing else."""
    about = any_of(lambda language: language.posting.titles.about)
    return re.compile(rf"(?i:{about}) (?P<company>[{CAPITALS}0-9].{{1,60}}?)[:.]?")


@cache
def _leads() -> frozenset[str]:
    """Who leads, minds or wins interns is none."""
    return words_in(lambda language: language.posting.titles.leads)


@cache
def _not_a_name() -> frozenset[str]:
    return words_in(lambda language: language.posting.titles.not_a_name)


def _spoken_of(document: Document, title: str) -> list[str]:
    """The names by which the page speaks of the employer, the surest first."""
    found: list[str] = []
    for line in document.lines:
        text = line.text[:LINE_MAX_CHARS]
        is_short = line.kind == "heading" or len(text) <= NAME_MAX_CHARS
        matches = [_about().fullmatch(text) if is_short else None, *(pattern.search(text) for pattern in _SPEAKING)]
        found += [match["company"] for match in matches if match and _is_a_name(match["company"])]
        at_company = text.find(title + " at ")
        if at_company >= 0 and line.text != title:
            found.append(text[at_company + len(title) + 4 :].rstrip(". "))
    return [name for name in dict.fromkeys(found) if len(name) <= NAME_MAX_CHARS]


def _is_a_name(written: str) -> bool:
    """Not "the role", nor "The Role & Team"."""
    first_two = " ".join(written.casefold().split()[:2])
    return _not_a_name().isdisjoint((written.casefold(), first_two))
