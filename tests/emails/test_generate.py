"""The story on real PostgreSQL: what it writes, and that it leaves all or nothing."""

import math
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import anyio
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from service.adapters.page_fetcher import UnfetchableUrl
from service.credits import operations as credits
from service.credits.model import Balance, CreditsExhausted
from service.emails import store
from service.emails.brief import Brief, Draft
from service.emails.model import (
    Email,
    EmailId,
    GenerateRequest,
    Overrides,
    Recruiter,
    Source,
    Status,
    WriterUsage,
    WritingFailed,
)
from service.emails.offline import compose
from service.emails.operations import settlement, stored
from service.kernel.concurrency import BranchEvent, Shares, TooManyInFlight
from service.kernel.database import CommitUnknown, Database, DatabaseUnavailable, Transaction
from service.kernel.errors import DeadlineExceeded, InvalidRequest, NotFound
from service.resumes import operations as resumes
from service.resumes.model import ResumeId
from service.usage import operations as usage
from tests.emails.briefs import RESUME
from tests.emails.stories import (
    ADA,
    JOB_URL,
    REQUEST,
    TERMS,
    Interrupted,
    Left,
    World,
    acting,
    anyone,
    assert_sound,
    give,
    left,
    world,
)

pytestmark = pytest.mark.anyio

# The rest is a busy machine.
WITHIN_SECONDS = 60


@pytest.fixture
async def house(db: Database) -> AsyncIterator[World]:
    async with anyio.create_task_group() as root:
        yield world(db, root.start_soon)
        root.cancel_scope.cancel()


async def failing(_brief: Brief, /, **_listeners: Any) -> Draft:
    raise WritingFailed("No letter.")


async def hanging(_brief: Brief, /, **_listeners: Any) -> Draft:
    await anyio.sleep(math.inf)
    raise AssertionError


async def test_the_email_and_its_price_land_together(house: World) -> None:
    await give(house.db, 10)
    email = await house.generate()
    assert email.status is Status.DRAFT
    assert "Lumenvale" in email.subject
    assert email.body.endswith("Mira Castellane")
    assert email.job_context is not None
    assert email.job_context.company == "Lumenvale"
    assert {line.source for line in email.evidence} == {Source.JOB, Source.RESUME}
    assert email.missing == ()
    assert email.warnings == ()
    assert email.usage == WriterUsage("offline", compose.MODEL)
    assert (email.credits.charged, email.credits.available) == (1, 9)
    assert set(email.timings.branches) == {"job_context", "resume", "llm", "store"}
    assert email.timings.total_ms >= sum(email.timings.branches.values()) - 3
    assert await left(house.db) == Left(1, 1, 0, ["succeeded"], Balance(9, 0, 9))
    with acting(ADA):
        assert await house.db.read(stored.read, user=ADA, email=email.id) == email
    await assert_sound(house.db)


async def test_without_posting_and_resume_it_is_written_all_the_same(house: World) -> None:
    await give(house.db, 1)
    email = await house.generate(GenerateRequest(Recruiter(name="Ada Park")))
    assert email.job_context is None
    assert email.missing == ()
    assert [warning.code for warning in email.warnings] == ["language-guessed", "unsigned", "thin"]


async def stored_resume(house: World) -> ResumeId:
    resume_id = ResumeId(uuid4())
    with acting(ADA):
        read = resumes.read_document(RESUME)
        await house.db.run(resumes.create, user=ADA, resume=read, resume_id=resume_id, now=house.services.clock.now())
    return resume_id


async def test_a_url_and_a_stored_resume_are_read_side_by_side(house: World) -> None:
    await give(house.db, 1)
    resume_id = await stored_resume(house)
    request = GenerateRequest(Recruiter(company="Lumenvale"), job_url=JOB_URL, resume_id=resume_id)
    email = await house.generate(request)
    assert email.missing == ()
    assert email.job_context is not None
    assert email.job_context.title == "Backend Engineer"
    assert email.body.endswith("Mira Castellane")


