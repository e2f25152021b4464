"""The text a posting's spans refer to: what the page shows, then, a line each, what was read and is not shown; and
finding again in it what somebody says it says, for only what stands there has a place."""

from service.postings.model import TEXT_MAX_CHARS
from service.postings.reading.findings import Finding, Span
from service.postings.reading.text.documents import Document, storable

# A way of writing a value is looked for so often: the first places may be parts of other words.
PLACES_TRIED_MAX = 40
# So long a run of a description, found on the page, shows that the page shows it.
PROBE_MAX_CHARS = 200
# What a value may take of the added lines.
ADDED_MAX_CHARS = 2_000

# Typography that is lost on the way through a keyboard or a model; each one character for one.
_PLAIN = str.maketrans("\u2018\u2019\u201a\u201c\u201d\u201e\u2010\u2011\u2012\u2013\u2014\u2212", "'''\"\"\"------")


class StoredText:
    """Grows while findings are placed in it, up to its bound; spans given out stay true."""

    def __init__(self, shown: str) -> None:
        self._text = shown
        self._shown_chars = len(shown)

    @property
    def text(self) -> str:
        return self._text

    def add_unless_shown(self, description: Document) -> None:
        """Put a description behind the page's text, where the page does not show it."""
        probe = max((line.text for line in description.lines), key=len, default="")[:PROBE_MAX_CHARS]
        if probe and self._text.find(probe) < 0:
            self._add(description.text)

    def place(self, finding: Finding) -> Span | None:
        """Where the finding stands; None where it stands nowhere and there is no room left to add it."""
        if finding.span is not None:
            start, end = finding.span
            return finding.span if 0 <= start < end <= self._shown_chars else None
        ways = [storable(way) for way in finding.shown if way.strip()]
        for way in ways:
            if found := whole(self._text, way):
                return _part(found, finding)
        if not ways:
            return None
        label = f"{finding.label}: " if finding.label else ""
        written = ways[0][:ADDED_MAX_CHARS]
        added = self._add(label + written)
        return added and _part((added[0] + len(label), added[1]), finding)

    def _add(self, written: str) -> Span | None:
        gap = "\n" if self._text else ""
        if len(self._text) + len(gap) + len(written) > TEXT_MAX_CHARS:
            return None
        start = len(self._text) + len(gap)
        self._text += gap + written
        return start, start + len(written)


def whole(text: str, way: str) -> Span | None:
    """The first place where `way`, which is not empty, stands in `text` in whole words."""
    start = text.find(way)
    for _ in range(PLACES_TRIED_MAX):
        if start < 0:
            return None
        end = start + len(way)
        if not _continues(text, start - 1, start) and not _continues(text, end, end - 1):
            return start, end
        start = text.find(way, start + 1)
    return None


def _continues(text: str, outside: int, inside: int) -> bool:
    """Is the character outside a part of the word that the one inside belongs to?"""
    return 0 <= outside < len(text) and text[outside].isalnum() and text[inside].isalnum()


def _part(found: Span, finding: Finding) -> Span | None:
    if finding.part is None:
        return found
    start, end = found[0] + finding.part[0], found[0] + finding.part[1]
    return (start, end) if start < end <= found[1] else None


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
