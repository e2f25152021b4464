"""The tree of live work, found through the context and never through wiring."""

from typing import Any

import anyio
import pytest

from service.kernel.telemetry import TaskTree, doing, track

pytestmark = pytest.mark.trio


async def test_work_hangs_below_what_started_it(autojump_clock: object) -> None:
    tree = TaskTree()
    seen: list[dict[str, Any]] = []

    async def branch(name: str) -> None:
        with track("branch", name):
            doing("reading")
            await anyio.sleep(10)

    with tree.root("request", "GET /"), anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            group.start_soon(branch, "a")
            group.start_soon(branch, "b")
            await anyio.sleep(2)
            seen.extend(tree.describe())
            group.cancel_scope.cancel()
    (request,) = seen
    assert (request["kind"], request["name"], request["age_seconds"]) == ("request", "GET /", 2)
    assert request["deadline_in_seconds"] is None
    assert sorted((child["name"], child["state"]) for child in request["children"]) == [
        ("a", "reading"),
        ("b", "reading"),
    ]
    assert [child["deadline_in_seconds"] for child in request["children"]] == [58, 58]
    assert tree.describe() == []


async def test_work_that_fails_or_is_cancelled_leaves_the_tree() -> None:
    tree = TaskTree()
    with pytest.raises(ValueError, match="a mistake"), tree.root("request", "GET /"):
        raise ValueError("a mistake")
    with anyio.CancelScope() as scope, tree.root("request", "GET /"):
        scope.cancel()
        await anyio.sleep_forever()
    assert tree.describe() == []


async def test_outside_any_root_nothing_is_recorded() -> None:
    with track("branch", "alone") as task:
        doing("working")
        assert task.state == "working"
    doing("nobody listens")