async def test_listeners_hear_every_branch(house: World) -> None:
    await give(house.db, 1)
    heard: list[BranchEvent] = []
    await house.generate(replace(REQUEST, resume=None), report=heard.append)
    states = [(event.branch, event.state) for event in heard]
    assert states == [
        ("resume", "skipped"),
        ("github", "skipped"),
        ("job_context", "started"),
        ("job_context", "finished"),
        ("llm", "started"),
        ("llm", "finished"),
        ("store", "started"),
        ("store", "finished"),
    ]


# Each branch failing or hanging alone


async def test_a_posting_that_cannot_be_fetched_is_named(house: World) -> None:
    await give(house.db, 1)
    email = await house.generate(replace(REQUEST, job_text=None, job_url="https://jobs.lumenvale.example/404"))
    assert [gone.branch for gone in email.missing] == ["job_context"]
    assert "Nothing is scripted" in email.missing[0].reason
    assert email.job_context is None
    assert "Tidemark Ferries" in email.body
    assert await left(house.db) == Left(1, 1, 0, ["succeeded"], Balance(0, 0, 0))


async def test_a_posting_that_hangs_is_named(db: Database) -> None:
    await give(db, 1)
    async with anyio.create_task_group() as root:
        house = world(db, root.start_soon, fetch_delay_seconds=math.inf)
        request = replace(REQUEST, job_text=None, job_url=JOB_URL)
        with anyio.fail_after(WITHIN_SECONDS):
            email = await house.generate(request, terms=replace(TERMS, branch_timeout_seconds=0.2))
        assert [(gone.branch, gone.reason) for gone in email.missing] == [("job_context", "timed out after 0.2 s")]
        assert "Tidemark Ferries" in email.body
        assert email.timings.branches["job_context"] >= 200
        root.cancel_scope.cancel()


async def test_a_resume_that_is_not_there_is_refused_before_anything_is_reserved(house: World) -> None:
    await give(house.db, 1)
    with pytest.raises(NotFound, match="no résumé"):
        await house.generate(replace(REQUEST, resume=None, resume_id=uuid4()))
    assert await left(house.db) == Left(0, 0, 0, [], Balance(1, 0, 1))


async def test_a_resume_that_hangs_is_named(house: World) -> None:
    await give(house.db, 1)
    is_locked: list[bool] = []

    async def lock(tx: Transaction) -> None:
        await tx.execute(text("LOCK TABLE resumes IN ACCESS EXCLUSIVE MODE"))
        is_locked.append(True)
        await tx.execute(text("SELECT pg_sleep(20)"))

    async with anyio.create_task_group() as group:
        group.start_soon(house.db.run_system, lock)
        with anyio.fail_after(WITHIN_SECONDS):
            while not is_locked:  # set on the database's thread, where no event of this loop can be
                await anyio.sleep(0.01)
        request = replace(REQUEST, resume=None, resume_id=uuid4())
        with anyio.fail_after(WITHIN_SECONDS):
            email = await house.generate(request, terms=replace(TERMS, branch_timeout_seconds=0.2))
            assert [(gone.branch, gone.reason) for gone in email.missing] == [("resume", "timed out after 0.2 s")]
            assert "Lumenvale" in email.body
            group.cancel_scope.cancel()
    await assert_sound(house.db)


