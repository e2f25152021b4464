"""The board or the page: who is asked, in which order, and who decides."""

import json

import pytest

from service.adapters.job_boards import BoardFailed
from service.adapters.job_boards.scripted import ScriptedJobBoards
from service.adapters.page_fetcher import FetchedPage, GonePage, UnfetchableUrl
from service.adapters.page_fetcher.scripted import ScriptedPageFetcher, html_page
from service.postings.sources import Source, find_source
from tests.fakes.board_apis import LEVER, URLS, WORKDAY, our_answers

pytestmark = pytest.mark.anyio

URL = URLS["lever"]
LIST = "/v0/postings/nightloaf?mode=json"
POSTING = our_answers()[LEVER]
PAGE = html_page(URL, "<h1>Baker</h1>")


async def found_by(
    boards: ScriptedJobBoards | None, page: FetchedPage | UnfetchableUrl = PAGE, url: str = URL
) -> Source:
    return await find_source(url, fetcher=ScriptedPageFetcher({url: page}), boards=boards)


async def test_the_board_is_asked_and_the_page_is_not() -> None:
    boards = ScriptedJobBoards({LEVER: POSTING})
    source = await found_by(boards, UnfetchableUrl("not asked"))
    assert (source.page, source.content) == (None, POSTING)
    assert [question.target for question in boards.asked] == [LEVER]


async def test_a_list_holds_what_is_not_there_alone() -> None:
    boards = ScriptedJobBoards({LIST: b"[" + POSTING + b"]"})
    assert (await found_by(boards)).content == POSTING.strip()
    assert [question.target for question in boards.asked] == [LEVER, LIST]


@pytest.mark.parametrize(
    "answer", [BoardFailed("down"), b"<html>", b"{}", b"[" * 200_000, POSTING.replace(b"-33c5-", b"-33c6-")]
)
async def test_a_board_that_fails_leaves_it_to_the_page(answer: bytes | BoardFailed) -> None:
    assert await found_by(ScriptedJobBoards({LEVER: answer})) == Source(PAGE.content, PAGE)


async def test_a_board_that_fails_is_not_asked_further() -> None:
    boards = ScriptedJobBoards({LEVER: BoardFailed("down"), LIST: b"[" + POSTING + b"]"})
    assert (await found_by(boards)).page == PAGE
    assert len(boards.asked) == 1


async def test_without_boards_and_off_boards_the_page_is_read() -> None:
    assert (await found_by(None)).page == PAGE
    boards = ScriptedJobBoards({LEVER: POSTING})
    other = "https://jobs.example.com/42"
    assert (await found_by(boards, html_page(other, "<h1>Baker</h1>"), other)).posting is None
    assert boards.asked == []


async def test_of_a_posting_unknown_to_its_board_the_page_decides() -> None:
    unknown = ScriptedJobBoards()
    assert await found_by(unknown) == Source(PAGE.content, PAGE, is_unknown=True)
    assert (await found_by(ScriptedJobBoards({LIST: b"[]"}))).is_unknown
    with pytest.raises(GonePage, match="its address leads to"):
        await found_by(unknown, html_page("https://jobs.eu.lever.co/nightloaf", "<h1>Jobs at Nightloaf</h1>"))
    moved = html_page(URL.replace("nightloaf", "daycrust"), "<h1>Baker</h1>")
    assert (await found_by(unknown, moved)).page == moved
    with pytest.raises(GonePage, match="404"):
        await found_by(unknown, GonePage("404"))


async def test_a_board_that_was_guessed_knows_nothing_of_what_is_gone() -> None:
    elsewhere = html_page("https://www.echolantern.example/careers/sound", "<h1>Sound Designer</h1>")
    assert (await found_by(ScriptedJobBoards(), elsewhere, URLS["greenhouse"])).page == elsewhere


async def test_what_a_search_lists_stands_beside_the_page_or_alone() -> None:
    url = URLS["workday"]
    info = json.loads(our_answers()[WORKDAY])["jobPostingInfo"]
    listed = {"title": info["title"], "externalPath": info["externalUrl"], "postedOn": "Posted Today"}
    answer = json.dumps({"jobPostings": [listed]}).encode()
    boards = ScriptedJobBoards({"/wday/cxs/stillwatergrid/Careers/jobs": answer})
    beside = await found_by(boards, html_page(url, "<h1>x</h1>"), url)
    assert beside.page is not None
    assert beside.posting is not None
    alone = await found_by(boards, UnfetchableUrl("away"), url)
    assert alone.page is None
    assert alone.posting is not None
