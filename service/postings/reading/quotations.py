"""Finding again in a text what somebody says it says: only what stands there has a place."""

from service.postings.reading.findings import Span
from service.postings.reading.stored_text import whole

# Typography that is lost on the way through a keyboard or a model; each one character for one.
_PLAIN = str.maketrans("\u2018\u2019\u201a\u201c\u201d\u201e\u2010\u2011\u2012\u2013\u2014\u2212", "'''\"\"\"------")


def folded(text: str) -> str:
    """`text` with its case, its white space and its typography levelled: texts that fold alike say the same."""
    if text.isascii():  # the same, and faster
        return " ".join(text.split()).lower()
    return _folded(text.strip())[0]


class Quotable:
    """A text in which quotations are looked up: first as they are written, then as they fold."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded, self._places = _folded(text)

    def place(self, quotation: str) -> Span | None:
        """Where it stands in whole words; None where it does not."""
        written = quotation.strip()
        if not written:
            return None
        if found := whole(self._text, written):
            return found
        found = whole(self._folded, folded(written))
        return found and (self._places[found[0]], self._places[found[1] - 1] + 1)


def _folded(text: str) -> tuple[str, list[int]]:
    """The folded text, and where in `text` each of its characters stands; a run of white space is one space."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isspace():
            if not characters or characters[-1] != " ":
                characters.append(" ")
                places.append(place)
            continue
        # What folds to several characters (ß) is kept as it is, so that every character has its place.
        bare = character.casefold()
        characters.append(bare if len(bare) == 1 else character)
        places.append(place)
    return "".join(characters).translate(_PLAIN), places
