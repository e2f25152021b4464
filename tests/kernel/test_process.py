"""What the garbage collector is spared."""

import gc
import weakref

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
