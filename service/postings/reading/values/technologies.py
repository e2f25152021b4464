"""Which technologies a posting names, from a maintained vocabulary.

Names match whole words: Java is not in JavaScript, nor C in C++ or C#. A name that is also an everyday word, a person
or a letter (Go, Spring, Julia, C) counts only as it is written in the vocabulary, where it stands like a name, and in
technical company: beside a name that is certain in the same list, or beside a word that says what it is.
"""

import re
from bisect import bisect_left
from functools import cache
from typing import NamedTuple

from service import vocabulary
from service.postings.reading.findings import Span
from service.postings.reading.text.phrases import WORD, Match, Phrases, words_in
from service.postings.reading.values.negations import unwanted
from service.vocabulary import Technology

# Also Germany ("D-A-CH"): only names beside it in a list tell that it is one.
ONLY_LISTED = frozenset(("D",))
# "Spring 5", "Go 1.22"; "Spring 2025" is a season.
_VERSION = r"\d{1,2}(?:\.\d{1,3}){0,2}"
VERSION = re.compile(rf"\s(?:v\.?)?{_VERSION}\+?(?![\d.,]*\d)")
# "Java: 5 years" lists a name, "Access: yes" labels something.
LABELS = re.compile(r"\s?[:：](?!\s?\d)")
# An entry of a list that is nothing but names is no longer.
ENTRY_MAX_CHARS = 120
# A list goes on over these; a full stop ends it.
LIST_MARKS = frozenset(",/|;&+()[]•·:-–")
# `Go 1.22, 3 years, and Rust`.
NEIGHBOUR_WITHIN_WORDS = 5
# How far before or behind a name a word may still speak of it: four words or so.
COMPANY_WITHIN_CHARS = 48
# How far away a technology that is certain still shows what the talk is of: a paragraph.
CERTAIN_WITHIN_CHARS = 400
# Postings end before; what follows on a page are other postings and small print.
READ_MAX_CHARS = 50_000
# A posting names a hundred at the most, counting each time.
MATCHES_MAX = 300


class Named(NamedTuple):
    """A technology, and where in the text its name stands."""

    name: str
    span: Span


@cache
def _words(table: str) -> frozenset[str]:
    """One of the tables of `TechnicalTalk`, in all languages; each says what its words show."""
    return words_in(lambda language: getattr(language.posting.technologies, table))


@cache
def _goes_on() -> frozenset[str]:
    """How a sentence goes on behind a name. Any other word makes an everyday one a word: "Access to", "React fast"."""
    return _words("goes_on") | _words("followed_by") | _words("followed_often_by") | _words("and_or")


@cache
def _led_by() -> frozenset[str]:
    """What stands before a name: "experience with Go", "written in Rust"."""
    return _words("led_by") | _words("and_or")


@cache
def _r_and_d() -> re.Pattern[str]:
    """Research and development."""
    return re.compile(rf"(?<![^\W_])R (?:&|{'|'.join(_words('and_or'))}) D(?![^\W_+#])")


@cache
def _counted() -> re.Pattern[str]:
    """What may stand with a name in a list: its version, the years of it that are asked for."""
    years = "|".join(_words("years"))
    return re.compile(rf"(?<![^\W_])(?:{_VERSION}\+?|(?i:{years}))(?![^\W_])")


@cache
def _entry_goes_on() -> re.Pattern[str]:
    """A name alone in its entry, but for a version, or with what is said of it: "Go is a plus"."""
    words = "|".join(_words("said_of") | _words("and_or"))
    return re.compile(rf"(?:\s{_VERSION}\+?)?\s{{0,4}}(?:[,;/|)(•\n.]|$|(?:{words})(?![^\W_]))")


@cache
def _names() -> Phrases[Technology]:
    return Phrases(vocabulary.technologies())


def find(
    text: str,
    start: int = 0,
    end: int | None = None,
    *,
    all_are_names: bool = False,
    are_entries_skills: bool = False,
) -> list[Named]:
    """The technologies of `text[start:end]`, each where it is named first. `all_are_names` for a list of skills,
    where the everyday words among them cannot be meant; `are_entries_skills` for a section of requirements or tools,
    where they cannot in a line that holds nothing else."""
    end = min(len(text) if end is None else end, start + READ_MAX_CHARS)
    matches = _wanted(text, start, end, all_are_names=all_are_names)
    sure = _in_entries_of_names(text, matches) if are_entries_skills else set[int]()
    sure |= {match.start for match in matches if all_are_names or not match.meaning.is_everyday}
    certain = [match for match in matches if match.start in sure]
    certain += _meant(text, [match for match in matches if match.start not in sure], certain)
    found: dict[str, Named] = {}
    for match in sorted(certain, key=lambda match: match.start):
        found.setdefault(match.meaning.name, Named(match.meaning.name, (match.start, match.end)))
    return list(found.values())


