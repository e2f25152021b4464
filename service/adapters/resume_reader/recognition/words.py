"""What a piece of a line is, by its words, and how a line falls into pieces. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from service import vocabulary
from service.vocabulary import Language

# As the model of a résumé has them, which takes no more: a line, prose, the words or sentences of an entry, the
# entries of a section.
LINE_MAX_CHARS = 1_000
PROSE_MAX_CHARS = 20_000
WORDS_MAX = 200
ENTRIES_MAX = 100

INNER_WORDS_MAX = 4
# Two letters are as often a word, a state or a product: such legal forms count only as they are written.
SHORT_FORM_CHARS = 2

_WORD = re.compile(r"[^\W\d_](?:[\w'’.&+#-]*[\w'’+#])?")
# What stands between the pieces of a line: a gap, or a mark with blanks around it.
_SEPARATOR = re.compile(r"\s*\t\s*|\s+[|•·–—―−‒/:]\s+|\s+-{1,2}\s+|\s*[|•·]\s*|\s+@\s+|\s*;\s+")
_EDGES = " ,;:|•·–—-"
_LIST_MARKS = frozenset(",;•·|\t▪●、，・")


@dataclass(frozen=True, slots=True)
class _Tables:
    """The vocabulary as it is looked up here."""

    positions: frozenset[str]
    organisations: frozenset[str]
    schools: frozenset[str]
    degrees: frozenset[str]
    inner: frozenset[str]
    # German puts words together (Backendentwickler), and Chinese and Japanese write no blanks between them.
    position_ending: re.Pattern[str]
    school_ending: re.Pattern[str]
    legal_forms: frozenset[str]
    legal_forms_as_written: frozenset[str]
    joined_legal_form: re.Pattern[str]
    team: re.Pattern[str]
    area: re.Pattern[str]
    contract: re.Pattern[str]
    independent: re.Pattern[str]
    inner_heading: re.Pattern[str]
    at: re.Pattern[str]


@cache
def tables() -> _Tables:
    phrases, companies = vocabulary.phrases, vocabulary.companies()
    forms = {form.rstrip(".") for form in (*companies.certain, *companies.short)}
    endings = (ending for ending in phrases(lambda language: language.roles.endings) if len(ending) > 1)
    at = alternatives(phrases(lambda language: language.resume.at))
    return _Tables(
        positions=frozenset(phrases(lambda language: (*language.roles.nouns, *language.roles.loose))),
        organisations=frozenset(phrases(lambda language: language.resume.words.organisations)),
        schools=frozenset(phrases(lambda language: language.resume.words.schools)),
        degrees=frozenset(phrases(lambda language: language.resume.words.degrees)),
        inner=frozenset(phrases(lambda language: language.resume.words.inner)),
        position_ending=re.compile(rf"(?:{alternatives(endings)})\Z"),
        school_ending=re.compile(
            rf"(?:{alternatives(phrases(lambda language: language.resume.words.school_endings))})\Z"
        ),
        legal_forms=frozenset(form.casefold() for form in forms if len(form) > SHORT_FORM_CHARS),
        legal_forms_as_written=frozenset(forms),
        joined_legal_form=re.compile(alternatives(companies.joined)),
        team=phrase_pattern(lambda language: language.resume.words.teams),
        area=phrase_pattern(lambda language: language.resume.words.areas),
        contract=phrase_pattern(lambda language: language.resume.words.contracts),
        independent=phrase_pattern(lambda language: language.resume.words.independent),
        inner_heading=phrase_pattern(lambda language: language.resume.words.inner),
        at=re.compile(rf"\s+(?:{at}|@)\s+(?=[^\W\d_a-zà-ÿ]|[0-9])"),
    )


def alternatives(phrases: Iterable[str]) -> str:
    """A pattern of any of them, the longest first; of none where there are none."""
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True)) or r"(?!)"


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


def phrase_pattern(table: Callable[[Language], Iterable[str]]) -> re.Pattern[str]:
    """Any phrase of a table, as whole words, in all languages."""
    return re.compile(rf"(?<!\w)(?:{alternatives(vocabulary.phrases(table))})(?!\w)", re.IGNORECASE)


def labels(kind: str) -> tuple[str, ...]:
    """What forms write before a value of this kind, in all languages; a name of `ResumeLabels`."""
    return vocabulary.phrases(lambda language: getattr(language.resume.labels, kind))


def words_of(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def is_position(text: str) -> bool:
    known, ending = tables().positions, tables().position_ending
    return any(word in known or word.rpartition("-")[2] in known or ending.search(word) for word in words_of(text))


def is_school(text: str) -> bool:
    return any(word in tables().schools or tables().school_ending.search(word) for word in words_of(text))


def has_legal_form(text: str) -> bool:
    """`Globex GmbH`, `Gheppio S.r.l.`, `株式会社サンプル`; a form alone is no name."""
    tokens = [token.strip(",;()").rstrip(".") for token in text.split()][1:]
    known = any(
        token.casefold() in tables().legal_forms or token in tables().legal_forms_as_written for token in tokens
    )
    return known or tables().joined_legal_form.search(text) is not None


def is_organisation(text: str) -> bool:
    """Whether a word tells that it is somebody to work for."""
    return has_legal_form(text) or any(word in tables().organisations for word in words_of(text)) or is_school(text)


def is_team(text: str) -> bool:
    """`Platform Team`, `Full-time`: what stands beside a position and is not whom it was for."""
    return tables().team.search(text) is not None or is_contract(text)


def is_area(text: str) -> bool:
    """`Payments Platform`: nothing but what a team works on."""
    return not words_of(tables().area.sub("", text))


def may_be_team(text: str) -> bool:
    """`Search Infrastructure`, `Tidewater Analytics`: the latter is an employer."""
    return is_team(text) or tables().area.search(text) is not None


def is_contract(text: str) -> bool:
    return tables().contract.search(text) is not None


def is_independent(text: str) -> bool:
    """Who works for nobody else."""
    return tables().independent.search(text) is not None


def is_inner(text: str) -> bool:
    """Whether a line that stands out names a part of an entry rather than the next one: "Aufgaben und Erfolge"."""
    words = words_of(text)
    is_named = bool(words) and (words[0] in tables().inner or words[-1] in tables().inner)
    is_named = is_named or tables().inner_heading.fullmatch(text.strip(" :")) is not None
    return is_named and len(words) <= INNER_WORDS_MAX and not is_position(text) and not is_organisation(text)


def pieces(text: str) -> list[str]:
    """A line at its gaps and marks; never empty ones."""
    return stripped(_SEPARATOR.split(text))


def around_at(text: str) -> list[str]:
    """`Engineer at Globex` is two."""
    return stripped(tables().at.split(text, maxsplit=1))


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
    """`Python (Django, Flask), Go; SQL` at its commas, semicolons and bullets, parentheses aside."""
    depth, start = 0, 0
    for at, character in enumerate(text):
        depth = max(0, depth + (character in "([") - (character in ")]"))
        is_slash = character == "/" and text[at - 1 : at] == " " == text[at + 1 : at + 2]
        if (character in _LIST_MARKS or is_slash) and depth == 0:
            if bare := bared(text[start:at]):
                yield bare
            start = at + 1
    if bare := bared(text[start:]):
        yield bare
