"""Workday's career sites: what their own pages are made of. A posting alone is whole; a search lists title, place and
how long ago."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from service.postings.board_addresses import BoardPosting
from service.postings.reading.boards import fields
from service.postings.reading.boards.answers import Fields
from service.postings.reading.data.schema_org import line
from service.postings.reading.findings import Finding, Reading
from service.postings.reading.text.outline import Outline
from service.postings.reading.values import dates

# The number of the company in the employer's books, before its name.
_COMPANY_CODE = re.compile(r"\d{3,6}[ -]+(?=[^\W\d])")
# How many places there are, where a list does not name them.
_COUNT_OF_PLACES = re.compile(r"\d+ \w+")
_DAYS_AGO = {"today": 0, "yesterday": 1}


def is_asked(posting: Fields, asked: BoardPosting) -> bool:
    info = _info(posting)
    ends = (info.text(name).rstrip("/").rpartition("/")[2] for name in ("externalPath", "externalUrl", "jobPostingId"))
    return bool(info.text("title")) and asked.posting in [unquote(end) for end in ends]


def description(posting: Fields) -> str:
    return _info(posting).text("jobDescription")


def read(posting: Fields, asked: BoardPosting, *, body: Outline | None, now: datetime) -> Reading:
    del asked
    info = _info(posting)
    company = _COMPANY_CODE.sub("", line(posting.of("hiringOrganization").text("name")), count=1)
    findings = [
        *fields.plain("title", info.text("title")),
        *fields.plain("company", company),
        *fields.places(_places(info)),
        *fields.workplace("remoteType", info.text("remoteType")),
        *fields.employment(info.text("timeType"), "timeType"),
        *_posted(info, now),
        *_until(info),
        *_state(info),
    ]
    return fields.reading(findings, body)


def _info(posting: Fields) -> Fields:
    return posting if posting.text("title") else posting.of("jobPostingInfo")


def _places(info: Fields) -> list[str]:
    """Where a list only counts the places, the path names the first: `Illinois---Chicago` is "Illinois - Chicago"."""
    written = info.text("location", "locationsText")
    if written and not _COUNT_OF_PLACES.fullmatch(written):
        return [written, *info.texts("additionalLocations")]
    match info.text("externalPath").strip("/").split("/"):
        case ["job", place, _]:
            return [" - ".join(part.replace("--", ", ").replace("-", " ") for part in unquote(place).split("---"))]
        case _:
            return []


def _posted(info: Fields, now: datetime) -> Iterator[Finding]:
    """The day itself where it is told; else how long ago. `30+ days` is no day."""
    if started := info.text("startDate"):
        yield from fields.instant("posted_at", started, "startDate")
    written = line(info.text("postedOn"))
    word = written.rpartition(" ")[2].lower()
    if word in _DAYS_AGO:
        day = now.astimezone(UTC) - timedelta(days=_DAYS_AGO[word])
        at = day.replace(hour=0, minute=0, second=0, microsecond=0)
        yield Finding("posted_at", at, (written,), label="postedOn")
    elif "+" not in written and (ago := dates.ago(written, now=now)):
        yield Finding("posted_at", ago[0], (written,), label="postedOn")


def _until(info: Fields) -> Iterator[Finding]:
    """The end of the posting's time, which is moved on again and again unless it is shown to applicants."""
    if info.text("timeLeftToApply"):
        yield from fields.instant("valid_through", info.text("endDate"), "endDate")


def _state(info: Fields) -> Iterator[Finding]:
    for name in ("canApply", "posted"):
        if info.flag(name) is False:
            yield fields.stated("is_open", name, "false", value=False)
            return
    if info.flag("canApply"):
        yield fields.stated("is_open", "canApply", "true", value=True)
    else:
        yield from fields.is_published(info, "externalPath")
