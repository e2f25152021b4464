"""The public APIs of job boards: a question in, the JSON it was answered with out. What it says is read elsewhere.

http       over httpx, at the boards' own hosts or where an operator's settings say
scripted   the fake for tests
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from service.kernel.errors import Kind, ServiceError

Board = Literal["greenhouse", "lever", "ashby", "smartrecruiters", "recruitee", "workday"]


@dataclass(frozen=True, slots=True)
class Question:
    """`target` is path and query at `host`, the board's public one. `body` is JSON, and POSTed where there is one.

    An answer to a question with `keep_seconds` may be the one that somebody else was given so long ago: whole boards
    come in one answer, and are asked for again with each of their postings.
    """

    board: Board
    host: str
    target: str
    body: bytes | None = None
    keep_seconds: float = 0.0


class BoardFailed(ServiceError):
    """The board's API gave no answer that can be used: too late, too large, refused, or not there."""

    kind, slug, title = Kind.UPSTREAM, "job-board-failed", "The job board's API failed"


class UnknownToBoard(BoardFailed):
    """The board answered that it has nothing there (404, 410)."""

    slug, title = "unknown-to-board", "The job board has no such posting"


class JobBoards(Protocol):
    async def ask(self, question: Question) -> bytes:
        """The answer's body, at most 5 MB, within 2 s or what the deadline leaves; one attempt.

        Raises `UnknownToBoard`, `BoardFailed`, `Overloaded`. Cancellation closes the connection.
        """
        ...
