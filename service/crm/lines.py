"""A stream of bytes as lines, whatever pieces it comes in and however long a line is. Pure."""

from dataclasses import dataclass

import msgspec

from service.crm.model import JobDetails

LINE_END = b"\n"


@dataclass(frozen=True, slots=True)
class Given:
    """A job, and the line in which it begins."""

    line: int
    details: JobDetails


class LineError(msgspec.Struct, frozen=True):
    """What is wrong with what begins in this line."""

    line: int
    detail: str


class Lines:
    """Cuts at line feeds. A line of more than `max_bytes` is read past without being kept, and comes out as None."""

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self.count = 0

    def cut(self, piece: bytes) -> list[bytes | None]:
        """The lines that end in `piece`, each with its end."""
        *ended, rest = piece.split(LINE_END)
        lines: list[bytes | None] = []
        for part in ended:
            self._hold(part + LINE_END)
            lines.append(self._taken())
        self._hold(rest)
        return lines

    def last(self) -> list[bytes | None]:
        """The line behind the last line feed, where there is one."""
        return [self._taken()] if self._size else []

    def _hold(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._max_bytes:
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def _taken(self) -> bytes | None:
        line = b"".join(self._parts) if self._size <= self._max_bytes else None
        self._parts.clear()
        self._size = 0
        self.count += 1
        return line
