"""What the garbage collector is spared, and how many files and sockets may be open."""

import gc
import subprocess
import sys
import weakref

import pytest

from service.kernel.process import YOUNG_MAX, keep_what_is_loaded


class Knot:
    """Refers to itself: only the collector can tell that nobody else does."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_is_kept_and_what_comes_later_is_collected() -> None:
    thresholds = gc.get_threshold()
    try:
        keep_what_is_loaded()
        assert gc.get_freeze_count() > 1_000
        assert gc.get_threshold() == (YOUNG_MAX, *thresholds[1:])
        later = weakref.ref(Knot())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


@pytest.mark.process
@pytest.mark.parametrize(("soft", "hard", "raised"), [(64, 200, 200), (200, 200, 200)])
def test_the_soft_limit_of_descriptors_is_raised_to_the_hard_one(soft: int, hard: int, raised: int) -> None:
    program = (
        "import resource; from service.kernel.process import raise_descriptor_limit as raised; "
        "print(raised(), *resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    limited = f'ulimit -Sn {soft} && ulimit -Hn {hard} && exec "$0" "$@"'
    ran = subprocess.run(
        ["sh", "-c", limited, sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.split() == [str(raised), str(raised), str(hard)]
