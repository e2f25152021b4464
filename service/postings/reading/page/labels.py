"""Labels with their values: `Location: Berlin`, and a label with its value on the next line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from service.postings.model import LINE_MAX_CHARS
from service.postings.reading.findings import Field, Finding, Span, at
from service.postings.reading.text.documents import Line
from service.postings.reading.text.outline import LABELLED
from service.postings.reading.text.phrases import Phrases, by_meaning
from service.postings.reading.values import dates
from service.postings.reading.values.employment import kinds_of, workplace
from service.postings.reading.values.pay import salary
from service.vocabulary.posting import Label

# Names and places as lines of their own.
NAME_MAX_CHARS = 80
LABEL_MAX_CHARS = 40
# A label that so often had no value that can be read has none.
TRIED_MAX = 20
LABEL_WORDS_MAX = 5


def labelled(lines: Sequence[Line], *, day_first: bool) -> Iterator[Finding]:
    """What the labels of the document say, of each field the first that can be read."""
    tried: Counter[Field] = Counter()
    found: set[Field] = set()
    for index, line in enumerate(lines):
        field, part = _label(line.text[:LINE_MAX_CHARS])
        if field is None or field in found or tried[field] >= TRIED_MAX:
            continue
        value, part = (line, part) if part else _next(line, lines[index + 1] if index + 1 < len(lines) else None)
        if value is None or part is None:
            continue
        tried[field] += 1
        if finding := _value(field, value, part, day_first=day_first):
            found.add(field)
            yield finding


def _next(label: Line, following: Line | None) -> tuple[Line | None, Span | None]:
    """The line below a label, where it may be its value."""
    if following is None or label.kind == "item" or following.text.endswith(":"):
        return None, None
    is_short = len(following.text) <= NAME_MAX_CHARS
    return (following, (0, len(following.text))) if is_short else (None, None)


def is_label(text: str) -> bool:
    """Is it nothing but a label, with its value below?"""
    return _label(text)[0] is not None


def _label(text: str) -> tuple[Field | None, Span | None]:
    match = LABELLED.match(text)
    name = match[1] if match else text
    if len(name) > LABEL_MAX_CHARS or name.count(" ") >= LABEL_WORDS_MAX:
        return None, None
    label = next(
        (label for label in _labels().find(name) if label.start == 0 and not name[label.end :].strip(" \u00a0:*?")),
        None,
    )
    if label is None:
        return None, None
    return label.meaning, (match.end(), len(text)) if match else None


def _value(field: Field, line: Line, part: Span, *, day_first: bool) -> Finding | None:
    text = line.text[part[0] : min(part[1], part[0] + LINE_MAX_CHARS)]
    part = (part[0], part[0] + len(text))
    if field == "salary":
        found = salary.parse(text)
        return at(field, line, found[0], part=_moved(found[1], part[0])) if found else None
    if field in ("posted_at", "valid_through"):
        date = dates.find(text, end_of_day=field == "valid_through", day_first=day_first)
        return at(field, line, date[0], part=_moved(date[1], part[0])) if date else None
    if field == "employment_type":
        kinds = kinds_of(text)
        return at(field, line, kinds[0], part=_moved(kinds[1], part[0])) if kinds else None
    if field == "remote":
        said = workplace(text, is_answer=True)
        return at(field, line, said[0], part=_moved(said[1:], part[0])) if said else None
    return at(field, line, part=part) if len(text) <= NAME_MAX_CHARS else None


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


@cache
def _labels() -> Phrases[Label]:
    return by_meaning(lambda language: language.posting.labels)
