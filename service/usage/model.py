"""One generation's account of itself."""

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
class Usage:
    """`operation` is the generation's own id; `cost` is None where the model has no configured price."""

    id: UUID
    user: UserId
    operation: UUID
    outcome: Outcome
    provider: str
    model: str
    input_tokens: int
    output_tokens: int
    cost: Decimal | None = None
