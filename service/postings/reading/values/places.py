"""Places: which of a page's short lines can name one, and where one may live who works remotely."""

import re
from functools import cache

from service import vocabulary
from service.postings.reading.findings import Span
from service.postings.reading.text.names import ends_in_legal_form, is_certain_legal_form, names_a_role
from service.postings.reading.text.outline import named
from service.postings.reading.text.phrases import any_of, words_in
from service.postings.reading.values import technologies
from service.postings.reading.values.employment import employment, workplace

# `Lisbon, Portugal`
LISTED_PLACE = re.compile(r"[^\W\d_][\w .’'()/-]{1,39}(?:, ?[^\W\d_][\w .’'()/-]{1,39}){1,3}")
CITY = re.compile(r"[^\W\d_a-zß-ÿ][\w .’'()/,-]{1,49}")
_PARENTHESES = re.compile(r"\([^()]*\)")
_APART = re.compile(r"[’'.-]")

# How far below the title a line stands that limits where one may live: the employer, a button and a few tags come
# before.
RESIDENCE_WITHIN_CHARS = 400
# A line of tags; in a sentence "only" may restrict anything.
RESIDENCE_MAX_CHARS = 80


def is_place(text: str) -> bool:
    """Can it be one? Names with capitals, and nothing in it that says how one is employed, as what, or with what."""
    parts = [part.strip() for part in _PARENTHESES.sub("", text).split(",")]
    if is_taken(text) or technologies.find(text) or not _no_place().isdisjoint(part.casefold() for part in parts):
        return False
    return all(_is_place_name(part) for part in parts)


def is_taken(text: str) -> bool:
    """Does it open a section, or say nothing but how one is employed or where from?"""
    found = [(match.start, match.end) for match in employment().find(text)]
    found += [said[1:]] if (said := workplace(text)) else []
    return named(text) is not None or (0, len(text)) in found


def residence(text: str, start: int) -> Span | None:
    """The place of the regions in the first short line behind `start` that says "only"."""
    position = start
    for line in text[start : start + RESIDENCE_WITHIN_CHARS].split("\n"):
        ways = (way.search(line) for way in _residences()) if len(line) <= RESIDENCE_MAX_CHARS else ()
        if found := next((match for match in ways if match), None):
            return position + found.start("regions"), position + found.end("regions")
        position += len(line) + 1
    return None


def _is_place_name(part: str) -> bool:
    words = part.split()
    if not words or words[0][0].islower() or any(employment().find(part)) or names_a_role(part):
        return False
    is_prose = any(word[0].islower() and _place_words().isdisjoint(_APART.split(word)) for word in words)
    return not is_prose and ends_in_legal_form().search(part) is None and not is_certain_legal_form(part)


@cache
def _place_words() -> frozenset[str]:
    return words_in(lambda language: language.posting.places.words)


@cache
def _no_place() -> frozenset[str]:
    """Also the names of months: "Beginn Mai"."""
    return words_in(lambda language: language.posting.places.no_place).union(vocabulary.months())


@cache
def _residences() -> tuple[re.Pattern[str], ...]:
    region = rf"{any_of(lambda language: language.posting.regions)}(?![^\W_])"
    joins = any_of(lambda language: language.posting.technologies.and_or)
    joined = rf"(?:, (?:{joins} )?| {joins} | ?[&/] ?)"
    regions = rf"(?<![^\W_])(?P<regions>{region}(?:{joined}{region}){{0,5}})"
    only, before = any_of(lambda language: language.posting.only), any_of(lambda language: language.posting.only_before)
    anywhere = any_of(lambda language: language.posting.anywhere)
    return (
        re.compile(rf"{regions}[ -](?i:{only})(?![^\W_])"),
        re.compile(rf"(?<![^\W_])(?i:{before}) (?:in |en )?{regions}"),
        re.compile(rf"(?<![^\W_])(?P<regions>(?i:{anywhere}))(?![^\W_])"),
    )
