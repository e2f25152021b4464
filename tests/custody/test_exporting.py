"""A person's data as one zip, made while it is sent."""

import io
import json
import tracemalloc
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from service.custody import operations as custody
from service.custody.archive import Archive
from service.kernel.database import Database, Transaction, acting_for
from service.kernel.identifiers import TenantId, UserId, personal_tenant
from tests.credits.wallets import BOB, acting, give
from tests.custody.people import CANARY, PERSON, RESUME, pursue, settle_in, tables_of_users

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)

# Which file has the rows of which table.
FILES = {
    "users": "users.jsonl",
    "resumes": "resumes.jsonl",
    "emails": "emails.jsonl",
    "usage_rows": "usage.jsonl",
    "wallets": "credit_transactions.jsonl",
    "orders": "orders.jsonl",
    "idempotency_keys": "idempotency_keys.jsonl",
    "organizations": "organizations.jsonl",
    "jobs": "jobs.jsonl",
    "lead_events": "lead_events.jsonl",
    "deals": "deals.jsonl",
    "events": "events.jsonl",
}
# A row that says nothing but whose the others are.
NOTHING_SAID = {"workspaces"}


async def export(
    db: Database, user: UserId = PERSON, *, tenant: TenantId | None = None
) -> dict[str, list[dict[str, Any]]]:
    pieces: list[bytes] = []

    async def write(piece: bytes) -> None:
        pieces.append(piece)

    with acting_for(user, tenant or personal_tenant(user)):
        await custody.export(db=db, user=user, now=NOW, write=write)
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        return {name: [json.loads(line) for line in archive.open(name)] for name in archive.namelist()}


async def test_every_table_of_a_person_has_its_file(db: Database) -> None:
    assert set(FILES) | NOTHING_SAID == await tables_of_users(db)
    await settle_in(db)
    files = await export(db)
    assert set(files) == set(FILES.values())
    assert all(files.values())


async def test_what_was_stored_is_what_is_handed_out(db: Database) -> None:
    await settle_in(db)
    files = await export(db)
    (user,) = files["users.jsonl"]
    assert (user["id"], user["email"], user["display_name"]) == (PERSON, f"{CANARY}@example.com", CANARY)
    assert user["created_at"].endswith("Z")
    assert files["resumes.jsonl"][0]["document"] == RESUME
    (email,) = files["emails.jsonl"]
    assert email["recruiter_name"] == CANARY
    assert CANARY in json.dumps(email["inputs"])
    assert email["charged"] == 1
    assert [line["kind"] for line in files["credit_transactions.jsonl"]] == ["grant", "reserve", "charge"]
    assert json.loads(files["idempotency_keys.jsonl"][0]["answer"]) == {"body": CANARY}
    assert files["usage.jsonl"][0]["provider"] == "offline"
    (job,) = files["jobs.jsonl"]
    assert (job["company"], job["job_title"], job["notes"]) == (CANARY, CANARY, CANARY)
    assert not job.keys() & {"search_text", "title_key", "content_hash", "url_hash"}
    assert [entry["kind"] for entry in files["lead_events.jsonl"]] == ["status", "email"]


async def test_nothing_of_anybody_else_is_in_it(db: Database) -> None:
    await settle_in(db)
    await give(db, 3, user=BOB)
    files = await export(db, BOB)
    assert CANARY not in json.dumps(files)
    assert [user["id"] for user in files["users.jsonl"]] == [BOB]
    assert files["emails.jsonl"] == []


async def test_the_own_workspace_is_in_it_whichever_tenant_the_token_names(db: Database) -> None:
    await settle_in(db)
    await give(db, 0, user=BOB)
    shared = TenantId("the firm")
    with acting_for(BOB, shared):
        await db.run(pursue, shared)
    for user, jobs in ((PERSON, 1), (BOB, 0)):
        files = await export(db, user, tenant=shared)
        assert len(files["jobs.jsonl"]) == len(files["deals.jsonl"]) == jobs


async def test_pages_join_without_a_gap(db: Database) -> None:
    await give(db, 0, user=PERSON)
    await db.run_system(many_resumes, rows=23, characters=10)
    files = await export(db)
    ids = [resume["id"] for resume in files["resumes.jsonl"]]
    assert len(ids) == len(set(ids)) == 23


async def many_resumes(tx: Transaction, *, rows: int, characters: int) -> None:
    """Documents that do not compress."""
    await tx.execute(
        text("""
            INSERT INTO resumes (id, user_id, document, created_at)
            SELECT gen_random_uuid(), :user, json_build_object('text', (
                SELECT string_agg(md5(random()::text || i || j), '') FROM generate_series(1, :words) AS j
            )), now() FROM generate_series(1, :rows) AS i
        """),
        {"user": PERSON, "rows": rows, "words": max(characters // 32, 1)},
    )


async def test_memory_does_not_grow_with_the_account(db: Database) -> None:
    await give(db, 0, user=PERSON)
    await db.run_system(many_resumes, rows=200, characters=100_000)
    sizes: list[int] = []

    async def write(piece: bytes) -> None:
        sizes.append(len(piece))

    tracemalloc.start()
    try:
        with acting(PERSON):
            await custody.export(db=db, user=PERSON, now=NOW, write=write)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(sizes) > 8_000_000
    assert max(sizes) < 2 * custody.PIECE_BYTES + 100_000
    assert peak_bytes < 6_000_000


@pytest.mark.parametrize("year", [1, 1979, 1980, 2026, 9999])
def test_a_zip_has_a_time_whatever_the_clock_says(year: int) -> None:
    archive = Archive(now=datetime(year, 1, 1, tzinfo=UTC))
    with archive.table("t") as table:
        table.add({"text": "\u2028\n", "bytes": b"\xff", "nothing": None})
    archive.close()
    with zipfile.ZipFile(io.BytesIO(archive.take())) as read:
        (line,) = read.read("t.jsonl").splitlines()
    assert json.loads(line) == {"text": "\u2028\n", "bytes": "\ufffd", "nothing": None}
