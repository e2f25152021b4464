"""What a page, or pasted text, says by its structure: its first heading, what stands below it, its labels, headings
and lists."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from service.postings.model import LINE_MAX_CHARS, ReadBy
from service.postings.reading import dates, salary
from service.postings.reading.body import in_place
from service.postings.reading.documents import Document, Line
from service.postings.reading.findings import Field, Finding, Reading, Span, at
from service.postings.reading.headings import named
from service.postings.reading.phrases import Phrases, listed
from service.postings.reading.terms import EMPLOYMENT

# Company and place stand right below the title, with a button or two between.
BELOW_TITLE_LINES = 8
# A title is a line; longer first lines are sentences.
TITLE_MAX_CHARS = 150
# Names and places as lines of their own.
NAME_MAX_CHARS = 80
LABEL_MAX_CHARS = 40
LABEL_WORDS_MAX = 5

_LABELS: dict[Field, str] = {
    "title": "job title; position; role; title; stelle; stellenbezeichnung; poste; intitulé du poste; puesto",
    "company": """company; employer; company name; organization; unternehmen; firma; arbeitgeber; entreprise; empresa;
        société""",
    "location": """location; job location; place; office; city; based in; standort; arbeitsort; einsatzort; ort; lieu;
        localisation; lieu de travail; ubicación; localización; lugar""",
    "employment_type": """employment type; job type; type; contract; contract type; employment; hours; schedule;
        anstellungsart; vertragsart; arbeitszeit; beschäftigungsart; type de contrat; contrat; tipo de contrato;
        contrato; jornada; type d'emploi""",
    "salary": """salary; compensation; pay; pay range; salary range; base salary; annual salary; gehalt; vergütung;
        jahresgehalt; salaire; rémunération; salario; remuneración; sueldo""",
    "posted_at": """date posted; posted; posted on; published; publication date; veröffentlicht; online seit;
        veröffentlicht am; publié le; date de publication; publicado; fecha de publicación""",
    "valid_through": """valid through; apply by; closing date; application deadline; deadline; applications close;
        expires; bewerbungsfrist; bewerbungsschluss; date limite; date limite de candidature; fecha límite; closes""",
}
LABELS: Phrases[Field] = Phrases((name, field) for field, names in _LABELS.items() for name in listed(names))
_LABELLED = re.compile(r"([^:：\n]{2,40})[:：]\s{0,4}(?=\S)")
_PLACE = re.compile(r"[^\W\d_][\w .’'()/-]{1,39}(?:, ?[^\W\d_][\w .’'()/-]{1,39}){1,3}")
_AT = r"\s(?:at|@|bei|chez|en)\s"
_TITLE_AT_COMPANY = re.compile(rf"(?P<title>.{{3,120}}?){_AT}(?P<company>[^|•·–]{{2,80}})")
# Not "en": `Ingeniero en Madrid` names a place.
_TITLE_OF_EMPLOYER = re.compile(r"(?P<title>.{3,120}?)\s(?:at|@|bei|chez)\s(?P<company>[A-ZÄÖÜÉ0-9][^|•·–,:]{1,60})")
_SITE = re.compile(r"\s[|•·–—-]\s")


def read(document: Document, read_by: ReadBy, *, now: datetime) -> Reading:
    index = _title_index(document)
    findings: list[Finding] = []
    if index is not None:
        findings.extend(_titled(document.lines[index]))
    findings.extend(_labelled(document.lines))
    findings.extend(_window_title(document, document.lines[index].text if index is not None else ""))
    if index is not None:
        findings.extend(_below(document, index, findings, now=now))
    findings.extend(in_place(document, from_line=index or 0))
    return Reading(read_by, tuple(findings))


