"""Measures everything in one run and prints it as ratios.

    python -m tests.benchmarks.generate [--tiny] [--only asyncio trio sequential threads] [--in-flight 1 50 200]
                                        [--patience SECONDS]

Each process by itself: PostgreSQL, `overture serve` (or the design it is compared with), the fake model, the fake
GitHub, the server of the pages, the load generator. Loopback only.
"""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio

from tests.benchmarks.figures import Spread, ms, ratio, table
from tests.benchmarks.measures import (
    JSON,
    STREAM,
    AtLevel,
    Stand,
    Warm,
    alone,
    at_level,
    first_tokens,
    leaving,
    manner_of,
    warmed,
)
from tests.benchmarks.plan import Plan
from tests.benchmarks.stage import LOGIN, Manner, Person, database, environment, model, people, process, until_idle
from tests.journeys.process import Service, running_service

OURS = ("asyncio", "trio")
ALTERNATIVES = {
    "sequential": "one sequential chain of awaits",
    "threads": "a thread with its own event loop per request",
}
WAYS = {
    "JSON, before the first token": (JSON, False),
    "JSON, after it": (JSON, True),
    "stream, before the first token": (STREAM, False),
    "stream, after it": (STREAM, True),
}


@dataclass
class Design:
    """What one design was measured to do."""

    name: str
    levels: list[AtLevel] = field(default_factory=list[AtLevel])
    first: tuple[Spread, Spread] | None = None
    left: dict[str, Spread] = field(default_factory=dict[str, Spread])


@dataclass
class Run:
    """Everything of one run that is shared between its designs."""

    plan: Plan
    database_url: str
    directory: Path
    page_url: str
    github_url: str
    model_port: int
    load_before: float
    patience_seconds: float
    persons: list[Person] = field(default_factory=list[Person])
    floor: list[AtLevel] = field(default_factory=list[AtLevel])

    async def populate(self) -> None:
        async with self._served(OURS[0]) as service:
            self.persons = await people(service, self.plan)

    def _served(self, name: str) -> AbstractAsyncContextManager[Service]:
        model_url = f"http://127.0.0.1:{self.model_port}/v1"
        is_ours = name in OURS
        return running_service(
            database_url=self.database_url,
            backend=name if is_ours else "asyncio",
            directory=self.directory,
            environment=environment(self.plan, model_url=model_url, github_url=self.github_url),
            arguments=() if is_ours else ("-m", "tests.benchmarks.alternatives", name, str(self.plan.threads)),
        )

    async def design(self, name: str) -> Design:
        async with self._served(name) as service:
            stand = Stand(self.plan, service, self.persons, self.page_url, self.model_port)
            said(f"{name}: warming")
            warm = await warmed(stand, run=f"{name}-warm")
            found = Design(name)
            if not self.floor:
                for level in self.plan.levels:
                    said(f"the fakes alone: {level.in_flight} in flight")
                    await until_idle(self.patience_seconds)
                    manner = manner_of(self.plan, level, letter_chars=warm.letter_chars)
                    self.floor.append(await alone(stand, level, manner=manner, warm=warm))
            await self._measure(found, stand, warm)
        return found

    async def _measure(self, found: Design, stand: Stand, warm: Warm) -> None:
        plan = self.plan
        for number, level in enumerate(plan.levels):
            if found.name == "threads" and level.is_even:
                continue  # more arrive than so many threads can take: the queue grows for as long as one measures
            said(f"{found.name}: {level.in_flight} in flight, a {level.model_seconds:g} s model")
            await until_idle(self.patience_seconds)
            manner = manner_of(plan, level, letter_chars=warm.letter_chars)
            found.levels.append(await at_level(stand, level, manner=manner, run=f"{found.name}-{number}"))
            said(_brief(found.levels[-1]))
        if found.name not in OURS:
            return
        said(f"{found.name}: first tokens")
        await until_idle(self.patience_seconds)
        found.first = await first_tokens(stand, warm=warm, run=f"{found.name}-first")
        for number, (way, (accept, is_after)) in enumerate(WAYS.items()):
            said(f"{found.name}: clients leave ({way})")
            found.left[way] = await leaving(
                stand, accept=accept, is_after_first_token=is_after, run=f"{found.name}-left-{number}"
            )


async def measured(
    plan: Plan, names: Sequence[str], *, url: str, directory: Path, patience_seconds: float
) -> tuple[Run, list[Design]]:
    async with AsyncExitStack() as stack:
        pages = await stack.enter_async_context(process("tests.benchmarks.pages", "--delay", str(plan.page_seconds)))
        github = await stack.enter_async_context(process("tests.fakes.github_api"))
        async with model(Manner(0.0, 1, 0.0)) as first:  # only for a free port, which every later fake takes again
            port = int(first.base_url.rpartition(":")[2].partition("/")[0])
        run = Run(plan, url, directory, pages, github, port, os.getloadavg()[0], patience_seconds)
        await run.populate()
        return run, [await run.design(name) for name in names]


