"""Finding many phrases in one pass: one look-up per word, a few where a phrase may begin. Linear, however many phrases
there are and however many begin alike."""

import re
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

# Letters and digits; `+`, `++` and `#` close a name (C++, C#), a dot opens one only where nothing stands before (.NET).
WORD = re.compile(r"(?:(?<![^\W_])\.(?=[^\W\d_]))?[^\W_]+(?:\+\+|#)?")
# The words of a phrase may stand apart by one of these marks or two: `Node.js`, `machine-learning`, `what you’ll do`;
# by three around a per cent sign, which German and French set off by a space that may be a narrow one, and around `&`.
_GAP = re.compile(r"[ \u00a0\u202f\u2009]?[%&][ \u00a0\u202f\u2009]?|[ ._/&'’‑%\u00a0\u202f\u2009-]{0,2}")


class Match(NamedTuple, Generic[T]):
    """`text[start:end]`, so many `words`, say what `meaning` was filed under."""

    meaning: T
    start: int
    end: int
    words: int


def listed(phrases: str) -> list[str]:
    """Phrases as a table in the source holds them: between semicolons, over as many lines as they take."""
    return [" ".join(phrase.split()) for phrase in phrases.split(";")]


def words_of(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]


class Phrases(Generic[T]):
    """Phrases filed by their words, the first of equals; at each place the longest wins, and is not searched again."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._filed: dict[str, T] = {}
        self._words_from: dict[str, int] = {}  # the first word of phrases, and how many words the longest of them has
        for phrase, meaning in phrases:
            words = words_of(phrase)
            self._filed.setdefault(" ".join(words), meaning)
            self._words_from[words[0]] = max(len(words), self._words_from.get(words[0], 0))

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
