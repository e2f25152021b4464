"""Where a posting is read: its board's public API, for URLs of boards that have one; else, or besides, its own page."""

from dataclasses import dataclass
from urllib.parse import unquote

import anyio
import structlog

from service.adapters.job_boards import BoardFailed, JobBoards, UnknownToBoard
from service.adapters.page_fetcher import FetchedPage, GonePage, PageFetcher, UnfetchableUrl
from service.kernel.errors import Overloaded
from service.postings.board_addresses import BoardPosting, at_board
from service.postings.reading.boards import Found, find
from service.postings.reading.boards.answers import is_list
from service.postings.reading.data.embedded import Embedded

log = structlog.get_logger(__name__)

# For all questions to a board together: half of what a branch of a generation has, the other half is the page's.
BOARD_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Source:
    """What was found: a page, a posting of a board's API, or both. `content` tells whether they have changed since.

    `is_unknown`: the board has no such posting; the page may still show one that its board does not list.
    """

    content: bytes
    page: FetchedPage | None = None
    posting: Embedded | None = None
    is_unknown: bool = False


async def find_source(address: str, *, fetcher: PageFetcher, boards: JobBoards | None) -> Source:
    """The board's posting; the page where the board is none, fails, or has no description; else what there is of both.

    Of a posting that its board does not know the page decides; where it led on to an address that does not name the
    posting (boards lead from what is gone to their front page), the posting is gone.
    Raises `UnfetchableUrl` (`GonePage` among them), `Overloaded`.
    """
    asked = at_board(address) if boards is not None else None
    found, is_unknown = None, False
    if asked is not None and boards is not None:
        with anyio.move_on_after(BOARD_SECONDS) as limit:
            found, is_unknown = await _ask(asked, boards)
        if limit.cancelled_caught:
            log.info("job board not used", board=asked.board, reason=f"it took longer than {BOARD_SECONDS:g} s")
    if found is not None and found.is_whole:
        return Source(found.content, posting=found.posting)
    try:
        page = await fetcher.fetch(address)
    except (UnfetchableUrl, Overloaded):
        if found is None:
            raise
        return Source(found.content, posting=found.posting)
    if asked is not None and is_unknown and asked.posting.lower() not in unquote(page.url).lower():
        raise GonePage(f"The board has no such posting any more, and its address leads to {page.url}.")
    if found is None:
        return Source(page.content, page, is_unknown=is_unknown)
    return Source(found.content + page.content, page, found.posting)


async def _ask(asked: BoardPosting, boards: JobBoards) -> tuple[Found | None, bool]:
    """The posting, and whether it is one that the board does not know. A board that fails is not asked further; one
    that was guessed has nothing to say of what it does not know."""
    is_unknown = False
    for question in asked.questions:
        try:
            answer = await boards.ask(question)
        except UnknownToBoard:
            is_unknown = not asked.only_of_host
            continue
        except (BoardFailed, Overloaded) as error:
            log.info("job board not used", board=asked.board, reason=error.detail)
            return None, False
        if found := find(answer, asked):
            return found, False
        if not is_list(answer):
            log.info("job board not used", board=asked.board, reason="its answer is neither the posting nor a list")
            return None, False
        is_unknown = True
    return None, is_unknown
