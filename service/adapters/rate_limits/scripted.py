"""A rate limiter for tests: allows a fixed number, and notes each request."""

from dataclasses import dataclass, field

from service.adapters.rate_limits import Rate, Taken


@dataclass
class ScriptedRateLimiter:
    """`left` tokens are there, for all keys together; `asked` are the rates and keys asked for, in order."""

    left: int = 1_000_000
    next_in_seconds: float = 1.0
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def take(self, key: str, rate: Rate) -> Taken:
        self.asked.append((rate.name, key))
        if not self.left:
            return Taken(is_allowed=False, remaining=0, next_in_seconds=self.next_in_seconds)
        self.left -= 1
        return Taken(is_allowed=True, remaining=self.left, next_in_seconds=self.next_in_seconds)
