from functools import partial

import anyio
import pytest
import trio
from trio.testing import MockClock

from service.kernel.errors import Unavailable
from service.postings.single_flight import FLIGHT_TIMEOUT_SECONDS, FlightEnded, SingleFlight

pytestmark = pytest.mark.trio


class Refused(Unavailable):
    pass


class Work:
    """Takes ten seconds; counts how often it began, ended and was cancelled."""

    def __init__(self, *, seconds: float = 10, error: Exception | None = None) -> None:
        self.seconds, self.error = seconds, error
        self.began = self.ended = self.cancelled = 0

    async def __call__(self) -> int:
        self.began += 1
        try:
            await anyio.sleep(self.seconds)
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise
        self.ended += 1
        if self.error:
            raise self.error
        return self.began


async def test_all_who_ask_at_once_wait_for_one_flight(autojump_clock: MockClock) -> None:
    work, answers = Work(), list[int]()
    async with anyio.create_task_group() as root:
        flights = SingleFlight[int](start=root.start_soon)

        async def ask(after_seconds: float) -> None:
            await anyio.sleep(after_seconds)
            answers.append(await flights.join("a", work))

        async with anyio.create_task_group() as callers:
            for after_seconds in (0, 1, 9):
                callers.start_soon(ask, after_seconds)
        assert (answers, work.began, trio.current_time()) == ([1, 1, 1], 1, 10)
        assert len(flights) == 0


async def test_other_keys_fly_for_themselves(autojump_clock: MockClock) -> None:
    work = Work()
    async with anyio.create_task_group() as root:
        flights = SingleFlight[int](start=root.start_soon)
        async with anyio.create_task_group() as callers:
            for key in "ab":
                callers.start_soon(flights.join, key, work)
        assert (work.began, trio.current_time()) == (2, 10)


async def test_one_waiter_leaving_leaves_the_flight_to_the_others(autojump_clock: MockClock) -> None:
    work, answers = Work(), list[int]()
    async with anyio.create_task_group() as root:
        flights = SingleFlight[int](start=root.start_soon)

        async def impatient() -> None:
            with anyio.move_on_after(3):
                answers.append(await flights.join("a", work))

        async def patient() -> None:
            answers.append(await flights.join("a", work))

        async with anyio.create_task_group() as callers:
            callers.start_soon(impatient)
            callers.start_soon(patient)
        assert (answers, work.began, work.cancelled, trio.current_time()) == ([1], 1, 0, 10)


async def test_the_last_waiter_leaving_cancels_the_flight(autojump_clock: MockClock) -> None:
    work = Work()
    async with anyio.create_task_group() as root:
        flights = SingleFlight[int](start=root.start_soon)
        async with anyio.create_task_group() as callers:
            for seconds in (2, 4):

                async def ask(seconds: float) -> None:
                    with anyio.move_on_after(seconds):
                        await flights.join("a", work)

                callers.start_soon(ask, seconds)
        await anyio.wait_all_tasks_blocked()
        assert (work.began, work.cancelled, work.ended, len(flights)) == (1, 1, 0, 0)
        assert trio.current_time() == 4


async def test_who_comes_while_a_flight_is_being_cancelled_begins_a_new_one(autojump_clock: MockClock) -> None:
    work = Work()
    async with anyio.create_task_group() as root:
        flights = SingleFlight[int](start=root.start_soon)
        with anyio.move_on_after(5):
            await flights.join("a", work)
        assert await flights.join("a", work) == 2
        assert (work.began, work.cancelled, work.ended) == (2, 1, 1)
        assert trio.current_time() == 15


async def test_an_error_reaches_all_who_wait_and_not_the_root(autojump_clock: MockClock) -> None:
    work, errors = Work(error=Refused("no")), list[Exception]()
    async with anyio.create_task_group() as root:
        flights = SingleFlight[int](start=root.start_soon)

        async def ask() -> None:
            with pytest.raises(Refused) as caught:
                await flights.join("a", work)
            errors.append(caught.value)

        async with anyio.create_task_group() as callers:
            callers.start_soon(ask)
            callers.start_soon(ask)
        assert (len(errors), work.began) == (2, 1)
        with pytest.raises(Refused):
            await flights.join("a", work)
        assert work.began == 2


async def test_a_flight_ends_in_time_whatever_it_waits_for(autojump_clock: MockClock) -> None:
    work = Work(seconds=10_000)
    async with anyio.create_task_group() as root:
        flights = SingleFlight[int](start=root.start_soon)
        with pytest.raises(FlightEnded):
            await flights.join("a", work)
        assert trio.current_time() == FLIGHT_TIMEOUT_SECONDS
        assert (work.cancelled, len(flights)) == (1, 0)


async def test_the_end_of_the_process_is_told_to_those_who_wait(autojump_clock: MockClock) -> None:
    work, told = Work(), list[str]()

    async def ask(flights: SingleFlight[int]) -> None:
        try:
            await flights.join("a", work)
        except FlightEnded as error:
            told.append(error.slug)

    async with anyio.create_task_group() as callers:
        async with anyio.create_task_group() as root:
            callers.start_soon(ask, SingleFlight[int](start=root.start_soon))
            await anyio.sleep(1)
            root.cancel_scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert (told, work.cancelled) == (["unavailable"], 1)


async def test_a_crowd_that_comes_and_goes_leaves_nothing_behind(autojump_clock: MockClock) -> None:
    work = Work(seconds=7)
    async with anyio.create_task_group() as root:
        flights = SingleFlight[int](start=root.start_soon)

        async def ask(number: int) -> None:
            await anyio.sleep(number % 11)
            with anyio.move_on_after(number % 5 + 0.5):
                await flights.join(str(number % 3), work)

        async with anyio.create_task_group() as callers:
            for number in range(300):
                callers.start_soon(partial(ask, number))
        await anyio.wait_all_tasks_blocked()
        assert len(flights) == 0
        assert work.began == work.ended + work.cancelled


async def test_a_process_that_takes_no_new_work_says_so_and_keeps_nothing(autojump_clock: MockClock) -> None:
    def start(_func: object, /, *_args: object, name: object = None) -> None:
        del name
        raise Refused("shutting down")

    flights = SingleFlight[int](start=start)
    with pytest.raises(Refused):
        await flights.join("a", Work())
    assert len(flights) == 0
