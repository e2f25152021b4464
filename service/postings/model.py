"""What a job posting says, each filled field with the place in the posting's text it was read from.

`JobContextBody` is the `job_context` object of the HTTP contract; `JobContext` is the same with the text its spans
refer to. Both are values that neighbours embed.
"""

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

ReadBy = Literal["json-ld", "microdata", "rdfa", "board-api", "app-state", "html", "llm", "text"]
Period = Literal["hour", "day", "week", "month", "year"]

# The first reader that has a field wins: what the site says to machines before what it shows to people.
READERS: tuple[ReadBy, ...] = ("board-api", "json-ld", "microdata", "rdfa", "app-state", "html", "llm", "text")

# An address is a key of a B-tree, which takes 2 700 bytes; browsers stop at about this, too.
URL_MAX_CHARS = 2_000
# The longest posting page met had 30 000 characters of text; what stands far below is other postings and small print.
PAGE_TEXT_MAX_CHARS = 100_000
# Values of structured data that the page does not show, a description among them, follow the page's own text.
TEXT_MAX_CHARS = 150_000
# A title, a company, a place, a date as written: one line.
LINE_MAX_CHARS = 300
# One requirement or responsibility: a paragraph at the most.
ITEM_MAX_CHARS = 1_000
# Longer lists are not a posting's but a site's.
ITEMS_MAX = 40
TECHNOLOGIES_MAX = 60


class Fact(msgspec.Struct, frozen=True):
    """`value` was read by `read_by` from `text[start:end]`: the same characters where it is verbatim, their meaning
    where it is derived (a date, a yes or no). `field` is a path of the job context: `title`, `requirements/0`."""

    field: str
    value: str
    read_by: ReadBy
    start: int
    end: int


class Salary(msgspec.Struct, frozen=True):
    """`min` and `max` count the currency's minor unit (cents), as all money on the wire does; `text` is as written."""

    min: int | None = None
    max: int | None = None
    currency: str | None = None  # ISO 4217
    period: Period | None = None
    text: str = ""


class JobContextBody(msgspec.Struct, frozen=True, kw_only=True):
    """The `job_context` object. An unknown field is null; every other one has its fact."""

    url: str | None = None
    title: str | None = None
    company: str | None = None
    location: str | None = None
    remote: bool | None = None
    employment_type: str | None = None
    salary: Salary | None = None
    is_open: bool | None = None
    posted_at: datetime | None = None
    valid_through: datetime | None = None
    requirements: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    responsibilities: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    extracted_by: ReadBy
    fetched_at: datetime
    cached: bool = False


class JobContext(JobContextBody, frozen=True, kw_only=True):
    """A job context with `text`, which the spans of its facts count in characters."""

    text: str

    def body(self) -> JobContextBody:
        """The same without the text: what goes out where nobody asked for it."""
        fields = {name: getattr(self, name) for name in JobContextBody.__struct_fields__}
        return JobContextBody(**fields)


class Refreshed(NamedTuple):
    """A posting as it was just read and stored; `is_unread` where it has a gap that no model has looked at."""

    context: JobContext
    content_hash: bytes
    is_unread: bool


def as_of(context: JobContext, now: datetime) -> JobContext:
    """The context as a reader of today would state it: what was open when it was read may have run out since."""
    if context.is_open is not True or context.valid_through is None or context.valid_through >= now:
        return context
    facts = tuple(_closed(fact, context.facts) if fact.field == "is_open" else fact for fact in context.facts)
    return msgspec.structs.replace(context, is_open=False, facts=facts)


def gone(context: JobContext, notice: str, now: datetime) -> JobContext:
    """The context of a posting that was there and is not any more, as `notice` says: closed, and the same else."""
    if context.is_open is False:
        return msgspec.structs.replace(context, fetched_at=now)
    notice = notice[:LINE_MAX_CHARS]
    text = f"{context.text[: TEXT_MAX_CHARS - len(notice) - 1]}\n{notice}"
    fact = Fact("is_open", "false", "html", len(text) - len(notice), len(text))
    facts = (*(other for other in context.facts if other.field != "is_open"), fact)
    return msgspec.structs.replace(context, is_open=False, facts=facts, text=text, fetched_at=now)


def _closed(fact: Fact, facts: tuple[Fact, ...]) -> Fact:
    end = next((other for other in facts if other.field == "valid_through"), fact)
    return msgspec.structs.replace(end, field="is_open", value="false")
