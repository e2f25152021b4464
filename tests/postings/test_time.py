"""Boards in virtual time: what a flight may take is more than all it waits for."""

import anyio
import pytest

from service.adapters.job_boards.http import ANSWER_SECONDS
from service.adapters.job_boards.scripted import ScriptedJobBoards
from service.adapters.page_fetcher.http import FETCH_SECONDS
from service.adapters.page_fetcher.scripted import ScriptedPageFetcher, html_page
from service.adapters.page_parser.processes import PAGE_SECONDS
from service.postings.single_flight import FLIGHT_TIMEOUT_SECONDS
from service.postings.sources import BOARD_SECONDS, find_source
from service.settings import Settings
from tests.fakes.board_apis import URLS

PAGE = html_page(URLS["lever"], "<h1>Baker</h1>")


@pytest.mark.trio
async def test_a_board_that_hangs_has_its_time_and_the_page_its_own(autojump_clock: object) -> None:
    boards = ScriptedJobBoards(delay_seconds=60)
    fetcher = ScriptedPageFetcher({URLS["lever"]: PAGE}, delay_seconds=1)
    began = anyio.current_time()
    assert (await find_source(URLS["lever"], fetcher=fetcher, boards=boards)).page == PAGE
    assert anyio.current_time() - began == pytest.approx(BOARD_SECONDS + 1)


def test_the_sums() -> None:
    assert BOARD_SECONDS + FETCH_SECONDS + 2 * PAGE_SECONDS < FLIGHT_TIMEOUT_SECONDS
    assert Settings().branch_timeout_seconds >= 2 * BOARD_SECONDS
    assert ANSWER_SECONDS <= BOARD_SECONDS
