"""Finding many phrases in one pass: one look-up per word, a few where a phrase may begin. Linear, however many phrases
there are and however many begin alike."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Generic, NamedTuple, TypeVar

from service import vocabulary
from service.vocabulary import Language

T = TypeVar("T")

# Chinese and Japanese set no blanks between words: each character is one, so that a phrase is found inside of a
# sentence and `Python` in `Pythonでの開発`. Katakana are words of their own: `パート` is not in `パートナー`.
CJK = r"\u3040-\u30fa\u30fc-\u30ff\u3400-\u9fff\uff66-\uff9f"
_KATAKANA = r"\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f"
# Letters and digits; `+`, `++` and `#` close a name (C++, C#), a dot opens one only where nothing stands before (.NET).
WORD = re.compile(rf"[{_KATAKANA}]+|[{CJK}]|(?:(?<![^\W_])\.(?=[^\W\d_]))?[^\W_{CJK}]+(?:\+\+|#)?")
# The words of a phrase may stand apart by one of these marks or two: `Node.js`, `machine-learning`, `what you’ll do`;
# by three around a per cent sign, which German and French set off by a space that may be a narrow one, and around `&`.
_GAP = re.compile(r"[ \u00a0\u202f\u2009]?[%&][ \u00a0\u202f\u2009]?|[ ._/&'’‑%\u00a0\u202f\u2009-]{0,2}")


class Match(NamedTuple, Generic[T]):
    """`text[start:end]`, so many `words`, say what `meaning` was filed under."""

    meaning: T
    start: int
    end: int
    words: int


def words_of(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]


def words_in(table: Callable[[Language], Iterable[str]]) -> frozenset[str]:
    """A table of single words in all languages."""
    return frozenset(vocabulary.phrases(table))


def any_of(table: Callable[[Language], Iterable[str]]) -> str:
    """A pattern of the phrases of a table in all languages as running text has them, the longest first."""
    phrases = sorted(vocabulary.phrases(table), key=len, reverse=True)
    written = (re.escape(phrase).replace("'", "['’]").replace(r"\ ", r"\s") for phrase in phrases)
    return rf"(?:{'|'.join(written)})"


class Phrases(Generic[T]):
    """Phrases filed by their words, the first of equals; at each place the longest wins, and is not searched again."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._filed: dict[str, T] = {}
        self._words_from: dict[str, int] = {}  # the first word of phrases, and how many words the longest of them has
        for phrase, meaning in phrases:
            words = words_of(phrase)
            self._filed.setdefault(" ".join(words), meaning)
            self._words_from[words[0]] = max(len(words), self._words_from.get(words[0], 0))

    def may_be_in(self, words: Set[str]) -> bool:
        """Whether any of these, in lower case, begins a phrase: a look before the search, for a line is searched for
        many kinds of phrases."""
        return not self._words_from.keys().isdisjoint(words)

    def find(self, text: str, start: int = 0, end: int | None = None) -> Iterator[Match[T]]:
        end = len(text) if end is None else end
        searched_to = start
        for word in WORD.finditer(text, start, end):
            longest = self._words_from.get(word[0].lower())
            if longest is None or word.start() < searched_to:
                continue
            words = _run(text, word, end, longest)
            for count in range(len(words), 0, -1):
                phrase = " ".join(written for written, _ in words[:count])
                if phrase in self._filed:
                    searched_to = words[count - 1][1]
                    yield Match(self._filed[phrase], word.start(), searched_to, count)
                    break


def phrases_of(table: Callable[[Language], Iterable[str]]) -> Phrases[bool]:
    """A table of all languages, where all that counts is that a phrase stands there."""
    return Phrases((phrase, True) for phrase in vocabulary.phrases(table))


def by_meaning(tables: Callable[[Language], Mapping[T, Iterable[str]]]) -> Phrases[T]:
    """Tables of all languages by what their phrases mean; of equal ones the meaning decides that a file names first."""
    each = [tables(language) for language in vocabulary.languages().values()]
    meanings = dict.fromkeys(meaning for table in each for meaning in table)
    return Phrases((phrase, meaning) for meaning in meanings for table in each for phrase in table.get(meaning, ()))


def _run(text: str, first: re.Match[str], end: int, longest: int) -> list[tuple[str, int]]:
    """The words from the first on that one phrase could hold, each with its end."""
    found: list[tuple[str, int]] = []
    word: re.Match[str] | None = first
    while word is not None:
        position = word.end()
        found.append((word[0].lower(), position))
        if len(found) == longest:
            break
        gap = _GAP.match(text, position, end)
        word = WORD.match(text, gap.end() if gap else position, end)
    return found
