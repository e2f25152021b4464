"""Ashby's Job Postings API (developers.ashbyhq.com/docs/public-job-posting-api): a whole board in one answer."""

from collections.abc import Iterator
from datetime import datetime

from service.postings.board_addresses import BoardPosting
from service.postings.reading.boards import fields
from service.postings.reading.boards.answers import Fields
from service.postings.reading.findings import Finding, Reading
from service.postings.reading.text.outline import Outline


def is_asked(posting: Fields, asked: BoardPosting) -> bool:
    return posting.text("id").lower() == asked.posting and bool(posting.text("title"))


def description(posting: Fields) -> str:
    return posting.text("descriptionHtml", "descriptionPlain")


def read(posting: Fields, asked: BoardPosting, *, body: Outline | None, now: datetime) -> Reading:
    del now
    others = [place.text("location") for place in posting.each("secondaryLocations")]
    findings = [
        *fields.plain("title", posting.text("title")),
        *fields.employer(asked.employer, body),
        *fields.places([posting.text("location"), *others]),
        *_workplace(posting),
        *fields.employment(posting.text("employmentType"), "employmentType"),
        *_pay(posting),
        *fields.instant("posted_at", posting.text("publishedAt"), "publishedAt"),
        *fields.is_published(posting, "applyUrl", "jobUrl"),
    ]
    return fields.reading(findings, body)


def _workplace(posting: Fields) -> Iterator[Finding]:
    """`isRemote` is also true of what is hybrid."""
    if written := posting.text("workplaceType"):
        yield from fields.workplace("workplaceType", "On-site" if written == "OnSite" else written)
    elif posting.flag("isRemote"):
        yield fields.stated("remote", "isRemote", "true", value=True)


def _pay(posting: Fields) -> Iterator[Finding]:
    if posting.flag("shouldDisplayCompensationOnJobPostings") is False:
        return
    for part in posting.of("compensation").each("summaryComponents"):
        if part.text("compensationType") == "Salary":
            interval = part.text("interval")  # 1 YEAR, 1 HOUR
            yield from fields.pay(part.number("minValue"), part.number("maxValue"), part.text("currencyCode"), interval)
            return
