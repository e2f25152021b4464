"""Files of jobs sent with an `Idempotency-Key`: taken in once, whatever comes between, and reported once."""

from typing import Any

import anyio
import pytest

from service.crm.files import operations as importing
from service.crm.routes import routes
from service.kernel.clock import SystemClock
from service.kernel.database import Database, DatabaseUnavailable, Transaction
from service.postings.addresses import canonical
from tests.access.test_idempotency import CutDatabase
from tests.credits.wallets import assert_sound
from tests.crm.clients import crm_client, store_people
from tests.crm.files.test_operations import HEADER, Sent, counts, import_file, rows
from tests.web.application import Parts
from tests.web.shop import Shop, slug

pytestmark = pytest.mark.anyio

KEY = {"Idempotency_Key": "k"}
FILE = HEADER + rows(3) + b"x\n"
REPORT = {"imported": 3, "skipped": 0, "failed": 1}
WITHIN_SECONDS = 60


def said(answer: Any) -> dict[str, int]:
    return {name: answer.json()[name] for name in REPORT}


async def test_a_repeat_gets_the_first_report_and_stores_nothing(db: Database) -> None:
    await store_people(db)
    async with crm_client(db) as client:
        first = await import_file(client, FILE, **KEY)
        [job, *_] = (await client.get("/api/jobs")).json()["items"]
        assert (await client.delete(f"/api/jobs/{job['id']}")).status_code == 204  # a second import would bring it back
        before = await counts(db)
        again = await import_file(client, FILE, **KEY)
        other = await import_file(client, FILE + rows(1, first=3), **KEY)
    assert (first.status_code, said(first), "idempotency-replayed" in first.headers) == (200, REPORT, False)
    assert (again.status_code, again.content, again.headers["idempotency-replayed"]) == (200, first.content, "true")
    assert (other.status_code, slug(other)) == (422, "idempotency-mismatch")
    assert before["jobs"] == 2
    assert await counts(db) == before


async def test_the_end_of_the_time_frees_the_key_and_the_rest_follows(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_people(db)
    monkeypatch.setattr(importing, "BATCH_JOBS", 2)
    async with crm_client(db) as client:
        with anyio.fail_after(WITHIN_SECONDS):
            late = await import_file(client, Sent(HEADER + rows(3), stops=True), X_Request_Timeout="3", **KEY)
        assert (late.status_code, late.json()["imported"], await Shop(db).keys()) == (504, 2, 0)
        rest = await import_file(client, FILE, **KEY)
    assert said(rest) == {"imported": 1, "skipped": 2, "failed": 1}
    assert (await counts(db))["jobs"] == 3


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("at", "jobs"), [(1, (0, 0)), (2, (0, 2)), (3, (2, 3)), (4, (3, 3))])
async def test_cancelled_at_each_transaction_the_same_key_goes_on(
    db: Database, monkeypatch: pytest.MonkeyPatch, at: int, jobs: tuple[int, int], after: bool
) -> None:
    """By the end of a drain. Number 1 claims the key, 2 and 3 store a batch, 4 remembers the report: behind that one
    the report is the answer all the same, and a repeat gets it again."""
    await store_people(db)
    monkeypatch.setattr(importing, "BATCH_JOBS", 2)
    cut: Any = CutDatabase(db, at, after=after)
    parts = Parts(db=cut)
    cut.scope = parts.in_flight
    async with parts.client(*routes(db=cut, clock=SystemClock(), canonical=canonical)) as client:
        first = await import_file(client, FILE, **KEY)
    is_done = at == 4 and after
    assert (first.status_code, parts.in_flight.is_cancelled) == (200 if is_done else 503, True)
    assert ((await counts(db))["jobs"], await Shop(db).keys()) == (jobs[after], int(is_done))
    async with crm_client(db) as client:
        again = await import_file(client, FILE, **KEY)
    expected = REPORT if is_done else {"imported": 3 - jobs[after], "skipped": jobs[after], "failed": 1}
    assert (said(again), "idempotency-replayed" in again.headers) == (expected, is_done)
    assert (await counts(db))["jobs"] == 3
    assert db.pool_state().checked_out == 0
    await assert_sound(db)


async def test_a_report_that_is_not_remembered_says_how_far_it_came(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_tx: Transaction, *_args: Any) -> None:
        raise DatabaseUnavailable("gone")

    await store_people(db)
    monkeypatch.setattr("service.access.store.remember", fails)
    async with crm_client(db) as client:
        answer = await import_file(client, FILE, **KEY)
    assert (answer.status_code, answer.json()["imported"]) == (503, 3)
    assert ((await counts(db))["jobs"], await Shop(db).keys()) == (3, 0)
