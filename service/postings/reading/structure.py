"""What a page, or pasted text, says by its structure: its first heading, what stands below it, its labels, headings
and lists."""

import re
from collections.abc import Iterator
from datetime import datetime

from service.postings.model import LINE_MAX_CHARS, ReadBy
from service.postings.reading import dates
from service.postings.reading.below_title import SITE, below, employment_in_title, shown
from service.postings.reading.body import in_place
from service.postings.reading.documents import Document, Line
from service.postings.reading.findings import Finding, Reading, at
from service.postings.reading.headings import named
from service.postings.reading.labels import is_labelled, labelled

# A title is a line; longer first lines are sentences.
TITLE_MAX_CHARS = 150

_AT = r"\s(?:at|@|bei|chez|en)\s"
_TITLE_AT_COMPANY = re.compile(rf"(?P<title>.{{3,120}}?){_AT}(?P<company>[^|•·–]{{2,80}})")
# Not "en": `Ingeniero en Madrid` names a place.
_TITLE_OF_EMPLOYER = re.compile(r"(?P<title>.{3,120}?)\s(?:at|@|bei|chez)\s(?P<company>[A-ZÄÖÜÉ0-9][^|•·–,:]{1,60})")
# How sites head their pages: "Karriere bei Acme", "Careers at Acme".
_JOBS_AT = re.compile(
    r"(?:karriere|jobs?|stellen\w{0,10}|careers?|offres? d['’]emploi|emplois?|recrutement|empleos?|ofertas?)"
    r"\s(?:at|bei|chez|en)\s(?P<company>[^\W_].{1,78})",
    re.IGNORECASE,
)


def read(document: Document, read_by: ReadBy, *, now: datetime) -> Reading:
    index = _title_index(document)
    findings: list[Finding] = []
    if index is not None:
        findings.extend(_titled(document.lines[index]))
    day_first = dates.is_day_first(document.language)
    findings.extend(labelled(document.lines, day_first=day_first))
    findings.extend(_window_title(document, document.lines[index].text if index is not None else ""))
    if index is not None:
        findings.extend(below(document, index, findings, now=now))
        findings.extend(employment_in_title(document.lines[index]))
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
    return None if _is_section(first.text) or is_labelled(first.text) else 0


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


def _window_title(document: Document, title: str) -> Iterator[Finding]:
    """`Data Engineer at Acme | Jobs`: what the window's title says beyond the job's."""
    for written in (document.meta.get("og:title", ""), document.title):
        window = " ".join(written.split())[:LINE_MAX_CHARS]
        if not window:
            continue
        name, *_ = SITE.split(window, maxsplit=1)
        match = _TITLE_AT_COMPANY.match(window)
        if title and window.casefold().startswith(title.casefold()):
            rest = re.match(_AT + r"([^|•·–]{2,80})", window[len(title) :])
            if rest:
                yield shown("company", rest[1])
            yield from (shown("company", at_site["company"]) for at_site in _sites(window[len(title) :]))
        elif title and window.casefold().endswith(": " + title.casefold()):
            yield shown("company", window[: -len(title) - 2])
        elif match and not title:
            yield shown("title", match["title"])
            yield shown("company", match["company"])
        elif not title:
            yield shown("title", name)


def _sites(rest: str) -> Iterator[re.Match[str]]:
    return (match for part in SITE.split(rest)[1:] if (match := _JOBS_AT.fullmatch(part)))
