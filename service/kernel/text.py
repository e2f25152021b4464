"""Text as it may be stored, and as it may be shown in one line."""

import re
import unicodedata

# NUL, which PostgreSQL's text refuses, and halves of surrogate pairs, which UTF-8 does; JSON can escape both.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")

# Characters that end a line or a header for some reader, though Unicode calls them separators and not control.
LINE_ENDS = "\u2028\u2029"

# The joiners between which Persian, the scripts of India and emoji spell (U+200C, U+200D).
_JOINERS = re.compile("[\u200c\u200d]+")
# Latin, Greek, Cyrillic and Armenian letters, which end before Hebrew, join nothing: there a joiner only hides a word.
_JOINING_FROM = "\u0590"


def one_line(text: str) -> str:
    """`text` in one line: control characters are spaces, invisible format characters gone, white space folded.

    It is also what is searched for orders, contacts and names, and compared, so nothing invisible is left in it.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return _folded("".join(map(_visible, unicodedata.normalize("NFC", text))))


def written_line(text: str) -> str:
    """`one_line` for what its writer is shown again: a joiner stays where it is a part of how something is spelt."""
    if not _JOINERS.search(text):
        return one_line(text)
    shown = "".join(
        character if _JOINERS.match(character) else _visible(character)
        for character in unicodedata.normalize("NFC", text)
    )
    return _folded(_JOINERS.sub(_kept, shown))


def without_joiners(text: str) -> str:
    return _JOINERS.sub("", text)


def _folded(text: str) -> str:
    """Composed again, for what was taken out may have stood between a letter and its accent."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _kept(joiners: re.Match[str]) -> str:
    """One alone, between two characters that are seen, at least one of which is of a script that joins."""
    text, start, end = joiners.string, joiners.start(), joiners.end()
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    is_between = bool(before.strip() and after.strip()) and end - start == 1
    return joiners.group() if is_between and max(before, after) >= _JOINING_FROM else ""


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if character in LINE_ENDS or category == "Cc":
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else character
