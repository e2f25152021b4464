"""What known boards' pages say in elements that their classes name, by the table `boards.toml`."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import cast

from service.adapters.page_parser import Selection
from service.postings.model import LINE_MAX_CHARS
from service.postings.reading.findings import Field, Finding, Reading, Value
from service.postings.reading.values import dates
from service.postings.reading.values.employment import kinds_of, workplace
from service.postings.reading.values.pay import salary


@cache
def selections() -> tuple[Selection, ...]:
    """What the parser is to look for."""
    table = files("service.postings.reading.page").joinpath("boards.toml").read_text(encoding="utf-8")
    boards = cast("dict[str, dict[str, str]]", tomllib.loads(table))
    return tuple(Selection(elements.pop("mark"), elements) for elements in boards.values())


def read(selected: Mapping[str, str], *, now: datetime) -> Reading:
    return Reading("html", tuple(_findings(selected, now)))


def _findings(selected: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    for name, text in selected.items():
        field, shown = cast("Field", name), text[:LINE_MAX_CHARS]
        value = _value(field, shown, now)
        if value is not None:
            yield Finding(field, value, (shown,), label=field)
        elif field == "location" and (said := workplace(shown)):  # "Remote", where the place would stand
            yield Finding("remote", said[0], (shown,), label="remote")


def _value(field: Field, text: str, now: datetime) -> Value | None:
    match field:
        case "salary":
            paid = salary.parse(text)
            return paid[0] if paid else None
        case "posted_at":
            date = dates.find(text) or dates.ago(text, now=now)
            return date[0] if date else None
        case "employment_type":
            kinds = kinds_of(text)
            return kinds[0] if kinds else None
        case "location":
            said = workplace(text)
            return None if said and said[1:] == (0, len(text)) else text
        case _:
            return text
