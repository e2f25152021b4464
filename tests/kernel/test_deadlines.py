import math

import anyio
import pytest
from trio.testing import MockClock

from service.kernel.deadlines import attempt_seconds, cap_seconds, remaining_seconds


@pytest.mark.parametrize(
    ("limit", "left", "allowed"),
    [
        (4, 60, 4),  # its own limit is the nearer one
        (45, 40, 36),  # a tenth of what is left is kept for settling
        (100, 90, 85),  # and never more than 5 s
        (4, 0, 0),
        (4, math.inf, 4),
    ],
)
def test_an_attempt_leaves_time_to_settle(limit: float, left: float, allowed: float) -> None:
    assert attempt_seconds(limit, left) == pytest.approx(allowed)


def test_the_callers_patience_is_capped_by_ours() -> None:
    assert cap_seconds(None, 60) == 60
    assert cap_seconds(0.5, 60) == 0.5
    assert cap_seconds(3600, 60) == 60


@pytest.mark.trio
async def test_the_nearest_deadline_counts(autojump_clock: MockClock) -> None:
    assert remaining_seconds() == math.inf
    with anyio.fail_after(60), anyio.move_on_after(10):
        await anyio.sleep(4)
        assert remaining_seconds() == pytest.approx(6)
