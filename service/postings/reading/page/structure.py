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
from service.postings.reading.page.sentences import companies_in, pronouns
from service.postings.reading.text.documents import Document, Line
from service.postings.reading.text.names import CAPITALS, ends_in_legal_form
from service.postings.reading.text.outline import Outline, is_no_posting
from service.postings.reading.text.phrases import any_of
from service.postings.reading.values import dates

# So far a posting speaks of who seeks somebody.
EMPLOYER_LINES_MAX = 60


@dataclass(frozen=True, slots=True)
class _Patterns:
    title_at_company: re.Pattern[str]
    title_of_employer: re.Pattern[str]
    # `Ingeniero en Madrid` names a place, unless the employer is known by that name.
    title_in: re.Pattern[str]
    # How sites head their pages: "Karriere bei Acme", "Careers at Acme".
    jobs_at: re.Pattern[str]
    at_company: re.Pattern[str]
    # "Acme sucht Data Engineer (m/w/d)", "We are looking for a Data Engineer".
    seeking: tuple[re.Pattern[str], re.Pattern[str]]


@cache
def _patterns() -> _Patterns:
    at = any_of(lambda language: language.posting.titles.at)
    at_or_in = any_of(lambda language: language.posting.titles.at_or_in)
    at_in_window = any_of(lambda language: language.posting.titles.at_in_window)
    jobs = any_of(lambda language: language.posting.titles.jobs)
    now = any_of(lambda language: language.posting.sentences.now)
    seeking = any_of(lambda language: language.posting.sentences.seeking)
    seeking_a = any_of(lambda language: language.posting.sentences.seeking_a)
    a = any_of(lambda language: language.posting.sentences.a)
    title = r"(?P<title>[^\W_].{2,100}?)(?:\s?[»“\"!.])?"
    company = rf"[«„\"]?\s?(?P<company>[{CAPITALS}0-9][^|•·:,]{{1,60}}?)"
    return _Patterns(
        title_at_company=re.compile(rf"(?P<title>.{{3,120}}?)\s(?:{at}|{at_in_window})\s(?P<company>[^|•·–]{{2,80}})"),
        title_of_employer=re.compile(rf"(?P<title>.{{3,120}}?)\s{at}\s(?P<company>[{CAPITALS}0-9][^|•·–,:]{{1,60}})"),
        title_in=re.compile(rf"(?P<title>.{{3,120}}?)\s{at_or_in}\s(?P<company>[{CAPITALS}0-9][^|•·–:]{{1,60}})"),
        jobs_at=re.compile(rf"{jobs}\s(?:{at}|{at_or_in})\s(?P<company>[^\W_].{{1,78}})", re.IGNORECASE),
        seeking=(
            re.compile(rf"{company}\s(?:{now}\s)?{seeking}\s?:?\s(?:{now}\s)?(?:{a}\s)?{title}"),
            re.compile(rf"(?i:(?:[^\W\d_]{{1,8}}\s){{0,2}}{seeking_a}\s{a})\s{title}"),
        ),
        at_company=re.compile(rf"\s(?:{at}|{at_or_in})\s([^|•·–]{{2,80}})"),
    )


def read(outline: Outline, read_by: ReadBy, *, now: datetime) -> Reading:
    document = outline.document
    is_nameless = is_no_posting(outline)
    index = None if is_nameless else outline.title
    findings: list[Finding] = []
    if index is not None:
        findings.extend(_titled(document.lines[index], document))
    day_first = dates.is_day_first(document.language)
    findings.extend(labelled(outline.lines, day_first=day_first))
    if not is_nameless:
        findings.extend(_window_title(document, document.lines[index].text if index is not None else ""))
    if index is not None:
        findings.extend(below(outline, index, findings, now=now))
        findings.extend(employment_in_title(document.lines[index]))
    findings.extend(in_place(outline))
    return Reading(read_by, tuple(findings))


def _titled(line: Line, document: Document) -> Iterator[Finding]:
    """`Data Engineer`, or `Data Engineer at Acme`, which names the employer too."""
    end = min(len(line.text), LINE_MAX_CHARS)
    of_employer, by_employer, by_us = _patterns().title_of_employer, *_patterns().seeking
    match = by_employer.fullmatch(line.text, 0, end)
    if match is not None and match["company"].lower() in pronouns():
        match = None
    match = match or by_us.fullmatch(line.text, 0, end) or of_employer.fullmatch(line.text, 0, end)
    if match is None and (in_ := _patterns().title_in.fullmatch(line.text, 0, end)):
        match = in_ if _is_employer(in_["company"], document) else None
    yield at("title", line, part=match.span("title") if match else (0, end))
    if match and "company" in match.re.groupindex:
        yield at("company", line, part=match.span("company"))


def _is_employer(name: str, document: Document) -> bool:
    """Is it a company's name by its form, the site's, or by a sentence that says so?"""
    if ends_in_legal_form().search(name) or name == document.meta.get("og:site_name"):
        return True
    return any(name == company for line in document.lines[:EMPLOYER_LINES_MAX] for company in companies_in(line.text))


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
