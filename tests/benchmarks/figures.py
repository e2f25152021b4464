"""Percentiles, ratios, tables. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    p50: float
    p99: float
    most: float
    count: int

    def over(self, whole: float) -> "Spread":
        return Spread(self.p50 / whole, self.p99 / whole, self.most / whole, self.count)

    def less(self, base: float) -> "Spread":
        return Spread(self.p50 - base, self.p99 - base, self.most - base, self.count)


def spread(values: Sequence[float]) -> Spread:
    if not values:
        return Spread(math.nan, math.nan, math.nan, 0)
    ordered = sorted(values)
    return Spread(_quantile(ordered, 0.5), _quantile(ordered, 0.99), ordered[-1], len(ordered))


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def bucket_quantile(buckets: Mapping[float, float], share: float) -> float:
    """The upper bound of the bucket that holds the quantile: a histogram knows no more. `buckets` are cumulative."""
    total = max(buckets.values(), default=0.0)
    return next((bound for bound, count in sorted(buckets.items()) if total and count >= share * total), math.nan)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def ratio(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def ms(seconds: float) -> str:
    return "-" if math.isnan(seconds) else f"{seconds * 1000:.0f} ms"
