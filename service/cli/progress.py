"""The tree of what a generation is doing, as it changes; drawn on a terminal while it runs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import anyio
from rich.console import Console
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from service.kernel.concurrency import BranchEvent

T = TypeVar("T")

# Fast enough to be seen as running.
REDRAW_SECONDS = 0.1

_MARKS = {"started": ("…", "yellow"), "finished": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("–", "dim")}


@dataclass(slots=True)
class Step:
    state: str
    since: float
    ms: int = 0


class Progress:
    """Listens to the story's branches; `tree` shows them with their state and time."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._steps: dict[str, Step] = {}
        self._began_at: float | None = None
        self._ended_at: float | None = None

    def note(self, event: BranchEvent) -> None:
        self._steps[event.branch] = Step(event.state, anyio.current_time(), event.ms)

    def begin(self) -> None:
        self._began_at = anyio.current_time()

    def end(self) -> None:
        self._ended_at = anyio.current_time()

    def tree(self) -> Tree:
        """The branches so far; a running one's time is the time since it began."""
        total_ms = round(((self._ended_at or self._now()) - (self._began_at or self._now())) * 1000)
        tree = Tree(Text.assemble("generate ", (f"{total_ms} ms", "bold")))
        for name, step in self._steps.items():
            mark, style = _MARKS[step.state]
            ms = round((self._now() - step.since) * 1000) if step.state == "started" else step.ms
            took = "" if step.state == "skipped" else f"{ms} ms"
            tree.add(Text.assemble((f"{mark} ", style), f"{name:<12} ", (f"{step.state:<9}", style), f"{took:>8}"))
        return tree

    def _now(self) -> float:
        return anyio.current_time() if self._ended_at is None else self._ended_at


async def run_with_progress(progress: Progress, work: Callable[[], Awaitable[T]]) -> T:
    """The answer of `work`, with the tree drawn while it runs, where somebody sees it.

    Rich would redraw from a thread of its own; a task does it here.
    """
    progress.begin()
    try:
        if not progress.console.is_terminal:
            return await work()
        answers: list[T] = []
        with Live(console=progress.console, auto_refresh=False, transient=True) as live:
            async with anyio.create_task_group() as group:
                group.start_soon(_redraw, progress, live)
                answers.append(await work())
                group.cancel_scope.cancel()
        return answers[0]
    finally:
        progress.end()


async def _redraw(progress: Progress, live: Live) -> None:
    while True:
        live.update(progress.tree(), refresh=True)
        await anyio.sleep(REDRAW_SECONDS)
