"""Text as it may be stored, and as it may be shown in one line."""

import re
import unicodedata

# NUL, which PostgreSQL's text refuses, and halves of surrogate pairs, which UTF-8 does; JSON can escape both.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")

# Characters that end a line or a header for some reader, though Unicode calls them separators and not control.
LINE_ENDS = "\u2028\u2029"


def one_line(text: str) -> str:
    """`text` in one line: control characters are spaces, invisible format characters gone, white space folded."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(map(_visible, unicodedata.normalize("NFC", text))).split())


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if character in LINE_ENDS or category == "Cc":
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else character
