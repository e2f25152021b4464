"""SmartRecruiters' Posting API (developers.smartrecruiters.com/docs/objects): an advertisement in named sections."""

from collections.abc import Iterator
from datetime import datetime

from service.postings.board_addresses import BoardPosting
from service.postings.reading.boards import fields
from service.postings.reading.boards.answers import Fields
from service.postings.reading.findings import Finding, Reading
from service.postings.reading.text.outline import Outline

# In the order the board shows them, with the headings it gives them where the employer has none of its own.
_SECTIONS = {
    "companyDescription": "Company Description",
    "jobDescription": "Job Description",
    "qualifications": "Qualifications",
    "additionalInformation": "Additional Information",
}


def is_asked(posting: Fields, asked: BoardPosting) -> bool:
    ids = (posting.text("id").lower(), posting.text("uuid").lower())
    return asked.posting in ids and bool(posting.text("name"))


def description(posting: Fields) -> str:
    sections = posting.of("jobAd").of("sections")
    parts = ((sections.of(name), heading) for name, heading in _SECTIONS.items())
    return "".join(fields.section(part.text("title") or heading, part.text("text")) for part, heading in parts)


def read(posting: Fields, asked: BoardPosting, *, body: Outline | None, now: datetime) -> Reading:
    del asked, now
    place = posting.of("location")
    city = fields.place_of([place.text("city"), place.text("region"), place.text("country").upper()])
    findings = [
        *fields.plain("title", posting.text("name")),
        *fields.plain("company", posting.of("company").text("name")),
        *fields.places([place.text("fullLocation") or city]),
        *_workplace(place),
        *fields.employment(posting.of("typeOfEmployment").text("label"), "typeOfEmployment"),
        *_pay(posting.of("compensation")),
        *fields.instant("posted_at", posting.text("releasedDate"), "releasedDate"),
        *_state(posting),
    ]
    return fields.reading(findings, body)


def _workplace(place: Fields) -> Iterator[Finding]:
    for name, is_remote in (("remote", True), ("hybrid", False)):
        if place.flag(name):
            yield fields.stated("remote", name, "true", value=is_remote)
            return
    if place.flag("remote") is False:
        yield fields.stated("remote", "remote", "false", value=False)


def _pay(compensation: Fields) -> Iterator[Finding]:
    unit = compensation.text("period").removesuffix("LY").removesuffix("ly")  # YEARLY
    yield from fields.pay(compensation.number("min"), compensation.number("max"), compensation.text("currency"), unit)


def _state(posting: Fields) -> Iterator[Finding]:
    is_active = posting.flag("active")
    if is_active is not None:
        yield fields.stated("is_open", "active", "true" if is_active else "false", value=is_active)
    else:
        yield from fields.is_published(posting, "applyUrl", "postingUrl")
