"""How much is measured, and under which conditions."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Level:
    """`in_flight` people with `calls` calls in all, against a model that takes `model_seconds` for an answer.

    They all begin at the same moment, or one after the other over `arriving_seconds`.
    """

    in_flight: int
    calls: int
    model_seconds: float
    arriving_seconds: float = 0.0

    @property
    def is_even(self) -> bool:
        return self.arriving_seconds > 0


@dataclass(frozen=True)
class Plan:
    levels: tuple[Level, ...] = (
        Level(1, 10, 1.0),
        Level(50, 50, 10.0),
        Level(200, 200, 10.0),
        Level(200, 400, 10.0, arriving_seconds=10.3),
    )
    seed: int = 20_261_122
    users: int = 20
    pool_size: int = 20
    max_in_flight: int = 200
    # The slowest branch: the page with the posting. GitHub is cached, the résumé is one read of the database.
    page_seconds: float = 0.3
    chunks_per_second: float = 20.0
    # The design with a thread per request has so many at a time.
    threads: int = 20
    # Streamed calls whose first sentence is timed, and how many of them are in flight.
    first_token_calls: int = 120
    first_token_in_flight: int = 4
    # Callers who leave, in each of the four ways.
    leavers: int = 40

    def tiny(self) -> "Plan":
        """For the development of the benchmark itself: seconds, and figures that say nothing."""
        return replace(
            self,
            levels=(Level(1, 3, 0.5), Level(10, 10, 1.0), Level(10, 20, 1.0, arriving_seconds=1.1)),
            first_token_calls=20,
            leavers=5,
            page_seconds=0.1,
        )
