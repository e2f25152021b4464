"""One generation's account of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from service.kernel.identifiers import UserId


class Outcome(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class CallUsage:
    """One call of a model: `outcome` is finished, failed or cancelled; `is_estimated` where the provider counted
    nothing; `cost` in US dollars, None where the model has no configured price."""

    provider: str
    model: str
    outcome: str
    input_tokens: int
    output_tokens: int
    is_estimated: bool
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """`operation` is the generation's own id; tokens and `cost` are the sums over its `calls`."""

    id: UUID
    user: UserId
    operation: UUID
    outcome: Outcome
    provider: str
    model: str
    input_tokens: int
    output_tokens: int
    cost: Decimal | None = None
    calls: tuple[CallUsage, ...] = ()


def total_cost(calls: Sequence[CallUsage]) -> Decimal | None:
    """Unknown as a whole where there is no call, or the price of one that used tokens is unknown: never a part only."""
    used = [call for call in calls if call.input_tokens or call.output_tokens]
    known = [call.cost for call in used if call.cost is not None]
    return sum(known, Decimal()) if used and len(known) == len(used) else None
