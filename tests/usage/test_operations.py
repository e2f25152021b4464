"""One row per generation."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from service.adapters.language_model import ModelCall
from service.kernel.database import Database, Transaction, UserGone
from service.usage import operations as usage
from service.usage.model import Outcome, Usage
from tests.credits.wallets import ADA, BOB, acting, give

pytestmark = pytest.mark.anyio


def a_generation(**changes: Any) -> Usage:
    made = Usage(
        id=uuid4(),
        user=ADA,
        operation=uuid4(),
        outcome=Outcome.SUCCEEDED,
        provider="offline",
        model="composer",
        input_tokens=1200,
        output_tokens=300,
        cost=Decimal("0.000123456789"),
    )
    return replace(made, **changes)


async def rows(tx: Transaction) -> list[tuple[Any, ...]]:
    found = await tx.rows(
        text("SELECT user_id, operation, outcome, provider, model, input_tokens, output_tokens, cost FROM usage_rows")
    )
    return [tuple(row) for row in found]


async def test_a_row_says_what_a_generation_took(db: Database) -> None:
    await give(db, 0)
    took = a_generation()
    with acting(ADA):
        assert await db.run(usage.record, took) is True
        assert await db.read(rows) == [
            ("ada", took.operation, "succeeded", "offline", "composer", 1200, 300, Decimal("0.000123456789"))
        ]


async def test_an_unknown_cost_is_no_cost_of_zero(db: Database) -> None:
    await give(db, 0)
    with acting(ADA):
        await db.run(usage.record, a_generation(cost=None, outcome=Outcome.CANCELLED))
        ((*_, outcome, _, _, _, _, cost),) = [row[1:] for row in await db.read(rows)]
    assert (outcome, cost) == ("cancelled", None)


async def test_the_first_row_of_an_operation_stays(db: Database) -> None:
    await give(db, 0)
    took = a_generation()
    with acting(ADA):
        await db.run(usage.record, took)
        assert await db.run(usage.record, replace(took, id=uuid4(), outcome=Outcome.FAILED)) is False
        assert [row[2] for row in await db.read(rows)] == ["succeeded"]


async def test_usage_is_the_user_s_own(db: Database) -> None:
    await give(db, 0)
    await give(db, 0, user=BOB)
    with acting(ADA):
        await db.run(usage.record, a_generation())
    with acting(BOB):
        assert await db.read(rows) == []
        with pytest.raises(Exception, match="row-level security"):
            await db.run(usage.record, a_generation())


async def test_nobody_who_is_deleted_leaves_or_gets_usage(db: Database) -> None:
    with acting(ADA), pytest.raises(UserGone):
        await db.run(usage.record, a_generation())


async def test_calls_of_a_model_alone_are_a_row_too(db: Database) -> None:
    await give(db, 0)
    tried = ModelCall("api.example", "first", "failed", 100, 0, is_estimated=True, cost_microcents=None)
    calls = (tried, ModelCall("api.example", "second", "finished", 100, 10, is_estimated=False, cost_microcents=5_000))
    operation = uuid4()
    with acting(ADA):
        assert await db.run(
            usage.record_calls, calls[1:], id=uuid4(), user=ADA, operation=operation, outcome="succeeded"
        )
        assert await db.run(usage.record_calls, calls, id=uuid4(), user=ADA, operation=uuid4(), outcome="cancelled")
        assert sorted(row[2:] for row in await db.read(rows)) == [
            ("cancelled", "api.example", "second", 200, 10, None),  # what the first one cost is not known
            ("succeeded", "api.example", "second", 100, 10, Decimal("0.00005")),
        ]