def _title_index(document: Document) -> int | None:
    """The line that is the job's title: the heading the window's title repeats, else the first of the highest rank
    that does not name a section, else the first line of a text without headings."""
    lines = document.lines
    window = f"{document.meta.get('og:title', '')}\n{document.title}".casefold()
    headings = [
        index
        for index, line in enumerate(lines)
        if line.kind == "heading" and len(line.text) <= TITLE_MAX_CHARS and not _is_section(line.text)
    ]
    for index in headings:
        if len(lines[index].text) >= 4 and lines[index].text.casefold() in window:
            return index
    if headings:
        highest = min(lines[index].level for index in headings)
        return next(index for index in headings if lines[index].level == highest)
    has_window = bool(window.strip())
    first = lines[0] if lines else None
    if first is None or has_window or len(first.text) > TITLE_MAX_CHARS or first.text.endswith((".", ":", "!", "?")):
        return None
    return None if _is_section(first.text) or _LABELLED.match(first.text) else 0


def _titled(line: Line) -> Iterator[Finding]:
    """`Data Engineer`, or `Data Engineer at Acme`, which names the employer too."""
    end = min(len(line.text), LINE_MAX_CHARS)
    match = _TITLE_OF_EMPLOYER.fullmatch(line.text, 0, end)
    if match is None:
        yield at("title", line, part=(0, end))
    else:
        yield at("title", line, part=match.span("title"))
        yield at("company", line, part=match.span("company"))


def _is_section(text: str) -> bool:
    name = named(text)
    return name is not None and name.extra_words <= 1


def _labelled(lines: Sequence[Line]) -> Iterator[Finding]:
    """`Location: Berlin`, and a label with its value on the next line."""
    found: set[Field] = set()
    for index, line in enumerate(lines):
        field, part = _label(line.text[:LINE_MAX_CHARS])
        if field is None or field in found:
            continue
        value = line
        if part is None:
            following = lines[index + 1] if index + 1 < len(lines) else None
            if (
                following is None
                or line.kind == "item"
                or len(following.text) > NAME_MAX_CHARS
                or following.text.endswith(":")
            ):
                continue
            value, part = following, (0, len(following.text))
        if finding := _value(field, value, part):
            found.add(field)
            yield finding


def _label(text: str) -> tuple[Field | None, Span | None]:
    match = _LABELLED.match(text)
    name = match[1] if match else text
    if len(name) > LABEL_MAX_CHARS or name.count(" ") >= LABEL_WORDS_MAX:
        return None, None
    label = next(
        (label for label in LABELS.find(name) if label.start == 0 and name[label.end :].strip(" :*") == ""), None
    )
    if label is None:
        return None, None
    return label.meaning, (match.end(), len(text)) if match else None


def _value(field: Field, line: Line, part: Span) -> Finding | None:
    text = line.text[part[0] : min(part[1], part[0] + LINE_MAX_CHARS)]
    part = (part[0], part[0] + len(text))
    if field == "salary":
        found = salary.parse(text)
        return at(field, line, found[0], part=_moved(found[1], part[0])) if found else None
    if field in ("posted_at", "valid_through"):
        date = dates.find(text, end_of_day=field == "valid_through")
        return at(field, line, date[0], part=_moved(date[1], part[0])) if date else None
    if field == "employment_type":
        return _employment(line, text, part[0])
    return at(field, line, part=part) if len(text) <= NAME_MAX_CHARS else None


def _employment(line: Line, text: str, offset: int) -> Finding | None:
    matches = list(EMPLOYMENT.find(text))
    if not matches:
        return None
    kinds = ", ".join(dict.fromkeys(match.meaning for match in matches))
    return at("employment_type", line, kinds, part=(offset + matches[0].start, offset + matches[-1].end))


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


def _window_title(document: Document, title: str) -> Iterator[Finding]:
    """`Data Engineer at Acme | Jobs`: what the window's title says beyond the job's."""
    for written in (document.meta.get("og:title", ""), document.title):
        window = " ".join(written.split())[:LINE_MAX_CHARS]
        if not window:
            continue
        name, *_ = _SITE.split(window, maxsplit=1)
        match = _TITLE_AT_COMPANY.match(window)
        if title and window.casefold().startswith(title.casefold()):
            rest = re.match(_AT + r"([^|•·–]{2,80})", window[len(title) :])
            if rest:
                yield _shown("company", rest[1])
        elif title and window.casefold().endswith(": " + title.casefold()):
            yield _shown("company", window[: -len(title) - 2])
        elif match and not title:
            yield _shown("title", match["title"])
            yield _shown("company", match["company"])
        elif not title:
            yield _shown("title", name)


