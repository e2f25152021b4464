"""Whether a contact or a figure of a letter stands in its sources, in a time that does not grow with them. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property

from service.emails.wording import contact_key, contacts, numbers

# Of all sources together, in characters: the longest posting met has 30 000, a résumé of forty pages 100 000. What
# stands beyond counts as not there: the letter is refused, or its owner warned, and nothing slips through.
READ_MAX_CHARS = 200_000
# Compatibility forms may become eighteen characters: so many are resolved at a time.
CHUNK_CHARS = 2_000
# A letter names an address, a number, some pages; more of them are not looked up.
CONTACTS_MAX = 6
# Places in the sources where the characters of a contact stand: the first that is the contact itself decides.
OCCURRENCES_MAX = 8
# Before a contact stands its scheme at the most; what it is a part of is told by the characters around it.
AROUND_CHARS = 60
# Between two digits of a telephone number: ` (0) `, ` - `.
_BETWEEN_DIGITS = r"\D{0,3}0?\D{0,2}"


class Grounding:
    """The texts of the sources, read once."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._text = "\n".join(_resolved(texts))
        self._folded = self._text.casefold()

    def foreign(self, found: Iterable[str]) -> Iterator[str]:
        """Those of the contacts that stand nowhere."""
        for number, contact in enumerate(found):
            if number >= CONTACTS_MAX or not self._has_contact(contact_key(contact)):
                yield contact

    def has_figure(self, figure: str) -> bool:
        return figure in self._figures

    @cached_property
    def _figures(self) -> frozenset[str]:
        return frozenset(numbers(self._text))

    @cached_property
    def _digits(self) -> str:
        return re.sub(r"\D+", "", self._text)

    def _has_contact(self, key: str) -> bool:
        if not key:
            return False
        return any(key == contact_key(contact) for part in self._around(key) for contact in contacts(part))

    def _around(self, key: str) -> Iterator[str]:
        """The places that may hold the contact, each with the whole words around it."""
        if key.isdecimal():
            if key not in self._digits:
                return
            pattern = re.compile(_BETWEEN_DIGITS.join(key))
        else:
            pattern = re.compile(re.escape(key))
        for number, match in enumerate(pattern.finditer(self._folded)):
            if number >= OCCURRENCES_MAX:
                return
            yield _whole_words(self._folded, match.start(), match.end())


def _whole_words(text: str, start: int, end: int) -> str:
    """`text[start:end]` with what surrounds it. A word cut at an edge is left out: half of one is another."""
    first, last = max(0, start - AROUND_CHARS), min(len(text), end + AROUND_CHARS)
    before, after = text[first:start], text[end:last]
    if first and not text[first - 1].isspace():
        before = re.sub(r"^\S+", "", before) if re.search(r"\s", before) else "\ufffd"
    if last < len(text) and not text[last].isspace():
        after = re.sub(r"\S+$", "", after) if re.search(r"\s", after) else "\ufffd"
    return "" if "\ufffd" in (before, after) else before + text[start:end] + after


def _resolved(texts: Iterable[str]) -> Iterator[str]:
    """Compatibility forms resolved, as far as the bound goes."""
    left = READ_MAX_CHARS
    for text in texts:
        if text.isascii():
            shown = text[:left]
        else:
            parts: list[str] = []
            size = 0
            for at in range(0, len(text), CHUNK_CHARS):
                parts.append(unicodedata.normalize("NFKC", text[at : at + CHUNK_CHARS]))
                size += len(parts[-1])
                if size >= left:
                    break
            shown = "".join(parts)[:left]
        yield shown
        left -= len(shown) + 1
        if left <= 0:
            return
