"""Which part of a list is wanted, and what a store found: the values that travel between `web.paging` (which speaks
HTTP) and the stores (which speak SQL), so that neither knows the other.

A store fetches `window.fetched` rows, one more than the page shows, which tells whether there is a next page, and
counts no further than it must:

    select(func.count()).select_from(matching.limit(COUNTED_MAX + 1).subquery())
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")

# Counting is a scan; above this many rows the exact number helps nobody.
COUNTED_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` rows: behind the first `offset`, or strictly beyond the row whose sort keys are `after`."""

    limit: int
    offset: int = 0
    after: tuple[Any, ...] | None = None

    @property
    def fetched(self) -> int:
        """What to say to LIMIT."""
        return self.limit + 1


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """Up to `Window.fetched` rows in order, and how many match in all, counted up to `COUNTED_MAX + 1`."""

    rows: Sequence[Row]
    counted: int
