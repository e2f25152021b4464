"""Finding many phrases in one pass: one look-up per word. Linear, however many phrases there are."""

import re
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

# Letters and digits; `+`, `++` and `#` close a name (C++, C#), a dot opens one only where nothing stands before (.NET).
WORD = re.compile(r"(?:(?<![^\W_])\.(?=[^\W\d_]))?[^\W_]+(?:\+\+|#)?")
# The words of a phrase may stand apart by one of these: `Node.js`, `machine-learning`, `what you’ll do`, `100% remote`.
JOINTS = frozenset(" .-_/'’‑%\u00a0")


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
    """Phrases filed by their first word; at each place the longest wins, and is not searched again."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, list[tuple[list[str], T]]] = {}
        for phrase, meaning in phrases:
            first, *rest = words_of(phrase)
            self._by_first.setdefault(first, []).append((rest, meaning))
        for filed in self._by_first.values():
            filed.sort(key=lambda entry: -len(entry[0]))

    def find(self, text: str, start: int = 0, end: int | None = None) -> Iterator[Match[T]]:
        end = len(text) if end is None else end
        searched_to = start
        for word in WORD.finditer(text, start, end):
            filed = self._by_first.get(word[0].lower())
            if filed is None or word.start() < searched_to:
                continue
            for rest, meaning in filed:
                stop = _followed_by(text, word.end(), end, rest)
                if stop is not None:
                    searched_to = stop
                    yield Match(meaning, word.start(), stop, 1 + len(rest))
                    break


def _followed_by(text: str, position: int, end: int, words: list[str]) -> int | None:
    """Where the words end that follow at `position`; None where others follow."""
    for word in words:
        # "100% remote" has two marks between its words, no phrase more.
        for _ in range(2):
            if position < end and text[position] in JOINTS:
                position += 1
        found = WORD.match(text, position, end)
        if found is None or found[0].lower() != word:
            return None
        position = found.end()
    return position
