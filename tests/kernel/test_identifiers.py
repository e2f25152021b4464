import random
from datetime import UTC, datetime

from service.kernel.clock import FixedClock
from service.kernel.identifiers import Identifiers

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def test_ids_are_version_7_and_carry_the_time() -> None:
    made = Identifiers(FixedClock(NOON)).uuid7()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(NOON.timestamp() * 1000)


def test_later_ids_sort_later() -> None:
    clock = FixedClock(NOON)
    identifiers = Identifiers(clock)
    earlier = identifiers.uuid7()
    clock.advance(0.001)
    assert earlier < identifiers.uuid7()


def test_a_seed_gives_the_same_ids_again() -> None:
    def first() -> tuple[object, str]:
        seeded = Identifiers(FixedClock(NOON), random.Random(7).getrandbits)
        return seeded.uuid7(), seeded.token()

    assert first() == first()


def test_ids_do_not_repeat() -> None:
    identifiers = Identifiers(FixedClock(NOON))
    assert len({identifiers.uuid7() for _ in range(10_000)}) == 10_000
