"""The verbs of usage."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal
from uuid import UUID

from service.adapters.language_model import ModelCall
from service.kernel.database import Transaction
from service.kernel.identifiers import UserId
from service.usage import store
from service.usage.model import CallUsage, Outcome, Usage, total_cost

EXPORTS = store.EXPORTS

# A microcent is a millionth of a cent; prices are in dollars.
MICROCENTS_PER_DOLLAR = 100_000_000


async def record(tx: Transaction, usage: Usage) -> bool:
    """Keep the row; False, changing nothing, where this user's operation was recorded before.

    A success is recorded in the transaction that stores what was generated; a failure or a cancellation in a short
    one of its own, which may come second after a COMMIT whose answer was lost: the success then stays.
    """
    return await store.insert_usage(tx, usage)


async def record_calls(
    tx: Transaction,
    calls: Sequence[ModelCall],
    *,
    id: UUID,
    user: UserId,
    operation: UUID,
    outcome: Literal["succeeded", "failed", "cancelled"],
) -> bool:
    """Keep the row of an operation that was nothing but these calls of a model, at least one, under the name of the
    last. See `record`."""
    counted = tuple(map(call_usage, calls))
    row = Usage(
        id=id,
        user=user,
        operation=operation,
        outcome=Outcome(outcome),
        provider=calls[-1].provider,
        model=calls[-1].model,
        input_tokens=sum(call.input_tokens for call in counted),
        output_tokens=sum(call.output_tokens for call in counted),
        cost=total_cost(counted),
        calls=counted,
    )
    return await record(tx, row)


def call_usage(call: ModelCall) -> CallUsage:
    """One call as it is kept."""
    return CallUsage(
        provider=call.provider,
        model=call.model,
        outcome=call.outcome,
        input_tokens=call.input_tokens,
        output_tokens=call.output_tokens,
        is_estimated=call.is_estimated,
        cost=None if call.cost_microcents is None else Decimal(call.cost_microcents) / MICROCENTS_PER_DOLLAR,
    )


async def erase(tx: Transaction, user: UserId) -> Mapping[str, int]:
    """Delete all the user's rows; how many there were."""
    return {"usage": await store.delete_usage(tx, user)}
