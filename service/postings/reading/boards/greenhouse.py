"""Greenhouse's Job Board API (developers.greenhouse.io/job-board.html). Its descriptions are escaped once more."""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from service.postings.board_addresses import BoardPosting
from service.postings.reading.boards import fields
from service.postings.reading.boards.answers import Fields
from service.postings.reading.findings import Finding, Reading
from service.postings.reading.text.outline import Outline

# What employers call the custom field for it.
_EMPLOYMENT = re.compile(
    r"(?:employment|job|contract|worker|position|time)[ _]?(?:type|status)|type of employment|commitment", re.IGNORECASE
)


def is_asked(posting: Fields, asked: BoardPosting) -> bool:
    is_one = posting.text("id") == asked.posting and bool(posting.text("title"))
    return is_one and asked.only_of_host in ("", _host(posting.text("absolute_url")))


def description(posting: Fields) -> str:
    return html.unescape(posting.text("content"))


def read(posting: Fields, asked: BoardPosting, *, body: Outline | None, now: datetime) -> Reading:
    del asked, now
    findings = [
        *fields.plain("title", posting.text("title")),
        *fields.plain("company", posting.text("company_name")),
        *fields.places([posting.of("location").text("name")]),
        *_employment(posting),
        *_pay(posting),
        *fields.instant("posted_at", posting.text("first_published"), "first_published"),
        *fields.instant("valid_through", posting.text("application_deadline"), "application_deadline"),
        *fields.is_published(posting, "absolute_url"),
    ]
    return fields.reading(findings, body)


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _employment(posting: Fields) -> Iterator[Finding]:
    for custom in posting.each("metadata"):
        if _EMPLOYMENT.fullmatch(custom.text("name")):
            written = custom.text("value") or ", ".join(custom.texts("value"))
            yield from fields.employment(written, custom.text("name"))


def _pay(posting: Fields) -> Iterator[Finding]:
    """The first of the ranges, which differ by region; the others are in the description, where it shows them."""
    for range_ in posting.each("pay_input_ranges"):
        least, most = range_.number("min_cents"), range_.number("max_cents")
        title = range_.text("title")
        found = fields.pay(
            None if least is None else least / 100,
            None if most is None else most / 100,
            range_.text("currency_type"),
            title,
            note=title,
        )
        yield from found
        return