def report(run: Run, designs: Sequence[Design]) -> str:
    floor = Design("the fakes alone, no service", run.floor)
    parts = [
        "## Benchmark: generate",
        _conditions(run),
        "End-to-end time over the critical path (slowest branch + model): p50, p99, max.",
        table(
            ["design", *(_heading(each) for each in run.floor)],
            [_ratios(each, len(run.floor)) for each in (*designs, floor)],
        ),
        "What it took, and what it cost the process.",
        table(
            [
                "design",
                "in flight",
                "arriving",
                "answers",
                "p50",
                "without the page",
                "CPU a call",
                "memory each",
                "loop lag p50",
                "p99",
                "machine idle",
            ],
            [_cost(each, level) for each in designs for level in each.levels],
        ),
    ]
    ours = [each for each in designs if each.first is not None]
    if ours:
        few = run.plan.first_token_in_flight
        ways = ["after the client left, the model sees it close: p50 / max (of so many)", *(each.name for each in ours)]
        parts += [
            f"First sentence, streamed, over the bare model call and the page; {few} in flight.",
            table(["design", "bare p50", "overhead p50", "overhead p99"], [_first(each) for each in ours]),
            table(ways, [[way, *(_left(each.left[way]) for each in ours)] for way in WAYS]),
        ]
    return "\n\n".join(parts)


def _conditions(run: Run) -> str:
    plan = run.plan
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}; load before: "
        f"{run.load_before:.2f}. Page {plan.page_seconds:g} s, {plan.chunks_per_second:g} chunks a second, "
        f"{plan.users} users, pool of {plan.pool_size}, GitHub ({LOGIN}) cached, price 1 of 100000 coins, "
        f"limit {plan.max_in_flight} in flight, {plan.threads} threads at a time, seed {plan.seed}."
    )


def _heading(level: AtLevel) -> str:
    arriving = "arriving evenly" if level.level.is_even else "all at once"
    how = arriving if level.level.in_flight > 1 else "one after the other"
    return f"{level.level.in_flight} in flight, {how} ({level.critical_path_seconds:.2f} s)"


def _ratios(design: Design, columns: int) -> list[str]:
    title = {"asyncio": "Overture on asyncio", "trio": "Overture on trio", **ALTERNATIVES}.get(design.name, design.name)
    return [title, *(_three(each) for each in design.levels), *["-"] * (columns - len(design.levels))]


def _three(level: AtLevel) -> str:
    found = level.ratio
    failed = sum(count for name, count in level.answers.items() if name not in {"200", "201"})
    text = f"**{ratio(found.p50)}** / {ratio(found.p99)} / {ratio(found.most)}"
    return text + (f" ({failed} failed)" if failed else "")


def _cost(design: Design, level: AtLevel) -> list[str]:
    return [
        design.name,
        str(level.level.in_flight),
        "evenly" if level.level.is_even else "at once",
        ", ".join(f"{count} x {name}" for name, count in level.answers.items()),
        f"{level.taken.p50:.2f} s",
        str(sum(level.missing.values())),
        ms(level.cpu_seconds / level.level.calls),
        f"{level.bytes_each / 1024:.0f} KiB",
        f"< {ms(level.lag_quantile(0.5))}" if level.lag else "-",
        f"< {ms(level.lag_quantile(0.99))}" if level.lag else "-",
        f"{level.machine_idle:.0%}",
    ]


def _first(design: Design) -> list[str]:
    assert design.first is not None
    through, bare = design.first
    over = through.less(bare.p50)
    return [design.name, ms(bare.p50), ms(over.p50), ms(over.p99)]


def _left(found: Spread) -> str:
    return f"{ms(found.p50)} / {ms(found.most)} ({found.count})"


def _brief(level: AtLevel) -> str:
    return (
        f"    {dict(level.answers)}, missing {dict(level.missing)}, critical path {level.critical_path_seconds:.3f} s, "
        f"p50 {level.taken.p50:.3f} s, max {level.taken.most:.3f} s, model asked {level.asked_of_model} times and "
        f"took {level.model_took_seconds:.3f} s, CPU {level.cpu_seconds:.1f} s, "
        f"RSS {level.rss_before >> 20} -> {level.rss_most >> 20} MiB, machine idle {level.machine_idle:.0%}"
    )


def said(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.generate", description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="seconds, and figures that say nothing")
    parser.add_argument("--only", nargs="+", choices=[*OURS, *ALTERNATIVES], default=[*OURS, *ALTERNATIVES])
    parser.add_argument("--in-flight", nargs="+", type=int, help="only these of the levels")
    parser.add_argument("--patience", type=float, default=0.0, help="seconds to wait for an idle machine, each time")
    given = parser.parse_args()
    plan = Plan().tiny() if given.tiny else Plan()
    if given.in_flight:
        plan = replace(plan, levels=tuple(level for level in plan.levels if level.in_flight in given.in_flight))

    async def run(url: str, directory: Path) -> str:
        return report(*await measured(plan, given.only, url=url, directory=directory, patience_seconds=given.patience))

    with database() as (url, directory):
        print(anyio.run(run, url, directory))


if __name__ == "__main__":
    main()
