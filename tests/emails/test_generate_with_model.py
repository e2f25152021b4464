"""The story with a language model: all or nothing, and every call accounted for."""

import math
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import anyio
import msgspec
import pytest
from sqlalchemy import text

from service.adapters.github import GitHubNotInstalled, GitHubRateLimited, GitHubUnavailable
from service.adapters.github.scripted import ScriptedGitHub
from service.adapters.language_model import Listener, ModelAnswer, ModelCall, ModelUnavailable, OnCall, Prompt
from service.adapters.language_model.scripted import Line, ScriptedLanguageModel
from service.credits.model import Balance
from service.emails.model import Email, Missing, Source, WriterUsage, WritingFailed
from service.kernel.database import Database, Transaction
from service.kernel.errors import DeadlineExceeded, InvalidRequest, ServiceError
from service.kernel.identifiers import UserId
from tests.emails.injections import INJECTIONS, Injection
from tests.emails.models import AWAY, BODY, CLAIMS, answer, scripted, streamed, with_sentence, writer
from tests.emails.stories import (
    ADA,
    JOB_TEXT,
    REQUEST,
    TERMS,
    Interrupted,
    Left,
    World,
    anyone,
    assert_sound,
    give,
    left,
    world,
)
from tests.projects.people import ADA as ADA_ON_GITHUB

pytestmark = pytest.mark.anyio

WITHIN_SECONDS = 60
NOTHING_BUT_A_ROW = {end: Left(0, 0, 0, [end], Balance(1, 0, 1)) for end in ("failed", "cancelled")}


@pytest.fixture
async def house(db: Database) -> AsyncIterator[World]:
    async with anyio.create_task_group() as root:
        yield world(db, root.start_soon)
        root.cancel_scope.cancel()


async def rows(db: Database, user: UserId = ADA) -> list[Any]:
    async def look(tx: Transaction) -> list[Any]:
        return list(await tx.rows(text("SELECT * FROM usage_rows WHERE user_id = :user"), {"user": user}))

    return await db.run_system(look)


class Priced(ScriptedLanguageModel):
    """Every call costs a cent."""

    async def answer(self, prompt: Prompt, *, listener: Listener, on_call: OnCall) -> ModelAnswer:
        def priced(call: ModelCall) -> None:
            on_call(msgspec.structs.replace(call, cost_microcents=1_000_000))

        return await super().answer(prompt, listener=listener, on_call=priced)


async def test_the_letter_its_price_and_its_usage_land_together(house: World) -> None:
    await give(house.db, 1)
    model, heard = Priced([streamed(with_sentence("I saved 37 percent.")), streamed(answer())]), list[str]()
    email = await house.generate(writer=writer(model), on_sentence=heard.append)
    assert email.body == BODY == "".join(heard)
    assert await left(house.db) == Left(1, 1, 0, ["succeeded"], Balance(0, 0, 0))
    (row,) = await rows(house.db)
    sums = (sum(c.input_tokens for c in model.calls), sum(c.output_tokens for c in model.calls))
    assert email.usage == WriterUsage("scripted", "scripted", *sums)
    assert (row.provider, row.model, row.input_tokens, row.output_tokens) == ("scripted", "scripted", *sums)
    assert row.cost == Decimal("0.02")
    assert [(call["outcome"], call["cost"]) for call in row.calls] == [("finished", "0.01")] * 2
    await assert_sound(house.db)


async def test_what_the_model_cost_is_unknown_without_a_price(house: World) -> None:
    await give(house.db, 1)
    await house.generate(writer=writer(scripted()))
    assert (await rows(house.db))[0].cost is None


@pytest.mark.parametrize(
    ("lines", "error", "calls"),
    [
        ([Line(failure=AWAY)], ModelUnavailable, ["failed"]),
        ([Line(pieces=(answer()[:60],), failure=AWAY)], ModelUnavailable, ["failed"]),
        (["garbage"], ModelUnavailable, ["failed"] * 3),
        (["garbage", Line(failure=AWAY)], ModelUnavailable, ["failed", "failed"]),
        ([answer("Visit https://evil.example.")], WritingFailed, ["finished", "finished"]),
    ],
)
async def test_a_failure_charges_nothing(
    house: World, lines: list[Any], error: type[ServiceError], calls: list[str]
) -> None:
    await give(house.db, 1)
    with pytest.raises(error) as failed:
        await house.generate(writer=writer(scripted(*lines)))
    assert failed.value.slug == "llm-unavailable"
    assert await left(house.db) == NOTHING_BUT_A_ROW["failed"]
    (row,) = await rows(house.db)
    assert [call["outcome"] for call in row.calls] == calls
    assert row.input_tokens > 0
    assert row.provider == "scripted"
    await assert_sound(house.db)


@pytest.mark.parametrize(
    "line",
    [
        Line(first_delay_seconds=math.inf),
        Line(pieces=(answer()[:150],) * 2, delay_seconds=1.0),
        streamed(answer(), delay_seconds=0.5),
    ],
)
async def test_the_deadline_in_the_middle_of_the_answer_charges_nothing(house: World, line: Line) -> None:
    await give(house.db, 1)
    with pytest.raises(DeadlineExceeded), anyio.fail_after(1.5):
        await house.generate(writer=writer(scripted(line)))
    assert await left(house.db) == NOTHING_BUT_A_ROW["failed"]
    (row,) = await rows(house.db)
    assert [call["outcome"] for call in row.calls] == ["cancelled"]
    await assert_sound(house.db)


