"""What `overture generate` prints: the tree of what it is doing, as it changes; then what was found and where, the
letter with its evidence, and what it cost."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import anyio
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from service.credits.model import Balance
from service.emails.model import Email
from service.kernel.concurrency import BranchEvent
from service.kernel.telemetry.logs import escape_controls
from service.postings.model import JobContextBody

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


# A fact is shown to be recognised, not to be read whole.
VALUE_MAX_CHARACTERS = 100


def print_letter(console: Console, tree: Tree, email: Email, *, before: Balance, after: Balance) -> None:
    """Everything a reader wants to see after a generation. What others wrote is printed without control characters."""
    console.print(tree)
    if email.job_context is not None:
        console.print()
        console.print(_facts(email.job_context))
    console.print()
    console.print(_headers(email))
    console.print()
    console.print(Text("\n".join(escape_controls(line) for line in email.body.splitlines())))
    console.print()
    console.print(_evidence(email))
    for missing in email.missing:
        console.print(_note("missing", f"{missing.branch}: {missing.reason}"))
    for warning in email.warnings:
        console.print(_note("warning", f"{warning.code}: {warning.detail}"))
    console.print()
    console.print(
        f"credits: {before.available} before, {email.credits.charged} charged, {after.available} after"
        f" · {email.usage.provider} · e-mail {email.id}"
    )


def _facts(context: JobContextBody) -> Table:
    table = _table("What the posting says", "field", "value", "read by", "characters")
    for fact in context.facts:
        table.add_row(fact.field, _cut(fact.value), fact.read_by, f"{fact.start}-{fact.end}")
    return table


def _headers(email: Email) -> Text:
    recruiter = email.recruiter
    name = escape_controls(recruiter.name or recruiter.company)
    to = f"{name} <{escape_controls(recruiter.email)}>" if recruiter.email else name
    return Text.assemble(("To:      ", "dim"), to, "\n", ("Subject: ", "dim"), (escape_controls(email.subject), "bold"))


def _evidence(email: Email) -> Table:
    table = _table("What it rests on", "claim", "source", "reference")
    for evidence in email.evidence:
        table.add_row(_cut(evidence.claim), evidence.source, evidence.reference)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number > 1)
    return table


def _note(kind: str, text: str) -> Text:
    return Text.assemble((f"{kind}  ", "yellow"), escape_controls(text))


def _cut(text: str) -> Text:
    whole = escape_controls(text)
    return Text(whole if len(whole) <= VALUE_MAX_CHARACTERS else whole[: VALUE_MAX_CHARACTERS - 1] + "…")
