"""The tree of tasks that live right now.

Whoever owns a piece of running work enters `track(kind, name)`; it hangs itself below the work it was
started from (a context variable finds it, so task groups and worker threads need no wiring). A root hangs below the
`TaskTree` of its process, which `TaskTree.root` enters.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import anyio


@dataclass(slots=True, eq=False)
class TrackedTask:
    """One live piece of work. `state` is what it is doing, in a word its owner chooses."""

    kind: str
    name: str
    started_at: float
    deadline_at: float
    state: str = "running"
    children: "list[TrackedTask]" = field(default_factory=list["TrackedTask"])

    def describe(self) -> dict[str, Any]:
        """The subtree as plain values: seconds of age, seconds left (null where there is no deadline), state."""
        now = anyio.current_time()
        left = self.deadline_at - now
        return {
            "kind": self.kind,
            "name": self.name,
            "state": self.state,
            "age_seconds": round(now - self.started_at, 3),
            "deadline_in_seconds": None if left == float("inf") else round(left, 3),
            "children": [child.describe() for child in self.children],
        }


_current: ContextVar[TrackedTask | None] = ContextVar("tracked_task", default=None)


@contextmanager
def track(kind: str, name: str) -> Generator[TrackedTask]:
    """Be visible in the live tree, below whatever started this work; outside any root, nothing is recorded."""
    parent = _current.get()
    with _enter(kind, name, parent.children if parent else []) as task:
        yield task


def doing(state: str) -> None:
    """Say what the current piece of work is doing now."""
    if task := _current.get():
        task.state = state


class TaskTree:
    """All live work of one process."""

    def __init__(self) -> None:
        self._roots: list[TrackedTask] = []

    @contextmanager
    def root(self, kind: str, name: str) -> Generator[TrackedTask]:
        with _enter(kind, name, self._roots) as task:
            yield task

    def describe(self) -> list[dict[str, Any]]:
        return [task.describe() for task in self._roots]


@contextmanager
def _enter(kind: str, name: str, siblings: list[TrackedTask]) -> Generator[TrackedTask]:
    task = TrackedTask(kind, name, anyio.current_time(), anyio.current_effective_deadline())
    siblings.append(task)
    token = _current.set(task)
    try:
        yield task
    finally:
        _current.reset(token)
        siblings.remove(task)