def _wanted(text: str, start: int, end: int, *, all_are_names: bool) -> list[Match[Technology]]:
    """What is written as the vocabulary writes it and not said to be needless."""
    matches: list[Match[Technology]] = []
    for match in _names().find(text, start, end):
        if all_are_names or match.meaning.written in (None, text[match.start : match.end]):
            matches.append(match)
        if len(matches) >= MATCHES_MAX:
            break
    needless = unwanted(text, [(match.start, match.end) for match in matches])
    return [match for match in matches if (match.start, match.end) not in needless]


def _in_entries_of_names(text: str, matches: list[Match[Technology]]) -> set[int]:
    """Where names begin whose lines hold names alone ("- Airflow and Spark"), one of more than a letter among them."""
    entries: dict[int, list[Match[Technology]]] = {}
    for match in matches:
        begin = text.rfind("\n", max(0, match.start - ENTRY_MAX_CHARS), match.start) + 1
        if begin or match.start <= ENTRY_MAX_CHARS:
            entries.setdefault(begin, []).append(match)
    found: set[int] = set()
    for begin, names in entries.items():
        rest = text[begin : begin + ENTRY_MAX_CHARS + 1].partition("\n")[0]
        for match in reversed(names):
            rest = rest[: match.start - begin] + " " + rest[match.end - begin :]
        is_telling = any(match.end - match.start > 1 for match in names)
        if len(rest) <= ENTRY_MAX_CHARS and is_telling and _is_gap(rest.strip(" .*\t")):
            found |= {match.start for match in names}
    return found


def _meant(text: str, doubtful: list[Match[Technology]], certain: list[Match[Technology]]) -> list[Match[Technology]]:
    """The everyday words that are names here; one such makes its neighbour in a list one, in either direction."""
    sure = [match.start for match in certain]
    starts, ends = set(sure), {match.end for match in certain}
    meant: dict[int, Match[Technology]] = {}
    like_names = [match for match in doubtful if _stands_like_a_name(text, match, starts, ends)]
    for match in [*like_names, *reversed(like_names)]:
        if match.start in meant:
            continue
        may_be_described = match.meaning.written not in ONLY_LISTED
        is_meant = (may_be_described and _is_described(text, match, sure)) or _is_listed(text, match, starts, ends)
        if is_meant or _is_one_of_several(text, match, like_names):
            meant[match.start] = match
            starts.add(match.start)
            ends.add(match.end)
    return list(meant.values())


def _stands_like_a_name(text: str, match: Match[Technology], starts: set[int], ends: set[int]) -> bool:
    """Not a part of R&D, Go-to-market or C-level, not a label, not a word with its sentence behind it."""
    left, right = text[max(0, match.start - 1) : match.start], text[match.end : match.end + 2]
    if left in ("-", "&", "'", "’", ".") or (right[:1] in ("&", "'", "’", ".") and right[1:].isalnum()):
        return False
    if right[:1] == "-" and right[1:].isalnum():  # "Go-Entwickler", not "VR-Bank" nor "Go-to-market"
        return _following(text, match) in _words("followed_by")
    around = _r_and_d().search(text, max(0, match.start - len("R and ")), match.end + len(" and D"))
    if LABELS.match(text, match.end) or (around and around.start() <= match.start < around.end()):
        return False
    following = WORD.search(text, match.end, match.end + COMPANY_WITHIN_CHARS)
    if following and text[match.end : following.start()] in (" ", "\u00a0"):
        goes_on = following[0].lower() in _goes_on() or following.start() in starts
        if not goes_on and not VERSION.match(text, match.end):
            return False
    return match.end - match.start > 1 or _may_be_a_letter(text, match, ends)


def _following(text: str, match: Match[Technology]) -> str:
    following = WORD.search(text, match.end, match.end + COMPANY_WITHIN_CHARS)
    return following[0].lower() if following else ""