def _shown(field: Field, text: str) -> Finding:
    value = _SITE.split(text, maxsplit=1)[0].strip()
    return Finding(field, value, (value,), label=field)


def _below(document: Document, index: int, found: list[Finding], *, now: datetime) -> Iterator[Finding]:
    """The lines below the title: the employer, the place, how long it has been there."""
    title = document.lines[index]
    below = document.lines[index + 1 : index + 1 + BELOW_TITLE_LINES]
    companies = [finding.value for finding in found if finding.field == "company" and isinstance(finding.value, str)]
    companies += _spoken_of(document, title.text)
    for line in below:
        if len(line.text) > LINE_MAX_CHARS or line.text.endswith(":"):
            continue
        if company := next((name for name in companies if line.text.startswith(name)), None):
            yield at("company", line, part=(0, len(company)))
            rest = line.text[len(company) :]
            gap = len(rest) - len(rest.lstrip(" –-•·|,\u00a0"))
            if rest[gap:] and len(rest) <= NAME_MAX_CHARS and gap:
                yield at("location", line, part=(len(company) + gap, len(line.text)))
        elif parted := _parted(line):
            yield from parted
        elif len(line.text) <= NAME_MAX_CHARS and _PLACE.fullmatch(line.text) and not named(line.text):
            yield at("location", line)
        if employment := _whole_employment(line):
            yield employment
        if posted := dates.ago(line.text[:NAME_MAX_CHARS], now=now):
            yield at("posted_at", line, posted[0], part=posted[1])
    yield from (_shown("company", company) for company in companies[:1])


def _parted(line: Line) -> list[Finding]:
    """`Acme - Lisbon, Portugal`: the employer and the place in one line."""
    separator = _SITE.search(line.text) if len(line.text) <= NAME_MAX_CHARS else None
    if separator is None or not _PLACE.fullmatch(line.text, separator.end()):
        return []
    return [
        at("company", line, part=(0, separator.start())),
        at("location", line, part=(separator.end(), len(line.text))),
    ]


def _whole_employment(line: Line) -> Finding | None:
    """A line that is nothing but a kind of employment: a badge."""
    match = next(iter(EMPLOYMENT.find(line.text[:NAME_MAX_CHARS])), None)
    return at("employment_type", line, match.meaning) if match and match.end - match.start == len(line.text) else None


# How boards speak of the employer around a posting, anywhere in a line.
_SPEAKING = (
    re.compile(r"See who (?P<company>.{2,60}?) has hired for this role"),
    re.compile(r"Referrals increase your chances of interviewing at (?P<company>.{2,60}?) by \dx"),
)
# The heading of an employer's own words about itself: a line that says nothing else.
_ABOUT = re.compile(
    r"(?:About|Life at|Working at|Über|À propos de|A propos de|Sobre) (?P<company>[A-ZÄÖÜÉ0-9].{1,60}?)[:.]?"
)
_NOT_A_NAME = frozenset(
    listed(
        """us; you; the job; this job; the role; this role; the position; the team; the company; our company; our team;
        your team; die stelle; uns; dich; das unternehmen; die firma; nous; l'entreprise; le poste; nosotros;
        la empresa;
        the opportunity; the candidate; our client; your role; your profile; ti"""
    )
)


def _spoken_of(document: Document, title: str) -> list[str]:
    """The names by which the page speaks of the employer, the surest first."""
    found: list[str] = []
    for line in document.lines:
        text = line.text[:LINE_MAX_CHARS]
        is_short = line.kind == "heading" or len(text) <= NAME_MAX_CHARS
        matches = [_ABOUT.fullmatch(text) if is_short else None, *(pattern.search(text) for pattern in _SPEAKING)]
        found += [match["company"] for match in matches if match and match["company"].casefold() not in _NOT_A_NAME]
        at_company = text.find(title + " at ")
        if at_company >= 0 and line.text != title:
            found.append(text[at_company + len(title) + 4 :].rstrip(". "))
    return [name for name in dict.fromkeys(found) if len(name) <= NAME_MAX_CHARS]
