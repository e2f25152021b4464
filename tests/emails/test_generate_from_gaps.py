"""A letter for a posting whose readers leave the employer's name open."""

from collections.abc import AsyncIterator
from dataclasses import replace

import anyio
import pytest
from sqlalchemy import text

from service.adapters.language_model.scripted import Line, ScriptedLanguageModel
from service.emails.model import GenerateRequest
from service.kernel.database import Database, Transaction
from service.postings import extraction
from service.postings.extraction import ModelReader
from service.usage import operations as usage
from tests.emails.models import answer as letter
from tests.emails.models import scripted, writer
from tests.emails.stories import REQUEST, World, assert_sound, give, world
from tests.postings.prose import COMPANY, PROSE, answer

pytestmark = pytest.mark.anyio

IN_PROSE: GenerateRequest = replace(REQUEST, job_url=None, job_text=PROSE)


@pytest.fixture
async def house(db: Database) -> AsyncIterator[World]:
    async with anyio.create_task_group() as root:
        yield world(db, root.start_soon)
        root.cancel_scope.cancel()


def reading_with(house: World, model: ScriptedLanguageModel) -> World:
    reader = ModelReader(
        model=model,
        db=house.db,
        identifiers=house.identifiers,
        clock=house.services.clock,
        record=usage.record_calls,
        admission=extraction.extraction_admission(),
        limiter=None,
    )
    return house.with_(postings=replace(house.services.postings, model=reader))


async def outcomes(db: Database) -> list[str]:
    async def look(tx: Transaction) -> list[str]:
        rows = await tx.rows(text("SELECT outcome, model FROM usage_rows ORDER BY created_at"))
        return [f"{row.model} {row.outcome}" for row in rows]

    return await db.run_system(look)


async def test_the_letter_knows_the_employer_and_each_operation_has_its_row(house: World) -> None:
    await give(house.db, 1)
    reader = ScriptedLanguageModel((answer(),), model="reader")
    email = await reading_with(house, reader).generate(IN_PROSE, writer=writer(scripted(letter(claims=[]))))
    assert email.job_context is not None
    assert (email.job_context.company, email.missing) == (COMPANY, ())
    assert email.usage.model == "scripted"
    assert await outcomes(house.db) == ["reader succeeded", "scripted succeeded"]
    await assert_sound(house.db)


async def test_a_model_that_is_late_costs_the_letter_a_moment_and_nothing_else(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extraction, "BRIEF_SECONDS", 0.1)
    await give(house.db, 1)
    reader = ScriptedLanguageModel((Line(first_delay_seconds=60),), model="reader")
    with anyio.fail_after(30):
        email = await reading_with(house, reader).generate(IN_PROSE)
    assert email.job_context is not None
    assert (email.job_context.company, email.missing) == (None, ())
    assert await outcomes(house.db) == ["reader cancelled", "composer-1 succeeded"]
    await assert_sound(house.db)
