"""Editing and deleting, where HTTP cannot reach: other states than a draft, and the wall."""

import pytest
from sqlalchemy import text

from service.emails.model import Email, EmailId, NotADraft, Status
from service.emails.operations import stored
from service.kernel.database import Database, Transaction
from service.kernel.errors import NotFound
from service.kernel.identifiers import UserId
from tests.emails.stories import ADA, REQUEST, acting, an_id, give, world

pytestmark = pytest.mark.anyio


def unstarted(*_args: object, **_kwargs: object) -> None:
    raise AssertionError("no flight is needed")


async def kept(db: Database, *, status: Status = Status.DRAFT) -> Email:
    await give(db, 1)
    email = await world(db, unstarted).generate()

    async def put(tx: Transaction) -> None:
        await tx.execute(text("UPDATE emails SET status = :status"), {"status": status.value})

    await db.run_system(put)
    return email


async def edit(db: Database, email: EmailId, *, user: UserId = ADA) -> Email:
    with acting(user):
        return await db.run(
            stored.edit,
            user=user,
            email=email,
            subject="Another subject",
            body=None,
            recruiter=None,
            now=world(db, unstarted).services.clock.now(),
        )


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DRAFT])
async def test_only_a_draft_is_edited(db: Database, status: Status) -> None:
    email = await kept(db, status=status)
    with pytest.raises(NotADraft, match=status.value):
        await edit(db, email.id)
    with acting(ADA):
        assert (await db.read(stored.read, user=ADA, email=email.id)).subject == email.subject


async def test_the_wall_hides_another_users_email_even_from_a_statement_without_a_user(db: Database) -> None:
    email = await kept(db)
    with acting(UserId("mallory")):
        for act in (stored.read, stored.read_inputs, stored.delete):
            with pytest.raises(NotFound):
                await db.run(act, user=ADA, email=email.id)
    with pytest.raises(NotFound):
        await edit(db, email.id, user=UserId("mallory"))


async def test_what_is_not_there_is_not_found(db: Database) -> None:
    await give(db, 1)
    with pytest.raises(NotFound):
        await edit(db, EmailId(an_id(1)))


async def test_the_inputs_come_back_as_they_went_in(db: Database) -> None:
    email = await kept(db)
    with acting(ADA):
        inputs = await db.read(stored.read_inputs, user=ADA, email=email.id)
    assert inputs.request == REQUEST
    assert inputs.gathered.resume == REQUEST.resume
    assert inputs.gathered.job_context is not None
    assert inputs.gathered.job_context.body() == email.job_context
    assert inputs.gathered.job_context.text
