"""When another try is made: the rules, and the same in virtual time against a transport without sockets."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime

import anyio
import httpx
import pytest
from trio.testing import MockClock

from service.adapters.language_model import ModelUnavailable
from service.adapters.language_model.openai_compatible import openai_compatible
from service.adapters.language_model.retrying import (
    AttemptFailed,
    is_passing_status,
    pause_seconds,
    retry_after_seconds,
)
from service.kernel.clock import FixedClock
from tests.adapters.language_models import Ear, adapter

NOW = datetime(2026, 11, 22, 7, 0, 0, tzinfo=UTC)
PASSING = AttemptFailed("status 503", is_passing=True)


def asked_for(seconds: float) -> AttemptFailed:
    return AttemptFailed("status 429", is_passing=True, retry_after_seconds=seconds)


# --- the rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "tried", "jitter", "pause"),
    [
        (PASSING, 1, 0.0, 0.25),
        (PASSING, 1, 1.0, 0.5),
        (PASSING, 2, 0.0, 0.5),
        (PASSING, 2, 0.5, 0.75),
        (PASSING, 3, 0.0, math.inf),
        (AttemptFailed("status 400"), 1, 0.0, math.inf),
        (asked_for(0), 1, 0.0, 0.0),
        (asked_for(7), 1, 0.0, 7.0),
        (asked_for(7), 2, 1.0, 7.5),
        (asked_for(20), 1, 0.0, 20.0),
        (asked_for(20.5), 1, 0.0, math.inf),
        (asked_for(29.9), 1, 1.0, math.inf),
    ],
)
def test_pauses(failure: AttemptFailed, tried: int, jitter: float, pause: float) -> None:
    assert pause_seconds(failure, tried=tried, has_next=False, jitter=lambda: jitter, left_seconds=30) == pause


def test_a_pause_that_leaves_no_time_to_try_is_not_made() -> None:
    assert pause_seconds(asked_for(5), tried=1, has_next=False, jitter=lambda: 0, left_seconds=5) == math.inf
    assert pause_seconds(asked_for(5), tried=1, has_next=False, jitter=lambda: 0, left_seconds=5.1) == 5


def test_what_a_model_said_is_asked_for_again_once_where_there_is_no_other_model() -> None:
    def pause(*, tried: int, has_next: bool, left_seconds: float = 30) -> float:
        failure = AttemptFailed("the answer is empty", may_differ=True)
        return pause_seconds(failure, tried=tried, has_next=has_next, jitter=lambda: 0, left_seconds=left_seconds)

    assert pause(tried=1, has_next=False) == 0
    assert pause(tried=2, has_next=False) == pause(tried=1, has_next=True) == math.inf
    assert pause(tried=1, has_next=False, left_seconds=0) == math.inf


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "3", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "Sun, 22 Nov 2026 07:00:12 GMT"}, 12.0),
        ({"retry-after": "Sunday, 22-Nov-26 07:00:12 GMT"}, 12.0),
        ({"retry-after": "Sun, 22 Nov 2026 06:00:00 GMT"}, 0.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Sun, 22 Nov 99999999 07:00:12 GMT"}, None),
    ],
)
def test_what_retry_after_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers, NOW) == seconds


def test_which_statuses_pass() -> None:
    assert [status for status in range(300, 600) if is_passing_status(status)] == [408, 429, *range(500, 600)]


# --- in virtual time -------------------------------------------------------------------------------------------------


class Script(httpx.AsyncBaseTransport):
    """Answers in turn, each a status with headers, or an answer; notes when it was asked what."""

    def __init__(self, *answers: int | tuple[int, dict[str, str]] | str, takes_seconds: float = 0.0) -> None:
        self._answers: Sequence[int | tuple[int, dict[str, str]] | str] = answers
        self._takes_seconds = takes_seconds
        self._began = anyio.current_time()
        self.asked_at: list[float] = []
        self.models: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked_at.append(round(anyio.current_time() - self._began, 3))
        self.models.append(json.loads(await request.aread())["model"])
        await anyio.sleep(self._takes_seconds)
        answer = self._answers[min(len(self.asked_at), len(self._answers)) - 1]
        match answer:
            case str():
                choice = {"index": 0, "message": {"content": answer}, "finish_reason": "stop"}
                body = httpx.ByteStream(json.dumps({"choices": [choice]}).encode())
                return httpx.Response(200, headers={"content-type": "application/json"}, stream=body)
            case int():
                return httpx.Response(answer, stream=httpx.ByteStream(b""))
            case (status, headers):
                return httpx.Response(status, headers=headers, stream=httpx.ByteStream(b""))


@pytest.mark.trio
async def test_back_off_doubles_and_is_jittered(autojump_clock: MockClock) -> None:
    script = Script(503, 529, "ok")
    async with adapter("http://model.example/v1", jitter=(0.5, 1.0), transport=script) as model:
        assert (await Ear().ask(model)).text == "ok"
    assert script.asked_at == [0, 0.375, 1.375]


@pytest.mark.trio
async def test_retry_after_is_kept_to_as_seconds_and_as_a_date(autojump_clock: MockClock) -> None:
    date = {"Retry-After": "Sun, 22 Nov 2026 07:00:09 GMT"}
    script = Script((429, {"Retry-After": "4"}), (503, date), "ok")
    async with adapter("http://model.example/v1", clock=FixedClock(NOW), transport=script) as model:
        assert (await Ear().ask(model)).text == "ok"
    assert script.asked_at == [0, 4, 13]


@pytest.mark.trio
async def test_the_chain_is_walked_in_order_three_tries_each(autojump_clock: MockClock) -> None:
    script = Script(*[500] * 6, "ok")
    async with adapter("http://model.example/v1", "a", "b", "c", transport=script) as model:
        ear = Ear()
        assert (await ear.ask(model)).call.model == "c"
    assert script.models == ["a", "a", "a", "b", "b", "b", "c"]
    assert script.asked_at == [0, 0.25, 0.75, 0.75, 1.0, 1.5, 1.5]
    assert ear.outcomes == ["failed"] * 6 + ["finished"]


@pytest.mark.trio
async def test_a_wait_beyond_the_callers_time_goes_to_the_next_model_at_once(autojump_clock: MockClock) -> None:
    script = Script((429, {"Retry-After": "10"}), "ok")
    async with adapter("http://model.example/v1", "a", "b", transport=script) as model:
        with anyio.fail_after(8):
            assert (await Ear().ask(model)).call.model == "b"
    assert script.asked_at == [0, 0]


@pytest.mark.trio
async def test_attempts_share_the_callers_time_and_leave_the_reserve(autojump_clock: MockClock) -> None:
    """60 s: 5 for settling; two first tokens of 15 s, and what is left of 25 s twice more."""
    script = Script("late", takes_seconds=1000)
    began = anyio.current_time()
    async with adapter(
        "http://model.example/v1",
        *"abcd",
        timeout_seconds=45,
        first_token_timeout_seconds=15,
        transport=script,
    ) as model:
        with anyio.fail_after(60), pytest.raises(ModelUnavailable) as caught:
            await Ear().ask(model)
    assert anyio.current_time() - began == pytest.approx(55)
    assert script.asked_at == [0, 15, 30, 45]
    assert "a: silent for 15 s before the first token" in caught.value.detail
    assert "d: no complete answer within 10 s" in caught.value.detail


@pytest.mark.trio
async def test_for_who_has_left_already_nothing_is_sent_and_nothing_has_failed(autojump_clock: MockClock) -> None:
    script = Script("ok")
    ear = Ear()
    async with adapter("http://model.example/v1", transport=script) as model:
        with anyio.CancelScope(deadline=anyio.current_time()) as scope:
            await ear.ask(model)
    assert scope.cancelled_caught
    assert (script.asked_at, ear.calls) == ([], [])


@pytest.mark.trio
async def test_without_a_model_there_is_no_answer() -> None:
    async with openai_compatible(
        base_url="http://model.example/v1",
        api_key=None,
        models=(),
        prices={},
        timeout_seconds=1,
        first_token_timeout_seconds=1,
        max_in_flight=1,
        clock=FixedClock(NOW),
    ) as model:
        with pytest.raises(ModelUnavailable, match="none is configured"):
            await Ear().ask(model)
