"""Of all readings the first that has a field decides it; then every value gets its place in the stored text."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from service.postings.model import (
    ITEM_MAX_CHARS,
    ITEMS_MAX,
    LINE_MAX_CHARS,
    READERS,
    TECHNOLOGIES_MAX,
    Fact,
    JobContext,
    ReadBy,
    Salary,
)
from service.postings.reading.data.schema_org import RESIDENCE
from service.postings.reading.findings import LISTS, SCALARS, Finding, Reading, Value, is_untold
from service.postings.reading.stored_text import StoredText
from service.postings.reading.text.documents import Document, storable
from service.postings.reading.values import places
from service.postings.reading.values.employment import workplace

_LIMITS = {"requirements": ITEMS_MAX, "responsibilities": ITEMS_MAX, "technologies": TECHNOLOGIES_MAX}
_STRUCTURED: frozenset[ReadBy] = frozenset({"board-api", "json-ld", "microdata", "rdfa", "app-state"})


def merged(
    page: Document, readings: Sequence[Reading], *, url: str | None, now: datetime, read_by: ReadBy
) -> JobContext:
    """The job context of a page and what its readers found. `read_by` names the context where no reader found a title.

    Readings come in any order; `READERS` ranks them, and of one rank the earlier.
    """
    ranked = sorted(readings, key=lambda reading: READERS.index(reading.read_by))
    decision = _Decision(page)
    for reading in ranked:
        if reading.description:
            decision.stored.add_unless_shown(reading.description.document)
    for field in SCALARS:
        if field == "salary":
            decision.take_salary(ranked)
        elif field not in ("remote", "is_open"):
            decision.take_first(field, ranked)
    decision.take_remote(ranked)
    decision.take_residence(ranked, read_by)
    decision.take_open(ranked, now)
    for field in LISTS:
        decision.take_list(field, ranked)
    return decision.context(url=url, now=now, read_by=read_by)


class _Decision:
    """Values and facts as they are settled, over the text they stand in."""

    def __init__(self, page: Document) -> None:
        self.stored = StoredText(page.text)
        self._values: dict[str, Any] = {}
        self._facts: list[Fact] = []

    def take_first(self, field: str, readings: Sequence[Reading]) -> None:
        for reading in readings:
            for finding in reading.of(field):
                if self._take(field, finding, reading.read_by):
                    return

    def take_salary(self, readings: Sequence[Reading]) -> None:
        """The first with amounts; words without any ("EUR 100 - 130 per year") only where there is none."""
        found = [(reading, finding) for reading in readings for finding in reading.of("salary")]
        for reading, finding in sorted(found, key=lambda pair: not _has_amounts(pair[1].value)):
            if self._take("salary", finding, reading.read_by):
                return

    def take_remote(self, readings: Sequence[Reading]) -> None:
        """Told to machines; else by the title or the place ("Remote - EU", "Berlin (hybrid)"); else by the text."""
        structured = [reading for reading in readings if reading.read_by in _STRUCTURED]
        self.take_first("remote", structured)
        for fact in [fact for fact in self._facts if fact.field in ("title", "location")]:
            if "remote" not in self._values and (said := workplace(fact.value)):
                self._values["remote"] = said[0]
                self._facts.append(Fact("remote", _written(said[0]), fact.read_by, fact.start, fact.end))
        if "remote" not in self._values:
            self.take_first("remote", readings)

    def take_residence(self, readings: Sequence[Reading], read_by: ReadBy) -> None:
        """The place of remote work is where one may live, not an office: where the site does not tell machines, what
        stands near the title decides ("USA Only")."""
        is_told = any(finding.label == RESIDENCE for reading in readings for finding in reading.of("location"))
        title = next((fact for fact in self._facts if fact.field == "title"), None)
        if self._values.get("remote") is not True or is_told or title is None:
            return
        if span := places.residence(self.stored.text, title.end):
            self._values["location"] = self.stored.text[slice(*span)]
            self._facts = [fact for fact in self._facts if fact.field != "location"]
            self._facts.append(Fact("location", self._values["location"], read_by, *span))

    def take_open(self, readings: Sequence[Reading], now: datetime) -> None:
        """Any sign that it is closed weighs more than all that it is open; a date that has passed is such a sign."""
        said = [(reading, finding) for reading in readings for finding in reading.of("is_open")]
        for reading, finding in said:
            if finding.value is False and self._take("is_open", finding, reading.read_by):
                return
        through = self._values.get("valid_through")
        until = next((fact for fact in self._facts if fact.field == "valid_through"), None)
        if through is not None and until is not None:
            self._values["is_open"] = through >= now
            value = "true" if through >= now else "false"
            self._facts.append(Fact("is_open", value, until.read_by, until.start, until.end))
            return
        for reading, finding in said:
            if self._take("is_open", finding, reading.read_by):
                return

    def take_list(self, field: str, readings: Sequence[Reading]) -> None:
        for reading in readings:
            entries = dict(self._entries(field, reading))
            if entries:
                self._values[field] = tuple(entries)
                self._facts.extend(entries.values())
                return

    def context(self, *, url: str | None, now: datetime, read_by: ReadBy) -> JobContext:
        naming = next((fact for fact in self._facts if fact.field == "title"), next(iter(self._facts), None))
        return JobContext(
            url=url,
            facts=tuple(self._facts),
            extracted_by=naming.read_by if naming else read_by,
            fetched_at=now,
            text=self.stored.text,
            **self._values,
        )

    def _take(self, field: str, finding: Finding, read_by: ReadBy) -> bool:
        value = _bounded(finding.value)
        is_told = value != "" and not (isinstance(value, str) and is_untold(field, value))
        span = self.stored.place(finding) if is_told else None
        if span is None:
            return False
        self._values[field] = value
        self._facts.append(Fact(field, _written(value), read_by, *span))
        return True

    def _entries(self, field: str, reading: Reading) -> Iterator[tuple[str, Fact]]:
        seen: set[str] = set()
        for finding in reading.of(field):
            value = storable(_written(finding.value)[:ITEM_MAX_CHARS].strip())
            if not value or value.casefold() in seen or len(seen) >= _LIMITS[field]:
                continue
            if span := self.stored.place(finding):
                yield value, Fact(f"{field}/{len(seen)}", value, reading.read_by, *span)
                seen.add(value.casefold())


def _has_amounts(value: Value) -> bool:
    return isinstance(value, Salary) and (value.min is not None or value.max is not None)


def _bounded(value: Value) -> Value:
    if isinstance(value, Salary):
        return msgspec.structs.replace(value, text=storable(value.text[:LINE_MAX_CHARS]))
    return storable(value[:LINE_MAX_CHARS].strip()) if isinstance(value, str) else value


def _written(value: Value) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Salary():
            return value.text
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
