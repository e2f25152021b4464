"""What job boards' public APIs answer: the posting that was asked for, as a reading.

answers    which posting of an answer it is; JSON that may hold anything, read by name and kind
fields     findings from values, as all boards' postings have them
one module for each board: is this the one asked for, its description, its reading
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from service.adapters.job_boards import Board
from service.postings.board_addresses import BoardPosting
from service.postings.reading.boards import ashby, greenhouse, lever, recruitee, smartrecruiters, workday
from service.postings.reading.boards.answers import Fields, candidates
from service.postings.reading.data.embedded import Embedded
from service.postings.reading.findings import Reading
from service.postings.reading.text.outline import Outline


class BoardReader(Protocol):
    """What each board's module holds."""

    def is_asked(self, posting: Fields, asked: BoardPosting) -> bool:
        """Whether this is the posting asked for, and it has a title."""
        ...

    def description(self, posting: Fields) -> str:
        """Its body as HTML or text; nothing where there is none."""
        ...

    def read(self, posting: Fields, asked: BoardPosting, *, body: Outline | None, now: datetime) -> Reading:
        """All it says; `body` is the parsed description."""
        ...


_BOARDS: dict[Board, BoardReader] = {
    "greenhouse": greenhouse,
    "lever": lever,
    "ashby": ashby,
    "smartrecruiters": smartrecruiters,
    "recruitee": recruitee,
    "workday": workday,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A posting in an answer: `content`, the JSON of it alone, tells whether it has changed since."""

    content: bytes
    posting: Embedded

    @property
    def is_whole(self) -> bool:
        """Whether it came with its description; what a search lists has none."""
        return self.posting.description is not None


def find(answer: bytes, asked: BoardPosting) -> Found | None:
    """The posting that was asked for; None where the answer holds none, another, or one without a title."""
    return next(_found(answer, asked), None)


def _found(answer: bytes, asked: BoardPosting) -> Iterator[Found]:
    board = _BOARDS[asked.board]
    for content, posting in candidates(answer, asked.posting):
        if board.is_asked(posting, asked):
            description = board.description(posting) or None
            yield Found(content, Embedded("board-api", description, partial(board.read, posting, asked)))
