"""Storing, finding, listing and deleting résumés, each its user's alone."""

import json

import anyio
import pytest
from sqlalchemy import text

from service.kernel.database import Database, Transaction, UserGone
from service.kernel.database.paging import Window
from service.kernel.errors import InvalidRequest, NotFound
from service.kernel.identifiers import UserId
from service.resumes import operations as resumes
from service.resumes.model import ResumeId
from tests.resumes.documents import ada
from tests.resumes.people import ADA, BOB, CLOCK, acting, count, new_id, stored_people, stored_resume

pytestmark = pytest.mark.anyio


async def test_a_document_comes_back_whole_and_in_its_order(db: Database) -> None:
    await stored_people(db)
    document = ada() | {"z": 1, "a": {"2": [None], "1": "é\u2028😀"}}
    read = resumes.read_document(document)
    resume_id = new_id()
    with acting():
        stored = await db.run(resumes.create, user=ADA, resume=read, resume_id=resume_id, now=CLOCK.now())
        found = await db.read(resumes.find, user=ADA, resume=resume_id)
    assert found == stored
    assert json.dumps(found.document) == json.dumps(document)
    assert (found.name, found.label, found.id) == ("Ada Example", "Backend engineer", resume_id)
    assert {statement.reference for statement in found.statements} >= {"work/0/highlights/1", "skills/0"}


async def test_one_that_says_nothing_is_not_stored(db: Database) -> None:
    await stored_people(db)
    nothing = resumes.read_document({"basics": {"image": "x.png"}})
    with acting(), pytest.raises(InvalidRequest, match="says nothing"):
        await db.run(resumes.create, user=ADA, resume=nothing, resume_id=new_id(), now=CLOCK.now())
    assert await count(db) == 0


async def test_another_users_is_as_missing_as_none(db: Database) -> None:
    await stored_people(db)
    theirs = (await stored_resume(db, BOB)).id
    nobodys = new_id()
    details: list[str] = []
    with acting():
        for resume in (theirs, nobodys):
            with pytest.raises(NotFound) as found:
                await db.read(resumes.find, user=ADA, resume=resume)
            with pytest.raises(NotFound) as deleted:
                await db.run(resumes.delete, user=ADA, resume=resume)
            details += [found.value.detail.replace(str(resume), ""), deleted.value.detail.replace(str(resume), "")]
        listed = await db.read(resumes.list_resumes, user=ADA, window=Window(25))
    assert len(set(details)) == 1
    assert (listed.rows, listed.counted) == ([], 0)
    assert await count(db) == 1


async def test_the_second_wall_stands_without_the_first(db: Database) -> None:
    """Acting for Ada, even a statement that asks for Bob's rows finds, removes and adds none."""
    await stored_people(db)
    theirs = (await stored_resume(db, BOB)).id
    with acting():
        with pytest.raises(NotFound):
            await db.read(resumes.find, user=BOB, resume=theirs)
        with pytest.raises(NotFound):
            await db.run(resumes.delete, user=BOB, resume=theirs)
        assert (await db.read(resumes.list_resumes, user=BOB, window=Window(25))).counted == 0
        read = resumes.read_document(ada())
        with pytest.raises(Exception, match="row-level security"):
            await db.run(resumes.create, user=BOB, resume=read, resume_id=new_id(), now=CLOCK.now())
    assert await count(db) == 1


async def test_a_list_is_newest_first_and_its_windows_meet(db: Database) -> None:
    await stored_people(db)
    made = [await stored_resume(db, name=f"number {number}") for number in range(5)]
    await stored_resume(db, BOB)
    newest_first = [resume.id for resume in reversed(made)]
    with acting():
        first = await db.read(resumes.list_resumes, user=ADA, window=Window(2))
        assert ([row.id for row in first.rows], first.counted) == (newest_first[:3], 5)
        assert (first.rows[0].name, first.rows[0].label) == ("number 4", "Backend engineer")
        last = first.rows[1]
        after = await db.read(resumes.list_resumes, user=ADA, window=Window(2, after=(last.created_at, last.id)))
        assert [row.id for row in after.rows] == newest_first[2:]
        skipped = await db.read(resumes.list_resumes, user=ADA, window=Window(2, offset=4))
        assert [row.id for row in skipped.rows] == newest_first[4:]


async def test_deleting_happens_once(db: Database) -> None:
    await stored_people(db)
    resume = (await stored_resume(db)).id
    with acting():
        await db.run(resumes.delete, user=ADA, resume=resume)
        with pytest.raises(NotFound):
            await db.run(resumes.delete, user=ADA, resume=resume)
    assert await count(db) == 0


async def test_a_user_who_is_gone_gets_no_resume(db: Database) -> None:
    """The reference to `users` holds against a deletion that races a request."""
    gone = UserId("gone")
    read = resumes.read_document(ada())
    with acting(gone), pytest.raises(UserGone):
        await db.run(resumes.create, user=gone, resume=read, resume_id=new_id(), now=CLOCK.now())


async def test_a_cancelled_creation_leaves_no_row_and_no_connection(db: Database) -> None:
    """Cancelled before the unit, behind its insert, and behind a later statement of the same unit."""
    await stored_people(db)
    read = resumes.read_document(ada())

    async def create_then_cancel(tx: Transaction, scope: anyio.CancelScope, after: int) -> None:
        for step in range(3):
            if step == after:
                scope.cancel()
            if step == 1:
                await resumes.create(tx, user=ADA, resume=read, resume_id=new_id(), now=CLOCK.now())
            else:
                await tx.scalar(text("SELECT 1"))

    for after in range(3):
        with acting(), anyio.fail_after(30), anyio.CancelScope() as scope:
            await db.run(create_then_cancel, scope, after)
        assert scope.cancelled_caught
    assert await count(db) == 0
    assert db.pool_state().checked_out == 0


async def test_parallel_users_see_their_own(db: Database) -> None:
    await stored_people(db)
    seen: dict[UserId, list[ResumeId]] = {ADA: [], BOB: []}

    async def live(user: UserId) -> None:
        for _ in range(5):
            made = (await stored_resume(db, user)).id
            with acting(user):
                seen[user].append((await db.read(resumes.find, user=user, resume=made)).id)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(live, ADA)
            group.start_soon(live, BOB)
    for user, ids in seen.items():
        with acting(user):
            listed = await db.read(resumes.list_resumes, user=user, window=Window(25))
        assert [row.id for row in listed.rows] == ids[::-1]