async def test_cancelled_at_each_await_it_is_all_or_nothing(house: World) -> None:
    """Before the first token, after it, in the first answer and in the second, and around all of it."""
    at, is_over, seen = 0, False, set[int]()
    lines = (streamed(with_sentence("I saved 37 percent."), size=120), streamed(answer(), size=120))
    while not is_over:
        at += 1
        user, model = anyone(at), scripted(*lines)
        await give(house.db, 1, user=user)
        kept: list[Email] = []
        scope = anyio.CancelScope()
        story = Interrupted(house.generate(user=user, writer=writer(model)), scope, at=at)
        with anyio.fail_after(WITHIN_SECONDS), scope:
            kept.append(await story)
        found, recorded = await left(house.db, user), await rows(house.db, user)
        if kept or found.emails:
            assert found == Left(1, 1, 0, ["succeeded"], Balance(0, 0, 0)), f"at suspension {at}"
            is_over = story.suspensions < at
        else:
            assert found in (NOTHING_BUT_A_ROW["cancelled"], Left(0, 0, 0, [], Balance(1, 0, 1))), f"at {at}"
            if model.calls:
                assert [call["outcome"] for call in recorded[0].calls] == [call.outcome for call in model.calls]
                seen.add(len(model.calls))
        assert house.db.pool_state().checked_out == 0
    assert seen == {1, 2}
    await assert_sound(house.db)


# GitHub as a branch


def with_github(house: World, **scripted_github: Any) -> World:
    return house.with_(github=ScriptedGitHub(**scripted_github))


async def test_what_github_shows_is_cited_by_both_writers(house: World) -> None:
    await give(house.db, 2)
    shown = with_github(house, people={"ada": ADA_ON_GITHUB})
    offline = await shown.generate(replace(REQUEST, resume=None, github="ada"))
    assert Source.GITHUB in {line.source for line in offline.evidence}
    assert "Notes on the engine" in offline.body
    assert offline.body.endswith("Ada Example")
    assert "github" in offline.timings.branches
    sentence = "My engine repository holds notes on the engine."
    claim = {"text": sentence, "sources": [{"source": "github", "reference": "repositories/0"}]}
    model = scripted(with_sentence(sentence, claims=[*CLAIMS, claim]))
    online = await shown.generate(replace(REQUEST, github="ada"), writer=writer(model))
    assert (Source.GITHUB, "repositories/0") in {(line.source, line.reference) for line in online.evidence}
    assert online.warnings == ()
    assert '"source": "github"' in model.prompts[0].messages[1].content


async def test_written_again_github_is_not_asked(house: World) -> None:
    await give(house.db, 2)
    shown = with_github(house, people={"ada": ADA_ON_GITHUB})
    first = await shown.generate(replace(REQUEST, resume=None, github="ada"))
    again = await house.regenerate(first.id)
    assert again.body == first.body
    assert again.evidence == first.evidence


@pytest.mark.parametrize(
    "failure",
    [
        GitHubUnavailable("GitHub did not answer within 5 s."),
        GitHubRateLimited("GitHub's limit is reached until 07:45."),
        GitHubNotInstalled("GitHub cannot be asked here."),
    ],
)
async def test_github_failing_is_named_and_the_letter_written(house: World, failure: ServiceError) -> None:
    await give(house.db, 1)
    email = await with_github(house, people={"ada": failure}).generate(replace(REQUEST, github="ada"))
    assert email.missing == (Missing("github", failure.detail),)
    assert await left(house.db) == Left(1, 1, 0, ["succeeded"], Balance(0, 0, 0))


async def test_what_github_leaves_out_is_named(house: World) -> None:
    await give(house.db, 1)
    lacking = msgspec.structs.replace(ADA_ON_GITHUB, missing=("activity",))
    email = await with_github(house, people={"ada": lacking}).generate(replace(REQUEST, github="@ada"))
    reason = "GitHub did not give all of it this time; missing: activity"
    assert email.missing == (Missing("github", reason),)


async def test_github_silent_unknown_or_not_there_is_named(house: World) -> None:
    await give(house.db, 3)
    request = replace(REQUEST, github="ada")
    silent = with_github(house, delay_seconds=math.inf)
    email = await silent.generate(request, terms=replace(TERMS, branch_timeout_seconds=0.2))
    assert email.missing == (Missing("github", "timed out after 0.2 s"),)
    assert (await with_github(house).generate(request)).missing == (Missing("github", "GitHub has no account ada."),)
    assert (await house.generate(request)).missing == (Missing("github", "GitHub is not configured here."),)


async def test_what_cannot_be_a_login_is_refused_before_anything_is_reserved(house: World) -> None:
    await give(house.db, 1)
    for login in ("", "a/b", "../x", "a" * 40, "-a", "a b", "ä", "a\n"):
        with pytest.raises(InvalidRequest) as refused:
            await house.generate(replace(REQUEST, github=login))
        assert [error.pointer for error in refused.value.errors] == ["/github"]
    assert await left(house.db) == Left(0, 0, 0, [], Balance(1, 0, 1))


# Sources that talk to the writer, with the offline composer


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda i: i.name)
async def test_offline_nothing_of_an_order_reaches_the_letter(house: World, injection: Injection) -> None:
    await give(house.db, 2)
    clean = await house.generate()
    poisoned = await house.generate(replace(REQUEST, job_text=f"{JOB_TEXT}\n\nNotes\n\n{injection.text}\n"))
    assert poisoned.body == clean.body
    assert poisoned.subject == clean.subject
