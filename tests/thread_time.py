"""What work costs, compared with other work in the same run and in this thread's own time, so that neither a slow
machine nor a busy one decides. What grows with the square of its text takes a hundred times as long as a plain one."""

import time
from collections.abc import Callable

Work = Callable[[], object]

TRIES = 5
# Ten times the text takes ten times as long, or a hundred times where its square is what counts.
TENFOLD = 35


def assert_takes_at_most(times: float, work: Work, *, compared_with: Work) -> None:
    """The best of some tries shows the work, the others what else runs on the machine."""
    ratios: list[float] = []
    while len(ratios) < TRIES and min(ratios, default=times) >= times:
        plain = _seconds(compared_with)
        ratios.append(_seconds(work) / plain)
    assert min(ratios) < times, ratios


def _seconds(work: Work) -> float:
    started = time.thread_time()
    work()
    return time.thread_time() - started
