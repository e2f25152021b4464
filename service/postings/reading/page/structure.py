"""What a page, or pasted text, says by its structure: its first heading, what stands below it, its labels, headings
and lists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from service.postings.model import LINE_MAX_CHARS, ReadBy
from service.postings.reading.findings import Finding, Reading, at
from service.postings.reading.page.body import in_place
from service.postings.reading.page.head import SITE, below, employment_in_title, shown
from service.postings.reading.page.labels import labelled
from service.postings.reading.text.documents import Document, Line
from service.postings.reading.text.outline import Outline, is_no_posting
from service.postings.reading.text.phrases import any_of
from service.postings.reading.values import dates


@dataclass(frozen=True, slots=True)
class _Patterns:
    title_at_company: re.Pattern[str]
    # In a heading or a line; not "en": `Ingeniero en Madrid` names a place.
    title_of_employer: re.Pattern[str]
    # How sites head their pages: "Karriere bei Acme", "Careers at Acme".
    jobs_at: re.Pattern[str]
    at_company: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    at, jobs = (
        any_of(lambda language: language.posting.titles.at),
        any_of(lambda language: language.posting.titles.jobs),
    )
    return _Patterns(
        title_at_company=re.compile(rf"(?P<title>.{{3,120}}?)\s{at}\s(?P<company>[^|•·–]{{2,80}})"),
        title_of_employer=re.compile(
            rf"(?P<title>.{{3,120}}?)\s(?!en\s){at}\s(?P<company>[A-ZÄÖÜÉ0-9][^|•·–,:]{{1,60}})"
        ),
        jobs_at=re.compile(rf"{jobs}\s{at}\s(?P<company>[^\W_].{{1,78}})", re.IGNORECASE),
        at_company=re.compile(rf"\s{at}\s([^|•·–]{{2,80}})"),
    )


def read(outline: Outline, read_by: ReadBy, *, now: datetime) -> Reading:
    document = outline.document
    is_nameless = is_no_posting(outline)
    index = None if is_nameless else outline.title
    findings: list[Finding] = []
    if index is not None:
        findings.extend(_titled(document.lines[index]))
    day_first = dates.is_day_first(document.language)
    findings.extend(labelled(outline.lines, day_first=day_first))
    if not is_nameless:
        findings.extend(_window_title(document, document.lines[index].text if index is not None else ""))
    if index is not None:
        findings.extend(below(outline, index, findings, now=now))
        findings.extend(employment_in_title(document.lines[index]))
    findings.extend(in_place(outline))
    return Reading(read_by, tuple(findings))


def _titled(line: Line) -> Iterator[Finding]:
    """`Data Engineer`, or `Data Engineer at Acme`, which names the employer too."""
    end = min(len(line.text), LINE_MAX_CHARS)
    match = _patterns().title_of_employer.fullmatch(line.text, 0, end)
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
        match = _patterns().title_at_company.match(window)
        if title and window.casefold().startswith(title.casefold()):
            rest = _patterns().at_company.match(window, len(title))
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
    return (match for part in SITE.split(rest)[1:] if (match := _patterns().jobs_at.fullmatch(part)))
