"""Two people, and units of work that act for one of them."""

from contextlib import AbstractContextManager

from sqlalchemy import text

from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction, acting_for
from service.kernel.identifiers import Identifiers, UserId, personal_tenant
from service.resumes import operations as resumes
from service.resumes.model import ResumeId, StoredResume
from tests.resumes.documents import ada

ADA = UserId("ada")
BOB = UserId("bob")
CLOCK = SystemClock()
IDENTIFIERS = Identifiers(CLOCK)


def acting(user: UserId = ADA) -> AbstractContextManager[None]:
    return acting_for(user, personal_tenant(user))


async def stored_people(db: Database) -> None:
    async def store(tx: Transaction) -> None:
        statement = text("INSERT INTO users (id, email) VALUES (:id, 'x@example.com')")
        await tx.execute(statement, [{"id": ADA}, {"id": BOB}])

    await db.run_system(store)


def new_id() -> ResumeId:
    return ResumeId(IDENTIFIERS.uuid7())


async def stored_resume(db: Database, user: UserId = ADA, *, name: str = "Ada Example") -> StoredResume:
    document = ada()
    document["basics"]["name"] = name
    read = resumes.read_document(document)
    with acting(user):
        return await db.run(resumes.create, user=user, resume=read, resume_id=new_id(), now=CLOCK.now())


async def count(db: Database) -> int:
    async def rows(tx: Transaction) -> int:
        return await tx.scalar(text("SELECT count(*) FROM resumes"))

    return await db.run_system(rows)
