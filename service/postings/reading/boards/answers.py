"""Answers of boards as they may come: whole boards or one posting, and any kind of value under any name."""

import math
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, cast

import msgspec

from service.postings.reading.data import json_ld

# The longest posting met had 60 kB; decoding so much of a hostile one takes some 80 ms.
POSTING_MAX_BYTES = 400_000
# A board lists a posting once; another may speak of it.
CANDIDATES_MAX = 3
# Places, offices, sections of one posting.
VALUES_MAX = 50
# Numbers here are pay and are computed with: an exponent of millions is no number of anybody's.
NUMBER_MAX_CHARS = 30
EXPONENT_MAX = 15


class _Listed(msgspec.Struct, frozen=True):
    """The names under which the boards list their postings; one posting alone has none of them."""

    jobs: list[msgspec.Raw] | None = None
    offers: list[msgspec.Raw] | None = None
    job_postings: list[msgspec.Raw] | None = msgspec.field(default=None, name="jobPostings")


class Fields:
    """An object of an answer, or nothing: every look-up gives the kind of value it is asked for, empty where there is
    none, or one of another kind."""

    def __init__(self, value: object = None) -> None:
        self._values = cast("dict[str, Any]", value) if isinstance(value, dict) else dict[str, Any]()

    def text(self, *names: str) -> str:
        """The first of these that is a text or a number and not empty."""
        return next((text for name in names if (text := _text(self._values.get(name)))), "")

    def number(self, name: str) -> Decimal | None:
        written = self.text(name)
        try:
            value = Decimal(written) if 0 < len(written) <= NUMBER_MAX_CHARS else None
        except InvalidOperation:
            return None
        is_usual = value is not None and value.is_finite() and abs(value.adjusted()) <= EXPONENT_MAX
        return value if is_usual else None

    def flag(self, name: str) -> bool | None:
        value = self._values.get(name)
        return value if isinstance(value, bool) else None

    def of(self, name: str) -> "Fields":
        return Fields(self._values.get(name))

    def each(self, name: str) -> "list[Fields]":
        return [Fields(value) for value in self._list(name)]

    def texts(self, name: str) -> list[str]:
        return [text for value in self._list(name) if (text := _text(value))]

    def _list(self, name: str) -> list[Any]:
        value = self._values.get(name)
        return cast("list[Any]", value)[:VALUES_MAX] if isinstance(value, list) else []


def candidates(answer: bytes, mark: str) -> Iterator[tuple[bytes, Fields]]:
    """The postings of an answer that hold `mark`, an id, each with what it was read from."""
    if mark.encode() not in answer:
        return
    held = (raw for raw in _postings(answer.removeprefix(b"\xef\xbb\xbf")) if mark.encode() in raw)
    for raw in islice((raw for raw in held if len(raw) <= POSTING_MAX_BYTES), CANDIDATES_MAX):
        yield raw, Fields(json_ld.decoded(raw.decode(errors="replace")))


def is_list(answer: bytes) -> bool:
    """Whether this is a board's postings, none among them."""
    return _listed(answer) is not None


def _postings(answer: bytes) -> Iterator[bytes]:
    """One after the other: a whole board is not built in memory to find one posting in it."""
    listed = _listed(answer)
    if listed is None:  # one posting, of which the lenient decoder may make something even where this one could not
        yield answer
    else:
        yield from (bytes(raw) for raw in listed)


def _listed(answer: bytes) -> list[msgspec.Raw] | None:
    try:
        if answer.lstrip().startswith(b"["):
            return msgspec.json.decode(answer, type=list[msgspec.Raw])
        lists = msgspec.json.decode(answer, type=_Listed)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return next((held for held in (lists.jobs, lists.offers, lists.job_postings) if held is not None), None)


def _text(value: object) -> str:
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return str(value).strip() if isinstance(value, str | int | float) else ""
