"""How many connections a server keeps, and which it drops."""

from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from service.web.http_server import Connections

pytestmark = pytest.mark.anyio


@dataclass(eq=False)
class Held:
    """A connection that only notes its end."""

    is_dropped: bool = False

    def drop(self) -> None:
        self.is_dropped = True


async def test_the_one_without_a_request_for_longest_makes_room() -> None:
    connections = Connections(3)
    first, second, third, fourth = Held(), Held(), Held(), Held()
    with connections.hold(first), connections.hold(second), connections.hold(third):
        connections.mark(first, is_idle=False)
        connections.mark(second, is_idle=False)
        connections.mark(second, is_idle=True)
        with connections.hold(fourth) as has_room:
            assert has_room
            assert [one.is_dropped for one in (first, second, third, fourth)] == [False, False, True, False]
            assert len(connections) == 3
    assert len(connections) == 0


async def test_where_all_others_have_a_request_the_new_one_goes() -> None:
    connections = Connections(1)
    busy, late = Held(), Held()
    with connections.hold(busy):
        connections.mark(busy, is_idle=False)
        with connections.hold(late) as has_room:
            assert (has_room, late.is_dropped, busy.is_dropped) == (False, True, False)
        assert len(connections) == 1


async def test_one_that_was_dropped_is_not_idle_again() -> None:
    connections = Connections(1)
    first, second, third = Held(), Held(), Held()
    with connections.hold(first), connections.hold(second):
        assert first.is_dropped
        connections.mark(first, is_idle=True)
        with connections.hold(third):
            assert second.is_dropped
            assert len(connections) == 1


async def test_a_flood_is_one_line() -> None:
    connections = Connections(1)
    with capture_logs() as logged:
        for _ in range(100):
            with connections.hold(Held()), connections.hold(Held()):
                pass
    assert [line["limit"] for line in logged] == [1]
