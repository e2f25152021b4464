"""A letter cut into its sentences, whole or while it is being written. Pure; the pieces put together are the letter."""

import re

# The end of a sentence is told from a full stop inside one by what follows it, and by what stands before.
_BOUNDARY = re.compile(r"[.!?…][\"'”’)\]»]*(?=\s+(\S))|(?<=\S)(?=[ \t]*\n)")
_ABBREVIATION = re.compile(
    r"\b(?:Dr|Prof|Mr|Mrs|Ms|Mme|Sr|Sra|St|Inc|Ltd|Co|Corp|No|Nr|vs|ca|bzw|e\.g|i\.e|z\.B|p\.ej|[A-Z])\.$"
)


class SentenceReader:
    """Takes text as it comes and gives each sentence, with the white space before it, once its end is certain."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[str]:
        self._rest += text
        found: list[str] = []
        while (end := _boundary(self._rest)) is not None:
            found.append(self._rest[:end])
            self._rest = self._rest[end:]
        return found

    def end(self) -> list[str]:
        rest, self._rest = self._rest, ""
        return [rest] if rest else []


def sentences(text: str) -> list[str]:
    reader = SentenceReader()
    return reader.feed(text) + reader.end()


def first_sentence(line: str) -> str:
    return re.split(r"(?<=[a-z0-9)%][.!?])\s+(?=[A-ZÀ-Þ])", line, maxsplit=1)[0].rstrip(".;,! ")


def without(pieces: list[str], removed: set[int]) -> str:
    """The letter without some of its sentences; the paragraph breaks before them stay."""
    kept: list[str] = []
    gap = ""
    for index, piece in enumerate(pieces):
        lead = piece[: len(piece) - len(piece.lstrip())]
        gap = max(gap, lead, key=lambda space: (space.count("\n"), len(space)))
        if index in removed:
            continue
        kept.append(gap + piece[len(lead) :])
        gap = ""
    return "".join(kept).strip()


def _boundary(text: str) -> int | None:
    for match in _BOUNDARY.finditer(text):
        if match[1] is None or not (match[1].islower() or _ABBREVIATION.search(text[: match.end()])):
            return match.end()
    return None