def _may_be_a_letter(text: str, match: Match[Technology], ends: set[int]) -> bool:
    if not match.start or text[match.start - 1] not in " \u00a0" or match.start - 1 in ends:
        return True
    *_, before = ["", *WORD.findall(text, max(0, match.start - COMPANY_WITHIN_CHARS), match.start)]
    return not text[match.start - 2].isalnum() or before.lower() in _led_by() | _words("skill_words") | _words(
        "before_letters"
    )


def _is_described(text: str, match: Match[Technology], sure: list[int]) -> bool:
    following = WORD.search(text, match.end, match.end + COMPANY_WITHIN_CHARS)
    if following and (text[match.end : following.start()].isspace() or text[match.end : following.start()] == "-"):
        if following[0].lower() in _words("followed_by"):
            return True
        if following[0].lower() in _words("followed_often_by"):
            nearest = bisect_left(sure, match.start - CERTAIN_WITHIN_CHARS)
            return nearest < len(sure) and sure[nearest] <= match.end + CERTAIN_WITHIN_CHARS
    before = text[max(0, match.start - COMPANY_WITHIN_CHARS) : match.start]
    before = before[max(before.rfind(mark) for mark in (". ", "! ", "? ", "\n")) + 1 :]
    words = [word.lower() for word in WORD.findall(before)]
    if not words:
        return False
    if before.rstrip().endswith(":"):  # "Languages: Go"
        return any(word in _words("skill_words") for word in words)
    if words[-1] in _words("made_with") and _is_counted_or_made(words[:-1]):
        return True
    return words[-1] in _led_by() and any(word in _words("skill_words") for word in words[:-1])


def _is_counted_or_made(words: list[str]) -> bool:
    """`7+ years` or `data pipelines`, and nothing between that and the word that leads to the name."""
    counted = len(words) > 1 and words[-1] in _words("years") and words[-2].isdigit()
    return counted or (bool(words) and words[-1].endswith(tuple(_words("made"))))


def _is_one_of_several(text: str, match: Match[Technology], like_names: list[Match[Technology]]) -> bool:
    """ "Mit Airflow und Spark", "in Go oder Rust": two in a row, and a word before them that leads to a name."""
    index = like_names.index(match)
    pairs = zip(like_names[max(0, index - 1) : index + 1], like_names[index : index + 2], strict=False)
    for one, other in pairs:
        gap = text[one.end : other.start]
        is_pair = one.start != other.start and gap.strip(" ,/").lower() in {"", *_words("and_or")} and gap != " "
        before = WORD.findall(text, max(0, one.start - COMPANY_WITHIN_CHARS), one.start)
        is_led = bool(before) and before[-1].lower() in _led_by() and one.end - one.start > 1
        if is_pair and is_led and other.end - other.start > 1 and text[one.start - 1] == " ":
            return True
    return False


def _is_listed(text: str, match: Match[Technology], starts: set[int], ends: set[int]) -> bool:
    """Is the word beside it a technology of the same list? `Go, Python`, `Python and R`, `C/C++`, one a line."""
    behind = [(word[0], word.start()) for word in WORD.finditer(text, match.end, match.end + COMPANY_WITHIN_CHARS)]
    following = _neighbour(behind, starts)
    if following is not None and _is_gap(text[match.end : following]) and not text[match.end : following].isspace():
        return True
    window = max(0, match.start - COMPANY_WITHIN_CHARS)
    before = [(word[0], word.end()) for word in WORD.finditer(text, window, match.start)]
    preceding = _neighbour(before[::-1], ends)
    if preceding is not None and _is_gap(gap := text[preceding : match.start]):
        # The next entry may begin with the word as a word: "Python", "Swift experience with ...".
        return not ("\n" in gap or ";" in gap) or _entry_goes_on().match(text, match.end) is not None
    # One a line, the first of them.
    return following is not None and "\n" in text[match.end : following] and _is_gap(text[match.end : following])


def _neighbour(near: list[tuple[str, int]], edges: set[int]) -> int | None:
    """Where the next name begins or ends, over a conjunction and what is counted; None where other words come first."""
    for word, edge in near[:NEIGHBOUR_WITHIN_WORDS]:
        if edge in edges:
            return edge
        if word.lower() not in _words("and_or") and not _counted().fullmatch(word):
            return None
    return None


def _is_gap(gap: str) -> bool:
    """Is there nothing but what parts a list?"""
    words = _counted().sub("", gap).split()
    return all(mark in LIST_MARKS for word in words if word.lower() not in _words("and_or") for mark in word)
