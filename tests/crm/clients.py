"""What the CRM's tests stand on: its endpoints in this process, and people who call them."""

from typing import Any

import httpx

from service.crm.routes import routes
from service.kernel.clock import SystemClock
from service.kernel.database import Database
from service.kernel.identifiers import UserId
from service.postings.addresses import canonical
from tests.emails.stories import give
from tests.web.application import Parts, bearer

ADA, BOB = UserId("ada"), UserId("bob")

JOB: dict[str, Any] = {"company": "Acme Inc.", "job_title": "Backend Engineer"}


def crm_client(db: Database) -> httpx.AsyncClient:
    """The CRM's endpoints; whoever calls is Ada, unless the headers say otherwise."""
    return Parts(db=db).client(*routes(db=db, clock=SystemClock(), canonical=canonical))


async def store_people(db: Database) -> None:
    for user in (ADA, BOB):
        await give(db, 0, user=user)


def as_user(user: str, **claims: Any) -> dict[str, Any]:
    """Keywords of a request of this user's."""
    return {"headers": bearer(user, **claims)}


async def add_job(client: httpx.AsyncClient, /, **fields: Any) -> dict[str, Any]:
    answer = await client.post("/api/jobs", json=JOB | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()
