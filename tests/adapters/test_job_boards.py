"""Asking a board over real HTTP; each way in which it can fail is one error, in time."""

import gzip

import anyio
import pytest

from service.adapters.cache.in_process import InProcessCache
from service.adapters.job_boards import Board, BoardFailed, Question, UnknownToBoard, http
from service.adapters.job_boards.http import ANSWER_MAX_BYTES, HttpJobBoards
from service.adapters.job_boards.scripted import ScriptedJobBoards
from tests.fakes.board_apis import board_apis
from tests.fakes.page_server import Behaviour, answer, encoded, endlessly, page_server, raw, redirect, silence, status

pytestmark = pytest.mark.anyio

JSON = "application/json"


def boards_at(url: str, board: Board = "lever") -> HttpJobBoards:
    return HttpJobBoards(api_urls={board: url}, cache=InProcessCache(), user_agent="Overture/test")


def question(target: str = "/v0/1", *, keep_seconds: float = 0.0) -> Question:
    return Question("lever", "api.lever.co", target, keep_seconds=keep_seconds)


async def test_a_question_says_who_asks_and_for_what() -> None:
    async with page_server({"/v0/1": answer(b'{"id": 1}', media_type=JSON)}) as server:
        assert await boards_at(server.url("")).ask(question("/v0/1?mode=json")) == b'{"id": 1}'
        (asked,) = server.requests
    assert asked.startswith("GET /v0/1?mode=json HTTP/1.1")
    assert "user-agent: overture/test" in asked.lower()
    assert "accept: application/json" in asked.lower()


async def test_the_public_host_can_be_a_part_of_a_mirrors_address() -> None:
    async with page_server({"/of/api.lever.co/v0/1": answer(b"{}", media_type=JSON)}) as server:
        assert await boards_at(server.url("/of/{host}/")).ask(question()) == b"{}"


async def test_a_search_is_posted() -> None:
    listed = b'{"jobPostings": [{"externalPath": "/job/a_1"}, {"externalPath": "/job/b_2"}]}'
    async with board_apis({"/wday/cxs/a/b/jobs": listed}) as server:
        boards = HttpJobBoards(api_urls={"workday": server.url}, cache=InProcessCache(), user_agent="Overture/test")
        search = Question("workday", "a.wd5.myworkdayjobs.com", "/wday/cxs/a/b/jobs", b'{"searchText": "b_2"}')
        assert b"a_1" not in await boards.ask(search)
        assert server.asked == ["POST /wday/cxs/a/b/jobs"]


async def test_a_whole_board_is_kept_for_the_next() -> None:
    async with page_server({"/v0/1": answer(b"[]", media_type=JSON)}) as server:
        boards = boards_at(server.url(""))
        for keep_seconds in (60, 60, 0):
            assert await boards.ask(question(keep_seconds=keep_seconds)) == b"[]"
        assert server.opened == 2


async def test_a_board_that_would_fill_the_cache_is_not_kept() -> None:
    async with page_server({"/v0/1": answer(b" " * (http.KEPT_MAX_BYTES + 1), media_type=JSON)}) as server:
        boards = boards_at(server.url(""))
        for _ in range(2):
            await boards.ask(question(keep_seconds=60))
        assert server.opened == 2


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        pytest.param(status(404), UnknownToBoard, id="404"),
        pytest.param(status(410), UnknownToBoard, id="410"),
        pytest.param(status(403), BoardFailed, id="403"),
        pytest.param(status(429), BoardFailed, id="429"),
        pytest.param(status(500), BoardFailed, id="500"),
        pytest.param(redirect("/v0/2"), BoardFailed, id="elsewhere"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), BoardFailed, id="cut"),
        pytest.param(raw(b"SSH-2.0\r\n\r\n"), BoardFailed, id="no HTTP"),
        pytest.param(answer(b" " * (ANSWER_MAX_BYTES + 1)), BoardFailed, id="large"),
        pytest.param(encoded(gzip.compress(b" " * 100_000_000, 1), "gzip"), BoardFailed, id="bomb"),
        pytest.param(encoded(gzip.compress(b"{}")[:-9], "gzip"), BoardFailed, id="cut gzip"),
        pytest.param(encoded(b"{}", "gzip"), BoardFailed, id="no gzip"),
        pytest.param(encoded(b"{}", "br"), BoardFailed, id="br"),
    ],
)
async def test_what_is_no_answer_is_an_error(behaviour: Behaviour, error: type[BoardFailed]) -> None:
    async with page_server({"/v0/1": behaviour, "/v0/2": answer(b"{}")}) as server:
        with pytest.raises(BoardFailed) as failed:
            await boards_at(server.url("")).ask(question())
        assert type(failed.value) is error
        await server.quiet()


@pytest.mark.parametrize(
    "behaviour", [silence, raw(b"HTTP/1.1 200 OK\r\n\r\n", then=endlessly)], ids=["silent", "endless"]
)
async def test_an_answer_comes_in_time_or_not_at_all(behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.2)
    async with page_server({"/v0/1": behaviour}) as server:
        with anyio.fail_after(30), pytest.raises(BoardFailed, match="in time"):
            await boards_at(server.url("")).ask(question())
        await server.quiet()


async def test_leaving_closes_the_connection() -> None:
    async with page_server({"/v0/1": silence}) as server:
        with anyio.fail_after(30):
            async with anyio.create_task_group() as group:
                group.start_soon(boards_at(server.url("")).ask, question())
                while not server.requests:
                    await anyio.sleep(0.005)
                group.cancel_scope.cancel()
            await server.quiet()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[::1", "http://\u0378.example"])
async def test_nobody_there_is_an_error(url: str) -> None:
    with pytest.raises(BoardFailed, match="reached"):
        await boards_at(url).ask(question())


async def test_the_scripted_one_answers_as_it_is_told() -> None:
    boards = ScriptedJobBoards({"/v0/1": b"{}", "/v0/2": BoardFailed("down")})
    assert await boards.ask(question()) == b"{}"
    with pytest.raises(BoardFailed, match="down"):
        await boards.ask(question("/v0/2"))
    with pytest.raises(UnknownToBoard):
        await boards.ask(question("/v0/3"))
    assert [asked.target for asked in boards.asked] == ["/v0/1", "/v0/2", "/v0/3"]
