"""Token buckets in the memory of this process, bounded in number."""

from collections import OrderedDict

import anyio

from service.adapters.rate_limits import Rate, Taken, decide

# Some 5 MB. The least recently used go first: by then most buckets are full again, and nothing is lost.
BUCKETS_MAX = 20_000


class InProcessRateLimiter:
    """Nothing here awaits, so no task sees a half-done change. With several processes each has buckets of its own."""

    def __init__(self, *, buckets_max: int = BUCKETS_MAX) -> None:
        self._buckets_max = buckets_max
        self._full_at: OrderedDict[tuple[str, str], float] = OrderedDict()  # anyio.current_time()

    @property
    def buckets(self) -> int:
        return len(self._full_at)

    async def take(self, key: str, rate: Rate) -> Taken:
        now = anyio.current_time()
        bucket = (rate.name, key)
        missing_seconds = max(0.0, self._full_at.get(bucket, now) - now)
        missing_seconds, answer = decide(missing_seconds, rate)
        self._full_at[bucket] = now + missing_seconds
        self._full_at.move_to_end(bucket)
        if len(self._full_at) > self._buckets_max:
            self._full_at.popitem(last=False)
        return answer
