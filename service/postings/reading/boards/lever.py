"""Lever's Postings API (github.com/lever/postings-api): a description, lists under headings, and a closing."""

from collections.abc import Iterator
from datetime import datetime

from service.postings.board_addresses import BoardPosting
from service.postings.reading.boards import fields
from service.postings.reading.boards.answers import Fields
from service.postings.reading.findings import Finding, Reading
from service.postings.reading.text.outline import Outline


def is_asked(posting: Fields, asked: BoardPosting) -> bool:
    return posting.text("id").lower() == asked.posting and bool(posting.text("text"))


def description(posting: Fields) -> str:
    lists = [
        fields.section(part.text("text"), f"<ul>{part.text('content')}</ul>")
        for part in posting.each("lists")
        if part.text("content")
    ]
    parts = (posting.text("description"), *lists, posting.text("salaryDescription"), posting.text("additional"))
    return "\n".join(f"<div>{part}</div>" for part in parts if part)


def read(posting: Fields, asked: BoardPosting, *, body: Outline | None, now: datetime) -> Reading:
    del now
    categories = posting.of("categories")
    findings = [
        *fields.plain("title", posting.text("text")),
        *fields.employer(asked.employer, body),
        *fields.places(categories.texts("allLocations") or [categories.text("location")]),
        *fields.workplace("workplaceType", posting.text("workplaceType")),
        *fields.employment(categories.text("commitment"), "commitment"),
        *_pay(posting.of("salaryRange")),
        *fields.instant("posted_at", posting.text("createdAt"), "createdAt"),
        *fields.is_published(posting, "applyUrl", "hostedUrl"),
    ]
    return fields.reading(findings, body)


def _pay(range_: Fields) -> Iterator[Finding]:
    unit = range_.text("interval").replace("-", " ")  # per-year-salary, per-hour-wage
    yield from fields.pay(range_.number("min"), range_.number("max"), range_.text("currency"), unit)
