"""What a piece of a line is, by its words, and how a line falls into pieces. Pure."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any

from service import vocabulary

# As the model of a résumé has them, which takes no more: a line, prose, the words or sentences of an entry, the
# entries of a section.
LINE_MAX_CHARS = 1_000
PROSE_MAX_CHARS = 20_000
WORDS_MAX = 200
ENTRIES_MAX = 100

INNER_WORDS_MAX = 4
# Two letters are as often a word, a state or a product: such legal forms count only as they are written.
SHORT_FORM_CHARS = 2

Json = dict[str, Any]

_WORD = re.compile(r"[^\W\d_](?:[\w'’.&+#-]*[\w'’+#])?")
# What stands between the pieces of a line: a gap, or a mark with blanks around it.
_SEPARATOR = re.compile(r"\s*\t\s*|\s+[|•·–—―−‒/:]\s+|\s+-{1,2}\s+|\s*[|•·]\s*|\s+@\s+|\s*;\s+")
_TABLE = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)\}")
_EDGES = " ,;:|•·–—-"
_LIST_MARKS = frozenset(",;•·|\t▪●、，・")


def alternatives(phrases: Iterable[str]) -> str:
    """A pattern of any of them, the longest first; of none where there are none."""
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True)) or r"(?!)"


def filled(told: Json) -> Json:
    """Without what there is none of."""
    return {name: value for name, value in told.items() if value}


def joined(texts: Iterable[str]) -> str:
    """As prose of a line each; empty where that is too much."""
    prose = "\n".join(texts)
    return prose if len(prose) <= PROSE_MAX_CHARS else ""


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


@cache
def known(table: str) -> frozenset[str]:
    """A table of the vocabulary's `Resume` in all languages, by its path: `since`, `labels.phone`, `words.schools`; or
    `months`, or `present`."""
    if table == "months":
        return frozenset(vocabulary.months())
    return frozenset(vocabulary.phrases(attrgetter(table if table == "present" else f"resume.{table}")))


@cache
def pattern(template: str) -> re.Pattern[str]:
    """A regular expression in which `{labels.phone}` stands for any phrase of that table."""
    return re.compile(_TABLE.sub(lambda table: f"(?:{alternatives(known(table[1]))})", template))


def label_before(kind: str) -> re.Pattern[str]:
    """What a form writes before a value of a kind, with its colon."""
    return pattern(rf"(?i){{labels.{kind}}}\s*:\s*")


def phrase_of(kind: str) -> re.Pattern[str]:
    """Any phrase of a table of words, as whole words."""
    return pattern(rf"(?i)(?<!\w){{words.{kind}}}(?!\w)")


@cache
def _positions() -> tuple[frozenset[str], re.Pattern[str]]:
    """Nouns, and how compounds of them end: German puts words together, Chinese and Japanese write no blanks."""
    nouns = vocabulary.phrases(lambda language: (*language.roles.nouns, *language.roles.loose))
    endings = vocabulary.phrases(lambda language: (each for each in language.roles.endings if len(each) > 1))
    return frozenset(nouns), re.compile(rf"(?:{alternatives(endings)})\Z")


def ending_in(kind: str) -> re.Pattern[str]:
    """Any of the same at the end of a text, whether a blank stands before it or not."""
    return pattern(rf"\s*{{words.{kind}}}\s*\Z")


@cache
def _legal_forms() -> tuple[frozenset[str], re.Pattern[str]]:
    """Those set apart by blanks, the short ones only as they are written; and those that are not."""
    forms = {form.rstrip(".") for form in (*vocabulary.companies().certain, *vocabulary.companies().short)}
    long = (form.casefold() for form in forms if len(form) > SHORT_FORM_CHARS)
    return frozenset(forms).union(long), re.compile(alternatives(vocabulary.companies().joined))


def words_of(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def is_position(text: str) -> bool:
    nouns, ending = _positions()
    return any(word in nouns or word.rpartition("-")[2] in nouns or ending.search(word) for word in words_of(text))


def is_school(text: str) -> bool:
    return any(word in known("words.schools") or ending_in("school_endings").search(word) for word in words_of(text))


def has_legal_form(text: str) -> bool:
    """`Globex GmbH`, `Gheppio S.r.l.`, `株式会社サンプル`; a form alone is no name."""
    forms, joined = _legal_forms()
    tokens = [token.strip(",;()").rstrip(".") for token in text.split()][1:]
    return any(token in forms or token.casefold() in forms for token in tokens) or joined.search(text) is not None


def is_organisation(text: str) -> bool:
    """Whether a word tells that it is somebody to work for."""
    kinds = known("words.organisations")
    return has_legal_form(text) or not kinds.isdisjoint(words_of(text)) or is_school(text)


def is_team(text: str) -> bool:
    """`Platform Team`, `Full-time`: what stands beside a position and is not whom it was for."""
    return bool(phrase_of("teams").search(text) or phrase_of("contracts").search(text))


def may_be_team(text: str) -> bool:
    """`Search Infrastructure`, `Tidewater Analytics`: the latter is an employer."""
    return is_team(text) or phrase_of("areas").search(text) is not None


def is_inner(text: str) -> bool:
    """Whether a line that stands out names a part of an entry rather than the next one: "Aufgaben und Erfolge"."""
    words, inner = words_of(text), known("words.inner")
    is_named = text.strip(" :").casefold() in inner or not inner.isdisjoint((*words[:1], *words[-1:]))
    return is_named and len(words) <= INNER_WORDS_MAX and not is_position(text) and not is_organisation(text)


def pieces(text: str) -> list[str]:
    """A line at its gaps and marks; never empty ones."""
    return stripped(_SEPARATOR.split(text))


def stripped(texts: Iterable[str]) -> list[str]:
    return [bare for text in texts if (bare := bared(text))]


def bared(text: str) -> str:
    """Without the marks at its edges; a parenthesis that is closed inside stays."""
    text = " ".join(text.split()).strip(_EDGES)
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1].strip()
    if text.count("(") != text.count(")"):
        text = text.removesuffix("(").removeprefix(")")
        text = text.removesuffix(")") if text.count(")") > text.count("(") else text
        text = text.removeprefix("(") if text.count("(") > text.count(")") else text
    return text.strip(_EDGES)


def split_list(text: str) -> Iterator[str]:
    """`Python (Django, Flask), Go; SQL` at its commas, semicolons and bullets, parentheses aside; none too long."""
    depth, start = 0, 0
    for at, character in enumerate(f"{text},"):
        depth = max(0, depth + (character in "([") - (character in ")]"))
        is_slash = character == "/" and text[at - 1 : at] == " " == text[at + 1 : at + 2]
        if at == len(text) or ((character in _LIST_MARKS or is_slash) and depth == 0):
            if (bare := bared(text[start:at])) and len(bare) <= LINE_MAX_CHARS:
                yield bare
            start = at + 1