async def test_insides_of_a_failure_are_not_told(house: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("SELECT secret FROM vault")

    monkeypatch.setattr(resumes, "find_document", broken)
    await give(house.db, 1)
    email = await house.generate(replace(REQUEST, resume=None, resume_id=await stored_resume(house)))
    assert [(gone.branch, gone.reason) for gone in email.missing] == [("resume", "failed unexpectedly")]


# Nothing, or everything


async def test_cancelled_at_each_await_it_leaves_all_or_nothing(house: World) -> None:
    at, was_stored = 0, False
    while not was_stored:
        at += 1
        user = anyone(at)
        await give(house.db, 3, user=user)
        kept: list[Email] = []
        scope = anyio.CancelScope()
        story = Interrupted(house.generate(user=user), scope, at=at)
        with anyio.fail_after(WITHIN_SECONDS), scope:
            kept.append(await story)
        found = await left(house.db, user)
        if kept or found.emails:  # its COMMIT was sent before the cancellation was heard
            assert found == Left(1, 1, 0, ["succeeded"], Balance(2, 0, 2)), f"at suspension {at}"
            was_stored = story.suspensions < at
        else:
            assert found == Left(0, 0, 0, ["cancelled"], Balance(3, 0, 3)), f"at suspension {at}"
        assert house.db.pool_state().checked_out == 0
    assert at > 4  # reserving, gathering, writing, storing; then once undisturbed
    await assert_sound(house.db)


async def test_cancelled_at_any_moment_it_leaves_all_or_nothing(house: World) -> None:
    for milliseconds in range(0, 60, 2):
        user = anyone(milliseconds)
        await give(house.db, 3, user=user)
        with anyio.fail_after(WITHIN_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(lambda user=user: house.generate(user=user))
                await anyio.sleep(milliseconds / 1000)  # no event can name a moment inside a statement
                group.cancel_scope.cancel()
        found = await left(house.db, user)
        nothing, everything = (
            Left(0, 0, 0, ["cancelled"], Balance(3, 0, 3)),
            Left(1, 1, 0, ["succeeded"], Balance(2, 0, 2)),
        )
        assert found in (nothing, everything, replace(nothing, usage=[])), f"after {milliseconds} ms"
    await assert_sound(house.db)


@pytest.mark.parametrize("during", ["gathering", "writing"])
async def test_cancelled_while_a_part_hangs_it_leaves_nothing(db: Database, during: str) -> None:
    await give(db, 1)
    begun = anyio.Event()

    def listen(event: BranchEvent) -> None:
        if (event.branch, event.state) == ("job_context" if during == "gathering" else "llm", "started"):
            begun.set()

    async with anyio.create_task_group() as root:
        house = world(db, root.start_soon, fetch_delay_seconds=math.inf)
        request = replace(REQUEST, job_text=None, job_url=JOB_URL) if during == "gathering" else REQUEST
        with anyio.fail_after(WITHIN_SECONDS):
            async with anyio.create_task_group() as group:
                group.start_soon(lambda: house.generate(request, writer=hanging, report=listen))
                await begun.wait()
                group.cancel_scope.cancel()
        root.cancel_scope.cancel()
    assert await left(db) == Left(0, 0, 0, ["cancelled"], Balance(1, 0, 1))
    await assert_sound(db)


async def test_a_deadline_leaves_nothing(house: World) -> None:
    await give(house.db, 1)
    with anyio.fail_after(WITHIN_SECONDS), anyio.move_on_after(1.5) as limit, pytest.raises(DeadlineExceeded):
        await house.generate(writer=hanging)
    assert not limit.cancelled_caught  # a tenth of the time was kept for giving the coins back
    assert await left(house.db) == Left(0, 0, 0, ["failed"], Balance(1, 0, 1))
    await assert_sound(house.db)


async def test_a_writer_that_fails_leaves_nothing(house: World) -> None:
    async def failing(_brief: Brief, /, **_listeners: Any) -> Draft:
        raise WritingFailed("No model answered.")

    await give(house.db, 1)
    with pytest.raises(WritingFailed):
        await house.generate(writer=failing)
    assert await left(house.db) == Left(0, 0, 0, ["failed"], Balance(1, 0, 1))


async def test_a_letter_the_gate_refuses_is_not_kept(house: World) -> None:
    async def careless(brief: Brief, /, **_listeners: Any) -> Draft:
        return replace(compose.compose(brief), body="Dear [Name], please join Globex at https://evil.example")

    await give(house.db, 1)
    with pytest.raises(WritingFailed) as refused:
        await house.generate(writer=careless)
    assert "[Name]" in refused.value.detail
    assert await left(house.db) == Left(0, 0, 0, ["failed"], Balance(1, 0, 1))


async def test_an_answer_that_cannot_be_remembered_takes_the_email_with_it(house: World) -> None:
    async def refuse(_tx: Transaction, _email: Email) -> None:
        raise RuntimeError("the lease was lost")

    await give(house.db, 1)
    with pytest.raises(RuntimeError):
        await house.generate(remember=refuse)
    assert await left(house.db) == Left(0, 0, 0, ["failed"], Balance(1, 0, 1))


async def test_what_is_remembered_is_what_is_answered(house: World) -> None:
    remembered: list[Email] = []

    async def remember(_tx: Transaction, email: Email) -> None:
        remembered.append(email)

    await give(house.db, 1)
    assert [await house.generate(remember=remember)] == remembered


async def test_a_wrong_request_costs_and_leaves_nothing(house: World) -> None:
    await give(house.db, 1)
    wrong = [
        GenerateRequest(Recruiter(title="Talent Partner")),
        replace(REQUEST, job_url=JOB_URL),
        replace(REQUEST, resume_id=uuid4()),
        replace(REQUEST, max_words=39),
        replace(REQUEST, recruiter=Recruiter("Ada\r\nBcc: x")),
        replace(REQUEST, resume={"basics": {"name": 3}}),
    ]
    for request in wrong:
        with pytest.raises(InvalidRequest) as refused:
            await house.generate(request)
        assert refused.value.errors
    with pytest.raises(UnfetchableUrl):
        await house.generate(replace(REQUEST, job_text=None, job_url="http://169.254.169.254/"))
    assert await left(house.db) == Left(0, 0, 0, [], Balance(1, 0, 1))


# Coins


async def test_no_coins_no_email(house: World) -> None:
    await give(house.db, 0)
    with pytest.raises(CreditsExhausted):
        await house.generate()
    assert await left(house.db) == Left(0, 0, 0, [], Balance(0, 0, 0))


async def test_at_price_zero_nothing_is_charged(house: World) -> None:
    await give(house.db, 0)
    email = await house.generate(terms=replace(TERMS, price=0))
    assert (email.credits.charged, email.credits.available) == (0, 0)
    assert await left(house.db) == Left(1, 0, 0, ["succeeded"], Balance(0, 0, 0))
    await assert_sound(house.db)


async def test_sixty_at_once_on_ten_coins_are_ten(house: World) -> None:
    await give(house.db, 10)
    outcomes: list[str] = []

    async def one() -> None:
        try:
            await house.generate()
            outcomes.append("written")
        except CreditsExhausted:
            outcomes.append("exhausted")

    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            for _ in range(60):
                group.start_soon(one)
    assert sorted(outcomes) == ["exhausted"] * 50 + ["written"] * 10
    assert await left(house.db) == Left(10, 10, 0, ["succeeded"] * 10, Balance(0, 0, 0))
    await assert_sound(house.db)


async def test_more_than_the_users_share_is_refused_and_its_hold_voided(house: World) -> None:
    await give(house.db, 5)
    shares, begun = Shares(each=1), anyio.Event()
    with anyio.fail_after(WITHIN_SECONDS):
        async with anyio.create_task_group() as group:

            def listen(event: BranchEvent) -> None:
                if event.branch == "llm":
                    begun.set()

            group.start_soon(lambda: house.generate(writer=hanging, share=shares.take, report=listen))
            await begun.wait()
            with pytest.raises(TooManyInFlight):
                await house.generate(share=shares.take)
            assert (await left(house.db)).balance == Balance(5, 1, 4)
            group.cancel_scope.cancel()
    assert (await house.generate(share=shares.take)).credits.available == 4
    assert await left(house.db) == Left(1, 1, 0, ["cancelled", "failed", "succeeded"], Balance(4, 0, 4))


async def test_a_hold_that_expired_before_the_charge_leaves_nothing(house: World) -> None:
    await give(house.db, 1)
    with pytest.raises(DeadlineExceeded):
        await house.generate(terms=replace(TERMS, hold_grace_seconds=-60))
    assert await left(house.db) == Left(0, 0, 0, ["failed"], Balance(1, 0, 1))
    await assert_sound(house.db)


# A commit whose answer never came


class Lossy(Database):
    """A database that loses the answer of the last unit's COMMIT, before or after it happened, and maybe itself."""

    def __init__(self, inner: Database, *, commits: bool, stays: bool) -> None:
        self._inner, self._commits, self._stays = inner, commits, stays
        self._is_lost = False

    async def run(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        if self._is_lost and not self._stays:
            raise DatabaseUnavailable("The database is gone.")
        if getattr(getattr(unit, "func", unit), "__name__", "") != "_keep":
            return await self._inner.run(unit, *args, **kwargs)
        if self._commits:
            await self._inner.run(unit, *args, **kwargs)
        self._is_lost = True
        raise CommitUnknown("The answer to COMMIT never came.")

    async def read(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        if self._is_lost and not self._stays:
            raise DatabaseUnavailable("The database is gone.")
        return await self._inner.read(unit, *args, **kwargs)


async def test_a_commit_that_happened_unheard_is_read_back(house: World) -> None:
    await give(house.db, 1)
    email = await house.with_(db=Lossy(house.db, commits=True, stays=True)).generate()
    assert email.credits.charged == 1
    assert await left(house.db) == Left(1, 1, 0, ["succeeded"], Balance(0, 0, 0))
    await assert_sound(house.db)


async def test_a_commit_that_never_happened_gives_the_coins_back(house: World) -> None:
    await give(house.db, 1)
    with pytest.raises(DatabaseUnavailable):
        await house.with_(db=Lossy(house.db, commits=False, stays=True)).generate()
    assert await left(house.db) == Left(0, 0, 0, ["failed"], Balance(1, 0, 1))
    await assert_sound(house.db)


@pytest.mark.parametrize("commits", [True, False])
async def test_a_commit_that_cannot_be_looked_up_leaves_the_hold_to_the_sweeper(house: World, *, commits: bool) -> None:
    await give(house.db, 1)
    with pytest.raises(CommitUnknown):
        await house.with_(db=Lossy(house.db, commits=commits, stays=False)).generate()
    found = await left(house.db)
    if commits:
        assert found == Left(1, 1, 0, ["succeeded"], Balance(0, 0, 0))
    else:
        assert found == Left(0, 0, 1, [], Balance(1, 1, 0))
    await assert_sound(house.db)


async def test_a_cancellation_after_the_commit_does_not_take_the_email_back(house: World) -> None:
    await give(house.db, 1)
    scope, answered = anyio.CancelScope(), list[Email]()

    def listen(event: BranchEvent) -> None:
        if (event.branch, event.state) == ("store", "finished"):
            scope.cancel()

    with scope:
        answered.append(await house.generate(report=listen))
    assert len(answered) == 1
    assert await left(house.db) == Left(1, 1, 0, ["succeeded"], Balance(0, 0, 0))


async def test_an_undoing_that_fails_is_logged_and_the_usage_row_is_still_tried(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_args: Any, **_kwargs: Any) -> bool:
        raise CommitUnknown("The answer to COMMIT never came.")

    monkeypatch.setattr(credits, "release", lost)
    await give(house.db, 1)
    with capture_logs() as logged, pytest.raises(WritingFailed):
        await house.generate(writer=failing)
    assert await left(house.db) == Left(0, 0, 1, ["failed"], Balance(1, 1, 0))
    (line,) = logged
    assert (line["event"], line["log_level"]) == ("hold left to the sweeper", "warning")
    assert line["reason"] == CommitUnknown.slug
    assert UUID(line["hold"])


class Slow(Database):
    """A database whose last two units of a failed generation hang."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner

    async def run(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        if unit in (credits.release, usage.record):
            await anyio.sleep(math.inf)
        return await self._inner.run(unit, *args, **kwargs)


async def test_an_undoing_that_takes_too_long_is_logged(house: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settlement, "RELEASE_SECONDS", 0.05)
    monkeypatch.setattr(settlement, "RECORD_SECONDS", 0.05)
    await give(house.db, 1)
    with capture_logs() as logged, pytest.raises(WritingFailed):
        await house.with_(db=Slow(house.db)).generate(writer=failing)
    assert [(line["event"], line["reason"]) for line in logged] == [
        ("hold left to the sweeper", "not within 0.05 s"),
        ("usage row lost", "not within 0.05 s"),
    ]


async def test_nobody_waits_for_the_wallet_while_an_email_is_sent_to_the_database(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wallet's lock comes with the charge: everything large stands before it, encoded before the transaction."""
    order: list[str] = []

    def noting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **kwargs: Any) -> Any:
            order.append(name)
            return real(*args, **kwargs)

        return noted

    for module, name in ((store, "encoded"), (store, "insert_email"), (usage, "record"), (credits, "charge")):
        monkeypatch.setattr(module, name, noting(name, getattr(module, name)))

    async def remember(_tx: Transaction, _email: Email) -> None:
        order.append("remember")

    await give(house.db, 1)
    await house.generate(remember=remember)
    assert order == ["encoded", "insert_email", "record", "charge", "remember"]


# The same, written again


async def test_writing_again_cancelled_at_each_await_leaves_the_first_alone(house: World) -> None:
    at, was_stored = 0, False
    while not was_stored:
        at += 1
        user = anyone(1_000 + at)
        await give(house.db, 3, user=user)
        first = await house.generate(user=user)
        kept: list[Email] = []
        scope = anyio.CancelScope()
        story = Interrupted(house.regenerate(first.id, user=user), scope, at=at)
        with anyio.fail_after(WITHIN_SECONDS), scope:
            kept.append(await story)
        found = await left(house.db, user)
        if kept or found.emails == 2:
            assert found == Left(2, 2, 0, ["succeeded", "succeeded"], Balance(1, 0, 1)), f"at suspension {at}"
            was_stored = story.suspensions < at
        else:
            assert found.balance == Balance(2, 0, 2), f"at suspension {at}"
            assert (found.emails, found.charges, found.open_holds) == (1, 1, 0), f"at suspension {at}"
            assert found.usage in (["succeeded"], ["cancelled", "succeeded"]), f"at suspension {at}"
        assert house.db.pool_state().checked_out == 0
    assert at > 4  # reading, reserving, writing, storing; then once undisturbed
    await assert_sound(house.db)


async def test_writing_again_fetches_nothing_and_needs_no_source_any_more(house: World) -> None:
    await give(house.db, 2)
    resume_id = ResumeId(uuid4())
    with acting(ADA):
        read, now = resumes.read_document(RESUME), house.services.clock.now()
        await house.db.run(resumes.create, user=ADA, resume=read, resume_id=resume_id, now=now)
        first = await house.generate(GenerateRequest(Recruiter(company="Lumenvale"), JOB_URL, resume_id=resume_id))
        await house.db.run(resumes.delete, user=ADA, resume=resume_id)
    again = await house.regenerate(first.id)
    assert again.body == first.body
    assert again.previous_id == first.id
    assert set(again.timings.branches) == {"llm", "store"}
    assert again.evidence == first.evidence


async def test_writing_again_with_a_wrong_override_costs_nothing(house: World) -> None:
    await give(house.db, 2)
    first = await house.generate()
    with pytest.raises(InvalidRequest):
        await house.regenerate(first.id, Overrides(max_words=5))
    assert (await left(house.db)).balance == Balance(1, 0, 1)


async def test_writing_again_what_is_gone_is_not_found(house: World) -> None:
    await give(house.db, 1)
    with pytest.raises(NotFound):
        await house.regenerate(EmailId(uuid4()))
    assert await left(house.db) == Left(0, 0, 0, [], Balance(1, 0, 1))
