"""What running text says of a posting: who is looking for whom, where from, for how much, until when, whether still."""

import re
from collections.abc import Iterator

from service.postings.model import LINE_MAX_CHARS, ReadBy
from service.postings.reading import dates, salary
from service.postings.reading.documents import Document, Line
from service.postings.reading.findings import Finding, Reading, at
from service.postings.reading.phrases import Phrases, listed
from service.postings.reading.terms import CLOSED, EMPLOYMENT, OPEN, REMOTE

# A posting says the important things early; notices of its end are short.
LINES_READ_MAX = 400
NOTICE_MAX_CHARS = 300
SENTENCE_MAX_CHARS = 600
# How far behind "apply by" its date may stand.
DATE_WITHIN_CHARS = 40

_NAME = r"[^\W\d_a-zß-ÿ][\w&.'’-]{0,30}(?: (?:&|of|für|de|[^\W\d_a-zß-ÿ][\w&.'’-]{0,30})){0,4}"
_SEEKING = (
    r"(?:seeks|is seeking|is looking for|is hiring|is recruiting|are hiring"
    r"|sucht|stellt ein|recherche|recrute|busca|contrata)"
)
COMPANY = re.compile(
    rf"(?:^|(?<=[.:!?,] ))(?:At |Bei |Chez )?(?P<company>{_NAME}),?"
    rf" (?:currently |zurzeit )?{_SEEKING}(?![^\W_])"
)
COMPANY_WE = re.compile(
    rf"(?:^|(?<=[.:!?] ))(?:At|Bei|Chez|En) (?P<company>{_NAME}),? (?:we|you|wir|nous|vous|buscamos)(?![^\W_])"
)
TITLE = re.compile(
    r"(?:hiring|looking for|seeking|seeks|suchen|sucht|recherchons|recherche|recrutons|buscamos|busca)"
    rf" (?:an?|eine?n?|une?|una?)(?: [a-z-]{{2,12}})? (?P<title>{_NAME})"
)
PLACE = re.compile(
    r"(?:based in|located in|office in|offices in|headquartered in|Sitz in|Standort in|Büro in|basée? à|située? à"
    r"|ubicad[oa] en)"
    rf" (?P<place>{_NAME}(?:, {_NAME}){{0,2}})"
)
_PRONOUNS = frozenset(
    listed("we; wir; nous; who; it; he; she; our client; the company; our company; this; unser kunde")
)
UNTIL: Phrases[bool] = Phrases(
    (phrase, True)
    for phrase in listed(
        """apply by; apply before; application deadline; deadline; applications close; closing date; open until;
        bewerbungsfrist; bewerbung bis; bewerben sie sich bis; date limite; fecha límite; hasta el"""
    )
)
_CERTAIN_KINDS = frozenset({"full-time", "part-time", "internship", "apprenticeship"})


def read(document: Document, read_by: ReadBy) -> Reading:
    found: dict[str, Finding] = {}
    for line in document.lines[:LINES_READ_MAX]:
        for finding in _of_line(line, found):
            found.setdefault(finding.field, finding)
    # A notice that the posting is closed may stand anywhere, and weighs more than a button that is still there.
    for line in document.lines:
        if notice := _notice(line):
            found["is_open"] = notice
            break
    return Reading(read_by, tuple(found.values()))


def _of_line(line: Line, found: dict[str, Finding]) -> Iterator[Finding]:
    text = line.text[:SENTENCE_MAX_CHARS]
    if "company" not in found:
        yield from _named(line, text, (COMPANY, COMPANY_WE))
    if "title" not in found and (match := TITLE.search(text)):
        yield at("title", line, part=_trimmed(match, "title"))
    if "location" not in found and (match := PLACE.search(text)):
        yield at("location", line, part=_trimmed(match, "place"))
    if "salary" not in found and (paid := salary.find(text)):
        yield at("salary", line, paid[0], part=paid[1])
    if "remote" not in found and (said := next(REMOTE.find(text), None)):
        yield at("remote", line, said.meaning, part=(said.start, said.end))
    if "is_open" not in found and len(text) <= NOTICE_MAX_CHARS and (said := next(OPEN.find(text), None)):
        yield at("is_open", line, value=True, part=(said.start, said.end))
    if "employment_type" not in found:
        kinds = (match for match in EMPLOYMENT.find(text) if match.meaning in _CERTAIN_KINDS)
        yield from (at("employment_type", line, match.meaning, part=(match.start, match.end)) for match in kinds)
    if "valid_through" not in found:
        yield from _until(line, text)


def _named(line: Line, text: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[Finding]:
    for pattern in patterns:
        match = pattern.search(text)
        if match and match["company"].lower() not in _PRONOUNS and len(match["company"]) > 1:
            start, end = match.span("company")
            start += len("The ") if text.startswith("The ", start) else 0
            yield at("company", line, part=(start, end))
            return


def _until(line: Line, text: str) -> Iterator[Finding]:
    for said in UNTIL.find(text):
        if date := dates.find(text[said.end : said.end + DATE_WITHIN_CHARS], end_of_day=True):
            start, end = date[1]
            yield at("valid_through", line, date[0], part=(said.end + start, said.end + end))
            return


def _notice(line: Line) -> Finding | None:
    if len(line.text) > NOTICE_MAX_CHARS:
        return None
    said = next(CLOSED.find(line.text), None)
    return at("is_open", line, value=False, part=(said.start, said.end)) if said else None


def _trimmed(match: re.Match[str], group: str) -> tuple[int, int]:
    """A name that ended a sentence leaves its full stop there."""
    start, end = match.span(group)
    bare = match[group][:LINE_MAX_CHARS].rstrip(".,;:’'")
    return start, start + len(bare) if bare else end
