"""Labels with their values: `Location: Berlin`, and a label with its value on the next line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile
from typing import Literal

import msgspec

from service.postings.model import LINE_MAX_CHARS
from service.postings.reading.findings import Field, Finding, Span, at
from service.postings.reading.text.documents import Line
from service.postings.reading.text.names import ends_in_legal_form
from service.postings.reading.text.outline import LABELLED
from service.postings.reading.text.phrases import Match, Phrases, by_meaning
from service.postings.reading.values import dates
from service.postings.reading.values.employment import kinds_of, workplace
from service.postings.reading.values.pay import salary
from service.postings.reading.values.pay.periods import period_of
from service.postings.reading.values.places import is_place
from service.vocabulary.posting import Label

# Names and places as lines of their own.
NAME_MAX_CHARS = 80
LABEL_MAX_CHARS = 40
# A label that so often had no value that can be read has none.
TRIED_MAX = 20
LABEL_WORDS_MAX = 5
PLACES_MAX = 20
# What may stand behind a label.
LABEL_ENDS = " \u00a0:：*?"
# A name that ends in a full stop has fewer words than this.
NAME_WORDS_MAX = 3


def labelled(lines: Sequence[Line], *, day_first: bool) -> Iterator[Finding]:
    """What the labels of the document say, of each field the first that can be read."""
    tried: Counter[Field] = Counter()
    found: set[Field] = set()
    for index, line in enumerate(lines):
        field, part = _label(line.text[:LINE_MAX_CHARS])
        if field is None or field in found or tried[field] >= TRIED_MAX:
            continue
        following = lines[index + 1] if index + 1 < len(lines) else None
        if field == "location" and part is None and (places := list(_listed_below(lines, index + 1))):
            found.add(field)
            span = (places[0].start, places[-1].end)
            yield Finding(field, "; ".join(place.text for place in places)[:LINE_MAX_CHARS], span=span)
            continue
        value, part = (line, part) if part else _next(line, following)
        if value is None or part is None:
            continue
        tried[field] += 1
        if finding := _value(field, value, part, label=line.text[: part[0]] or line.text, day_first=day_first):
            found.add(field)
            yield finding


def _listed_below(lines: Sequence[Line], start: int) -> Iterator[Line]:
    """More places than one, an entry each."""
    entries = takewhile(lambda line: line.kind == "item", lines[start : start + PLACES_MAX])
    places = [line for line in entries if len(line.text) <= NAME_MAX_CHARS and is_place(line.text)]
    yield from places if len(places) > 1 else ()


def _next(label: Line, following: Line | None) -> tuple[Line | None, Span | None]:
    """The line below a label, where it may be its value: no other label, and no heading."""
    if following is None or label.kind == "item" or following.text.endswith((":", "：")):
        return None, None
    may_be_value = len(following.text) <= NAME_MAX_CHARS and not is_label(following.text)
    return (following, (0, len(following.text))) if may_be_value else (None, None)


def is_labelled(text: str) -> bool:
    """Does it begin with a label of a field, and its value behind?"""
    return LABELLED.match(text) is not None and _label(text)[0] is not None


def is_label(text: str) -> bool:
    """Is it nothing but a label, with its value below?"""
    name = text.rstrip(LABEL_ENDS)
    return LABELLED.match(text) is None and next(_labelled_by(name, _labels()), None) is not None


def _label(text: str) -> tuple[Field | None, Span | None]:
    match = LABELLED.match(text)
    label = next(_labelled_by(match[1] if match else text, _labels()), None)
    if label is None or label.meaning == "other":
        return None, None
    return label.meaning, (match.end(), len(text)) if match else None


def _labelled_by(name: str, labels: Phrases[Label | Literal["other"]]) -> Iterator[Match[Label | Literal["other"]]]:
    if len(name) <= LABEL_MAX_CHARS and name.count(" ") < LABEL_WORDS_MAX:
        label = next(labels.find(name), None)
        if label is not None and label.start == 0 and not name[label.end :].strip(LABEL_ENDS):
            yield label


def _value(field: Field, line: Line, part: Span, *, label: str, day_first: bool) -> Finding | None:
    text = line.text[part[0] : min(part[1], part[0] + LINE_MAX_CHARS)]
    part = (part[0], part[0] + len(text))
    if field == "salary":
        found = salary.parse(text)
        if found is None:
            return None
        paid = found[0] if found[0].period else msgspec.structs.replace(found[0], period=period_of(label))
        return at(field, line, paid, part=_moved(found[1], part[0]))
    if field in ("posted_at", "valid_through"):
        date = dates.find(text, end_of_day=field == "valid_through", day_first=day_first)
        return at(field, line, date[0], part=_moved(date[1], part[0])) if date else None
    if field == "employment_type":
        kinds = kinds_of(text)
        return at(field, line, kinds[0], part=_moved(kinds[1], part[0])) if kinds else None
    if field == "remote":
        said = workplace(text, is_answer=True)
        return at(field, line, said[0], part=_moved(said[1:], part[0])) if said else None
    return at(field, line, part=part) if _is_name(text) else None


def _is_name(text: str) -> bool:
    """Short, and no sentence: "Atuar num grande banco, por uma consultoria." below "Empresa" is no company."""
    is_sentence = text.endswith((".", "!", "?")) and text.count(" ") >= NAME_WORDS_MAX
    return len(text) <= NAME_MAX_CHARS and not (is_sentence and ends_in_legal_form().search(text) is None)


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


@cache
def _labels() -> Phrases[Label | Literal["other"]]:
    return by_meaning(lambda language: {**language.posting.labels, "other": language.posting.other_labels})
