"""What running text says of a posting: who is looking for whom, where from, for how much, until when, whether still."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, takewhile

from service.postings.model import LINE_MAX_CHARS, ReadBy
from service.postings.reading.findings import Field, Finding, Reading, Span, at
from service.postings.reading.page import notices
from service.postings.reading.page.notices import NOTICE_MAX_CHARS
from service.postings.reading.text.documents import Line
from service.postings.reading.text.names import grades, is_role, names_a_role
from service.postings.reading.text.outline import Outline
from service.postings.reading.text.phrases import Phrases, any_of, phrases_of, words_in, words_of
from service.postings.reading.values import dates, technologies
from service.postings.reading.values.employment import applying, employment_said, workplace_said
from service.postings.reading.values.pay import salary
from service.postings.reading.values.pay.amounts import speaks_of_money

# A posting says the important things early.
LINES_READ_MAX = 400
SENTENCE_MAX_CHARS = 600
# What the law of some states wants said of pay stands at the end of a long paragraph.
PAY_MAX_CHARS = 2_000
# A posting speaks of money in some ten lines; a page of more is about something else.
PAY_TRIED_MAX = 60
# How far behind "apply by" its date may stand.
DATE_WITHIN_CHARS = 40

# A word of a name, whole: C#, CI/CD, Node.js, Entwickler:in, St. Gallen; the full stop of a sentence is not of it.
# (Not with a possessive quantifier: Python 3.11.2 loses the span of a group that holds one.)
_GOING_ON = r"(?:[\w&'’+#/*-]|\.(?=\w)|:(?=in(?:nen)?\b)|(?<=\b(?:Dr|Ft|Jr|Mt|Sr|St))\.(?= )|(?<=\bSte)\.(?= ))"
_WORD = rf"[^\W\d_a-zß-ÿ]{_GOING_ON}{{0,40}}(?!{_GOING_ON})"
# The one full stop that is a name's own where it ends: Acme Inc., Molinos S.L., Washington, D.C.
_STOP = r"(?:(?:(?<=\bCo)|(?<=\b(?:Inc|Ltd))|(?<=\bCorp)|(?<=\.[^\W\d_]))\.)?"
# What joins the words of a name stands between two of them; "für" joins those of titles and employers alone.
_JOINED = r"(?:&|of|de(?: l[ao]s?)?|del|du|des)"
# A sentence seeks one person; where that is no title, the next may be.
TITLES_TRIED_MAX = 3
# What stands behind a title in lower case: "Go backend developer", "Data Engineer to join us".
_BEHIND = re.compile(r"(?: [a-zß-ÿ-]{1,20}){1,3}")
_SPACED_WORD = re.compile(r"[^ ]+")


@dataclass(frozen=True, slots=True)
class _Patterns:
    # "Acme is looking for", "At Acme, we", "looking for a Data Engineer", "based in Lisbon, Portugal".
    companies: tuple[re.Pattern[str], re.Pattern[str]]
    title: re.Pattern[str]
    place: re.Pattern[str]
    article: re.Pattern[str]
    # How a sentence goes on behind a title that is complete.
    goes_on: frozenset[str]
    until: Phrases[bool]
    since: Phrases[bool]
    # What a line has to hold for any of the patterns to find something.
    of_company: Phrases[bool]
    of_title: Phrases[bool]
    of_place: Phrases[bool]


@cache
def _patterns() -> _Patterns:
    def any_in(table: str) -> str:
        return any_of(lambda language: getattr(language.posting.sentences, table))

    at, the = any_in("at"), any_in("the")
    # What joins the words of a name stands between two of them; "für" joins those of titles and employers alone.
    name = rf"{_WORD}(?: (?:(?:{_JOINED}|{any_in('joins')}) )?{_WORD}){{0,4}}{_STOP}"
    place = rf"{_WORD}(?: (?:{_JOINED} )?{_WORD}){{0,4}}{_STOP}"
    return _Patterns(
        companies=(
            re.compile(
                rf"(?:^|(?<=[.:!?,] ))(?:(?i:{at}) |(?i:{the})(?: |(?<=['’])))?(?P<company>{name}),?"
                rf" (?:{any_in('now')} )?{any_in('seeking')}(?![^\W_])"
            ),
            re.compile(rf"(?:^|(?<=[.:!?] ))(?i:{at}) (?P<company>{name}),? {any_in('we')}(?![^\W_])"),
        ),
        title=re.compile(
            rf"(?i:{any_in('seeking_a')}) {any_in('a')}"
            rf"(?P<said_before>(?: [a-zß-ÿ-]{{2,16}}){{0,2}}?) (?P<title>{name})"
        ),
        place=re.compile(rf"(?i:{any_in('in_place')}) (?P<place>{place}(?:, {place}){{0,2}})"),
        article=re.compile(rf"(?i:{the})(?:\s|(?<=['’]))(?=\S)"),
        goes_on=words_in(lambda language: language.posting.sentences.goes_on),
        until=phrases_of(lambda language: language.posting.sentences.until),
        since=phrases_of(lambda language: language.posting.sentences.since),
        of_company=phrases_of(lambda language: language.posting.sentences.seeking + language.posting.sentences.we),
        of_title=phrases_of(lambda language: language.posting.sentences.seeking_a),
        of_place=phrases_of(lambda language: language.posting.sentences.in_place),
    )


@cache
def pronouns() -> frozenset[str]:
    """Who is no employer: "we", "our client"."""
    return words_in(lambda language: language.posting.sentences.pronouns)


def read(outline: Outline, read_by: ReadBy) -> Reading:
    found: dict[str, Finding] = {}
    day_first = dates.is_day_first(outline.document.language)
    lines = outline.lines
    for line in lines[:LINES_READ_MAX]:
        for finding in _of_line(line, found, day_first=day_first):
            found.setdefault(finding.field, finding)
    for finding in _pay(lines[:LINES_READ_MAX]):
        found["salary"] = finding
    # A notice that the posting is closed may stand anywhere, and weighs more than a button that is still there.
    for line in lines:
        if notice := notices.find(line.text):
            found["is_open"] = at("is_open", line, value=False, part=notice)
            break
    return Reading(read_by, tuple(found.values()))


def _pay(lines: Sequence[Line]) -> Iterator[Finding]:
    """The first salary among the lines that speak of money."""
    of_money = (line for line in lines if speaks_of_money(line.text, PAY_MAX_CHARS))
    for line in islice(of_money, PAY_TRIED_MAX):
        if paid := salary.find(line.text[:PAY_MAX_CHARS]):
            yield at("salary", line, paid[0], part=paid[1])
            return


def _of_line(line: Line, found: dict[str, Finding], *, day_first: bool) -> Iterator[Finding]:
    text = line.text[:SENTENCE_MAX_CHARS]
    words, cues = frozenset(words_of(text)), _patterns()
    if "company" not in found and cues.of_company.may_be_in(words):
        yield from (at("company", line, part=span) for span in islice(_companies(text), 1))
    if "title" not in found and cues.of_title.may_be_in(words) and (title := _title(text)):
        yield at("title", line, part=title)
    if "location" not in found and cues.of_place.may_be_in(words) and (match := cues.place.search(text)):
        yield at("location", line, part=_trimmed(match, "place"))
    if "remote" not in found and workplace_said().may_be_in(words):
        said_remote = (match for match in workplace_said().find(text) if match.meaning is not None)
        yield from (at("remote", line, match.meaning, part=(match.start, match.end)) for match in said_remote)
    if "employment_type" not in found and employment_said().may_be_in(words):
        yield from _employment(line, text)
    if "valid_through" not in found and cues.until.may_be_in(words):
        yield from _dated("valid_through", cues.until, line, text, day_first=day_first)
    if len(text) > NOTICE_MAX_CHARS:
        return
    if "is_open" not in found and applying().may_be_in(words) and (said := next(applying().find(text), None)):
        yield at("is_open", line, value=True, part=(said.start, said.end))
    if "posted_at" not in found and cues.since.may_be_in(words):
        yield from _dated("posted_at", cues.since, line, text, day_first=day_first)


def _employment(line: Line, text: str) -> Iterator[Finding]:
    if kinds := list(employment_said().find(text)):
        named = ", ".join(dict.fromkeys(match.meaning for match in kinds))
        yield at("employment_type", line, named, part=(kinds[0].start, kinds[-1].end))


def companies_in(text: str) -> Iterator[str]:
    """Who a line says is seeking somebody."""
    return (text[slice(*span)] for span in _companies(text[:SENTENCE_MAX_CHARS]))


def _companies(text: str) -> Iterator[Span]:
    for pattern in _patterns().companies:
        match = pattern.search(text)
        if match and match["company"].lower() not in pronouns() and len(match["company"]) > 1:
            start, end = match.span("company")
            article = _patterns().article.match(text, start, end)
            yield article.end() if article else start, end


def _dated(field: Field, phrases: Phrases[bool], line: Line, text: str, *, day_first: bool) -> Iterator[Finding]:
    is_end = field == "valid_through"
    for said in phrases.find(text):
        behind = text[said.end : said.end + DATE_WITHIN_CHARS]
        if date := dates.find(behind, end_of_day=is_end, day_first=day_first):
            start, end = date[1]
            yield at(field, line, date[0], part=(said.end + start, said.end + end))
            return


def _title(text: str) -> Span | None:
    """Whom the text seeks, where it says it in full: "Go" alone is no title, "Go developer" is."""
    for match in islice(_patterns().title.finditer(text), TITLES_TRIED_MAX):
        start, end = _trimmed(match, "title")
        said_before = list(_SPACED_WORD.finditer(text, *match.span("said_before")))
        if any(word[0] in _patterns().goes_on for word in said_before):  # "a developer in Berlin"
            continue
        start = next((word.start() for word in said_before if _is_of_title(word[0])), start)
        behind = _BEHIND.match(text, end)
        words = list(_SPACED_WORD.finditer(text, end, behind.end())) if behind else []
        of_title = list(takewhile(lambda word: word[0] not in _patterns().goes_on, words))
        role = next((word for word in reversed(of_title) if is_role(word[0])), None)
        if role is not None:
            return start, role.end()
        if names_a_role(text[start:end]) or not (of_title or _is_technology(text[start:end])):
            return start, end
    return None


def _is_of_title(word: str) -> bool:
    return word in grades() or is_role(word)


def _is_technology(text: str) -> bool:
    named = technologies.find(text, all_are_names=True)
    return any(span == (0, len(text)) for _, span in named)


def _trimmed(match: re.Match[str], group: str) -> tuple[int, int]:
    """A name that ended a sentence leaves its full stop there."""
    start, end = match.span(group)
    bare = match[group][:LINE_MAX_CHARS].rstrip(",;:’'/*&-")
    return start, start + len(bare) if bare else end
