"""Recruitee's Careers Site API (docs.recruitee.com): an offer alone, or all of a careers site."""

from collections.abc import Iterator
from datetime import datetime

from service.postings.board_addresses import BoardPosting
from service.postings.reading.boards import fields
from service.postings.reading.boards.answers import Fields
from service.postings.reading.findings import Finding, Reading
from service.postings.reading.text.outline import Outline
from service.postings.reading.values.employment import CLOSED_STATES

# The careers site's own heading above what the offer keeps apart from its description.
REQUIREMENTS = "Requirements"


def is_asked(posting: Fields, asked: BoardPosting) -> bool:
    offer = _offer(posting)
    address = offer.text("careers_url").rstrip("/").rpartition("/")[2]
    return asked.posting in (offer.text("slug"), offer.text("id"), address) and bool(offer.text("title"))


def description(posting: Fields) -> str:
    offer = _offer(posting)
    requirements = offer.text("requirements")
    return offer.text("description") + (fields.section(REQUIREMENTS, requirements) if requirements else "")


def read(posting: Fields, asked: BoardPosting, *, body: Outline | None, now: datetime) -> Reading:
    del asked, now
    offer = _offer(posting)
    city = fields.place_of([offer.text("city"), offer.text("country")])
    findings = [
        *fields.plain("title", offer.text("title")),
        *fields.plain("company", offer.text("company_name")),
        *fields.places([offer.text("location") or city]),
        *_workplace(offer),
        *fields.employment(offer.text("employment_type_code"), "employment_type_code"),
        *_pay(offer.of("salary")),
        *fields.instant("posted_at", offer.text("published_at"), "published_at"),
        *fields.instant("valid_through", offer.text("close_at"), "close_at"),
        *_state(offer),
    ]
    return fields.reading(findings, body)


def _offer(posting: Fields) -> Fields:
    """Alone it comes wrapped, in a list it does not."""
    return posting if posting.text("title") else posting.of("offer")


def _workplace(offer: Fields) -> Iterator[Finding]:
    for name, is_remote in (("remote", True), ("hybrid", False), ("on_site", False)):
        if offer.flag(name):
            yield fields.stated("remote", name, "true", value=is_remote)
            return


def _pay(salary: Fields) -> Iterator[Finding]:
    yield from fields.pay(salary.number("min"), salary.number("max"), salary.text("currency"), salary.text("period"))


def _state(offer: Fields) -> Iterator[Finding]:
    status = offer.text("status").lower()
    if status in CLOSED_STATES:
        yield fields.stated("is_open", "status", status, value=False)
    else:
        yield from fields.is_published(offer, "careers_apply_url", "careers_url")
