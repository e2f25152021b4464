"""Branches in virtual time: siblings stay alive, limits hold, cancellation reaches everything."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from trio.testing import MockClock

from service.kernel.concurrency import (
    Admission,
    Branch,
    BranchEvent,
    Failed,
    Finished,
    Shares,
    TimedOut,
    TooManyInFlight,
    gather_all,
    gather_settled,
)
from service.kernel.errors import Overloaded
from service.kernel.telemetry import TaskTree


def after(seconds: float, value: str) -> Callable[[], Awaitable[str]]:
    async def call() -> str:
        await anyio.sleep(seconds)
        return value

    return call


def failing_after(seconds: float, error: Exception) -> Callable[[], Awaitable[str]]:
    async def call() -> str:
        await anyio.sleep(seconds)
        raise error

    return call


@pytest.mark.trio
async def test_settle_keeps_siblings_alive(autojump_clock: MockClock) -> None:
    good = Branch("good", after(3, "facts"), timeout_seconds=4)
    broken = Branch("broken", failing_after(1, ValueError("no")), timeout_seconds=4)
    late = Branch("late", after(100, "never"), timeout_seconds=4)
    began = anyio.current_time()

    await gather_settled(good, broken, late)

    assert anyio.current_time() - began == pytest.approx(4)
    assert isinstance(good.outcome, Finished)
    assert (good.outcome.value, good.seconds) == ("facts", pytest.approx(3))
    assert isinstance(broken.outcome, Failed)
    assert isinstance(broken.outcome.error, ValueError)
    assert late.outcome == TimedOut(4)


@pytest.mark.trio
async def test_together_stops_the_rest_at_the_first_failure(autojump_clock: MockClock) -> None:
    slow = Branch("slow", after(100, "never"), timeout_seconds=200)
    broken = Branch("broken", failing_after(1, ValueError("no")), timeout_seconds=4)
    began = anyio.current_time()

    with pytest.raises(ValueError, match="no"):
        await gather_all(slow, broken)

    assert anyio.current_time() - began == pytest.approx(1)
    assert slow.outcome is None


@pytest.mark.trio
async def test_together_treats_lateness_as_failure(autojump_clock: MockClock) -> None:
    with pytest.raises(TimeoutError, match="late took longer than 2 s"):
        await gather_all(Branch("late", after(100, "never"), timeout_seconds=2))


@pytest.mark.trio
async def test_cancelling_the_caller_cancels_every_branch(autojump_clock: MockClock) -> None:
    branches = [Branch(str(n), after(100, "never"), timeout_seconds=200) for n in range(3)]
    with anyio.move_on_after(1) as scope:
        await gather_settled(*branches)
    assert scope.cancelled_caught
    assert [branch.outcome for branch in branches] == [None, None, None]


@pytest.mark.trio
async def test_a_listener_hears_every_branch(autojump_clock: MockClock) -> None:
    heard: list[BranchEvent] = []
    await gather_settled(
        Branch("good", after(0.25, "x"), timeout_seconds=4),
        Branch("late", after(9, "x"), timeout_seconds=1),
        report=heard.append,
    )
    assert set(heard[:2]) == {BranchEvent("good", "started"), BranchEvent("late", "started")}
    assert heard[2:] == [BranchEvent("good", "finished", 250), BranchEvent("late", "failed", 1000)]


@pytest.mark.trio
async def test_branches_hang_below_their_request_in_the_live_tree(autojump_clock: MockClock) -> None:
    tree = TaskTree()
    seen: list[dict[str, Any]] = []
    async with anyio.create_task_group() as group:

        async def request() -> None:
            with tree.root("request", "POST /x"), anyio.fail_after(60):
                await gather_settled(Branch("resume", after(5, "x"), timeout_seconds=4))

        group.start_soon(request)
        await anyio.sleep(1)
        seen = tree.describe()
    (root,) = seen
    assert (root["kind"], root["name"], root["age_seconds"]) == ("request", "POST /x", 1)
    (branch,) = root["children"]
    assert (branch["name"], branch["deadline_in_seconds"]) == ("resume", 3)
    assert tree.describe() == []


@pytest.mark.trio
async def test_admission_lets_some_run_some_wait_and_refuses_the_rest_at_once(autojump_clock: MockClock) -> None:
    admission = Admission(running=2, waiting=1)
    refused: list[float] = []
    served: list[float] = []

    async def work() -> None:
        try:
            async with admission.admit():
                await anyio.sleep(10)
                served.append(anyio.current_time())
        except Overloaded:
            refused.append(anyio.current_time())

    began = anyio.current_time()
    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(work)
    assert [at - began for at in refused] == [0, 0]
    assert [at - began for at in served] == pytest.approx([10, 10, 20])
    assert (admission.running, admission.waiting) == (0, 0)


@pytest.mark.trio
async def test_a_place_comes_back_when_its_holder_is_cancelled(autojump_clock: MockClock) -> None:
    admission = Admission(running=1, waiting=0)
    with anyio.move_on_after(1):
        async with admission.admit():
            await anyio.sleep_forever()
    async with admission.admit():
        assert admission.running == 1


def test_a_user_has_a_share_and_no_more() -> None:
    shares = Shares(each=1)
    with shares.take("ada"):
        with pytest.raises(TooManyInFlight), shares.take("ada"):
            pass
        with shares.take("grace"):
            pass
    with shares.take("ada"):
        pass
