"""Text as a reader sees it, gathered in the order of the page into lines (blocks) with their spans."""

import re
from typing import Literal

from service.adapters.page_parser import Block

BlockKind = Literal["heading", "item", "paragraph"]

WHITE_SPACE = re.compile(r"\s+")

# What no reader sees: control characters, soft hyphens, joiners, directional marks, fillers, the tag characters that
# carry invisible instructions, and halves of surrogate pairs.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def fold_spaces(text: str) -> str:
    """Without invisible characters, every run of white space one space, none at the ends."""
    return WHITE_SPACE.sub(" ", INVISIBLE.sub("", text)).strip()


class TextBuilder:
    """Gathers `text` and `blocks`, until `max_chars` or `max_blocks` is reached; then `is_full`, and the rest is left.

    Blocks are separated by one newline; white space inside a block is folded across its inline elements.
    """

    def __init__(self, *, max_chars: int, max_blocks: int) -> None:
        self.blocks: list[Block] = []
        self.length = 0
        self.is_full = False
        self._max_chars = max_chars
        self._max_blocks = max_blocks
        self._parts: list[str] = []
        self._start: int | None = None  # of the open block
        self._space = False  # white space was met since the last character of the open block
        self._kind: BlockKind = "paragraph"
        self._level = 0
        self._is_navigation = False

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def add(self, raw: str, kind: BlockKind, level: int, *, is_navigation: bool = False) -> None:
        """More text of the open block, or the first of a new one, which is then of this kind and level."""
        text = WHITE_SPACE.sub(" ", INVISIBLE.sub("", raw))
        bare = text.strip(" ")
        if not bare:
            self._space = self._space or bool(text)
            return
        if self.is_full:
            return
        if self._start is None:
            self._open(kind, level)
            self._is_navigation = is_navigation
        elif self._space or text[0] == " ":
            self._append(" ")
        self._append(bare)
        self._is_navigation = self._is_navigation and is_navigation
        self._space = text[-1] == " "

    def add_lines(self, raw: str, kind: BlockKind, level: int) -> None:
        """Preformatted text: its line breaks are kept, each line a block."""
        for number, line in enumerate(raw[: self._max_chars].split("\n")):
            if number:
                self.end_block()
            self.add(line, kind, level)

    def add_space(self) -> None:
        self._space = True

    def end_block(self) -> None:
        """Close the open block, if any text has come since the last one."""
        if self._start is not None and self._start < self.length:
            self.blocks.append(Block(self._kind, self._level, self._start, self.length, self._is_navigation))
            self.is_full = self.is_full or len(self.blocks) >= self._max_blocks
        self._start = None
        self._space = False

    def _open(self, kind: BlockKind, level: int) -> None:
        if self.length:
            self._append("\n")
        self._start, self._kind, self._level = self.length, kind, level

    def _append(self, text: str) -> None:
        if self.length + len(text) > self._max_chars:
            text = text[: self._max_chars - self.length]
            self.is_full = True
        self._parts.append(text)
        self.length += len(text)
