"""What a page, or pasted text, says by its structure: its first heading, what stands below it, its labels, headings
and lists."""

import re
from collections.abc import Iterator
from datetime import datetime

from service.postings.model import LINE_MAX_CHARS, ReadBy
from service.postings.reading.findings import Finding, Reading, at
from service.postings.reading.page.below_title import SITE, below, employment_in_title, shown
from service.postings.reading.page.body import in_place
from service.postings.reading.page.labels import labelled
from service.postings.reading.page.titles import is_no_posting, own_lines, own_sections, title_index
from service.postings.reading.text.documents import Document, Line
from service.postings.reading.values import dates

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
    title = title_index(document)
    is_nameless = is_no_posting(document, title)
    index = None if is_nameless else title
    findings: list[Finding] = []
    if index is not None:
        findings.extend(_titled(document.lines[index]))
    day_first = dates.is_day_first(document.language)
    own = own_sections(document, title)
    findings.extend(labelled(own_lines(document, title, own), day_first=day_first))
    if not is_nameless:
        findings.extend(_window_title(document, document.lines[index].text if index is not None else ""))
    if index is not None:
        findings.extend(below(document, index, findings, now=now))
        findings.extend(employment_in_title(document.lines[index]))
    findings.extend(in_place(document, own))
    return Reading(read_by, tuple(findings))


def _titled(line: Line) -> Iterator[Finding]:
    """`Data Engineer`, or `Data Engineer at Acme`, which names the employer too."""
    end = min(len(line.text), LINE_MAX_CHARS)
    match = _TITLE_OF_EMPLOYER.fullmatch(line.text, 0, end)
    if match is None:
        yield at("title", line, part=(0, end))
    else:
        yield at("title", line, part=match.span("title"))
        yield at("company", line, part=match.span("company"))


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
