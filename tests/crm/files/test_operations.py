"""Files of jobs taken in: what is in order is there, what is not is named by its line, and nothing gathers."""

import tracemalloc
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import Any

import anyio
import httpx
import pytest
from sqlalchemy import text

from service.crm.files import operations as importing
from service.crm.files.operations import BATCH_JOBS, ERRORS_LISTED_MAX, LINES_MAX, Intake, Report, import_jobs
from service.crm.files.schema import CSV, NDJSON, parser_of
from service.crm.jobs.model import JobDetails
from service.kernel.clock import SystemClock
from service.kernel.database import Database, Transaction
from service.kernel.identifiers import personal_tenant
from service.postings.addresses import canonical
from tests.credits.wallets import acting
from tests.crm.clients import ADA, BOB, as_user, crm_client, store_people
from tests.web.application import NoDatabase, bearer

pytestmark = pytest.mark.anyio

HEADER = b"company,job_title,status\n"
WITHIN_SECONDS = 60


async def import_file(client: httpx.AsyncClient, body: Any, kind: str = CSV, **more: str) -> httpx.Response:
    headers = bearer("ada") | {"Content-Type": kind} | {name.replace("_", "-"): said for name, said in more.items()}
    return await client.post("/api/jobs/import", content=body, headers=headers)


async def counts(db: Database) -> dict[str, int]:
    """How many of each there are; a lead's history begins with its job."""

    async def count(tx: Transaction) -> dict[str, int]:
        tables = ("jobs", "organizations", "lead_events", "workspaces")
        return {table: await tx.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables}

    return await db.run_system(count)


def rows(count: int, *, first: int = 0) -> bytes:
    return b"".join(b"Acme %d,Engineer,Lead\n" % number for number in range(first, first + count))


CSV_CASES = [
    pytest.param(b"\xef\xbb\xbfcompany,job_title\r\nAcme,Engineer\r\n", 1, [], id="a mark and CRLF"),
    pytest.param(HEADER + b'Acme,"Eng\nineer, ""lead""",aPPlied', 1, [], id="quoted, and no end of line"),
    pytest.param(HEADER, 0, [], id="a header alone"),
    pytest.param(b"\n" + HEADER + b"\n,,\nAcme,Engineer,\n\n", 1, [], id="blank lines"),
    pytest.param(HEADER + b",Engineer,\nAcme,,\nAcme, ,\nAcme,Engineer,\n", 1, [2, 3, 4], id="something missing"),
    pytest.param(HEADER + b"Acme,Engineer,Hired\n", 0, [2], id="no such status"),
    pytest.param(HEADER + b"Acme,Engineer\nAcme,Engineer,,x\nAcme,Engineer,,\n", 1, [2, 3], id="too few, too many"),
    pytest.param(HEADER + b"Acme,Eng\xffineer,\nAcme,Eng\xc3\xa9,\n", 1, [2], id="not UTF-8"),
    pytest.param(HEADER + b"Acme,Eng\0ineer,\nAcme,Engineer,\n", 1, [2], id="NUL"),
    pytest.param(HEADER + b'Acme,"Engineer,\nB,"C",\nD,E,\n', 2, [2], id="a quotation mark left open"),
    pytest.param(HEADER + b"Acme," + b"x" * 301 + b",\nAcme,Engineer,\n", 1, [2], id="a title too long"),
    pytest.param(HEADER + b'A,"' + b"x" * 10_000_000 + b'\n",\nB,Engineer,\n', 1, [2, 3], id="10 MB in a line"),
    pytest.param(b"company,job_title,,\nE,x,lost,\nE,y, ,\nE,z\n", 1, [2, 4], id="below no name"),
    pytest.param(
        b"company,title,applied_at\nA,B,0001-01-01\nA,C,9999-12-31T23:59:59.999999Z\nA,D,1900-01-01",
        1,
        [2, 3],
        id="years",
    ),
    pytest.param(b"company;title;applied_at\nA;B;2026-01-31\nA;C;soon\n", 1, [3], id="another table's manner"),
]


async def run_intake(source: AsyncIterable[bytes], kind: str = CSV) -> Report:
    """As it is taken in where nothing is there yet, and nothing is stored."""
    report = Report()

    async def store(batch: Sequence[JobDetails]) -> int:
        return len(batch)

    await Intake(report, parser_of(kind), store).run(source)
    return report


class Sent:
    """A client that sends these pieces; where it `stops`, it says nothing more, and does not end either."""

    def __init__(self, *pieces: bytes, stops: bool = False) -> None:
        self._pieces = iter(pieces)
        self._stops = stops

    def __aiter__(self) -> "Sent":
        return self

    async def __anext__(self) -> bytes:
        piece = next(self._pieces, None)
        if piece is None and self._stops:
            await anyio.sleep_forever()
        if piece is None:
            raise StopAsyncIteration
        return piece


@pytest.mark.parametrize(("body", "good", "bad"), CSV_CASES)
async def test_csv(body: bytes, good: int, bad: list[int]) -> None:
    report = await run_intake(Sent(body))
    assert (report.imported, report.failed, [error.line for error in report.errors]) == (good, len(bad), bad)
    assert all(error.detail for error in report.errors)


JSON_CASES = [
    pytest.param(
        b'\xef\xbb\xbf{"company":"A","job_title":"B"}\r\n\n{"company":"A","job_title":"C"}', 2, [], id="lines"
    ),
    pytest.param(b"", 0, [], id="nothing"),
    pytest.param(b'{"company":"A"}\n{"job_title":5,"company":"A"}\n[]\n5\n', 0, [1, 2, 3, 4], id="wrong"),
    pytest.param(b'{"company":"A","job_title":"B","%s":1}\n' % (b"x" * 10_000), 0, [1], id="an unknown field"),
    pytest.param(b'{"company":"A",\n"job_title":"B"}\n', 0, [1, 2], id="over two lines"),
    pytest.param(
        b'{"company":"A","job_title":"\\u0000"}\n{"company":"A","job_title":"\\ud800"}\n', 0, [1, 2], id="NUL"
    ),
    pytest.param(b'{"company":"A\xff","job_title":"B"}\n{"company":"A","job_title":"B"}', 1, [1], id="not UTF-8"),
    pytest.param(b'{"company":"A","company":"B","job_title":"B"}', 0, [1], id="a name twice"),
    pytest.param(b"[" * 100_000 + b'\n{"company":"A","job_title":"B","id":9,"created_at":null}', 1, [1], id="too deep"),
    pytest.param(b'{"company":"' + b"x" * 10_000_000 + b'"}\n{"company":"A","job_title":"B"}', 1, [1], id="10 MB"),
]


@pytest.mark.parametrize(("body", "good", "bad"), JSON_CASES)
async def test_json_lines(body: bytes, good: int, bad: list[int]) -> None:
    report = await run_intake(Sent(body), NDJSON)
    assert (report.imported, [error.line for error in report.errors]) == (good, bad)
    assert not any("body" in error.detail.lower() or len(error.detail) > 300 for error in report.errors)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b"", CSV, 422, id="empty"),
        pytest.param(b"\n\r\n", CSV, 422, id="blank"),
        pytest.param(b"Acme,Engineer\n" * 2, CSV, 422, id="no header"),
        pytest.param(b"company,job_title,shoe\nAcme,Engineer,9\n", CSV, 422, id="an unknown column"),
        pytest.param("company,job_title\n".encode("utf-16"), CSV, 422, id="UTF-16"),
        pytest.param("company,job_title\n".encode("utf-16-le"), CSV, 422, id="UTF-16 without its mark"),
        pytest.param("company,job_title\n".encode("utf-16-be"), CSV, 422, id="big-endian UTF-16 without its mark"),
        pytest.param('{"company":"A","job_title":"B"}\n'.encode("utf-16-le"), NDJSON, 422, id="JSON in UTF-16"),
        pytest.param("{}\n".encode("utf-16"), NDJSON, 422, id="UTF-16 of JSON"),
        pytest.param(b"\xff\n", CSV, 422, id="not UTF-8"),
        pytest.param(b"x" * 2_000_000, CSV, 422, id="a header without an end"),
        pytest.param(b"," * 100_000 + HEADER, CSV, 422, id="a header of many columns"),
        pytest.param(HEADER + b"Acme,Engineer,\n", "application/json", 415, id="another type"),
    ],
)
async def test_what_is_no_file_of_jobs_is_refused(body: bytes, kind: str, status: int) -> None:
    async with crm_client(NoDatabase()) as client:
        answer = await import_file(client, body, kind)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("company,job_title\nA,B\n".encode("utf-16-le"), "UTF-16", id="UTF-16"),
        pytest.param(b"company,job_title\rA,B\rC,D\r", "Carriage returns alone", id="CR"),
        pytest.param(b'company,job_title,"salary\nrange"\nA,B,3\n', "a quoted cell is not closed", id="two lines"),
        pytest.param(b"company,job_title\rA,B" * 300, "first line feed", id="much CR"),
    ],
)
async def test_what_is_wrong_with_a_file_is_said_of_the_file(body: bytes, said: str) -> None:
    async with crm_client(NoDatabase()) as client:
        answer = await import_file(client, body)
    assert said in answer.json()["detail"]


async def test_what_is_wrong_with_a_cell_is_said_in_words() -> None:
    report = await run_intake(Sent(HEADER + b"a\0,b,\n"))
    assert [error.detail for error in report.errors] == ["`company`: holds a NUL character."]


async def test_jobs_are_as_if_they_had_been_added_one_by_one(db: Database) -> None:
    await store_people(db)
    body = (
        b"company,job_title,job_url,description,salary_range,notes,source,status,resume_date,application_date,id\n"
        b"Acme Inc., Backend  Engineer ,https://a.example/1,Build,90k,'=1+1,board,applied,2026-01-31,2026-02-01,77\n"
        b"ACME,Frontend Engineer,,,,,,Offer,,,\n"
    )
    async with crm_client(db) as client:
        assert (await import_file(client, body)).json() == {"imported": 2, "skipped": 0, "failed": 0, "errors": []}
        [second, first] = (await client.get("/api/jobs")).json()["items"]
        history = (await client.get(f"/api/leads/{second['id']}/history")).json()["items"]
        clash = await client.post("/api/jobs", json={"company": "acme", "job_title": "backend engineer"})
    said = {"job_title": "Backend Engineer", "job_url": "https://a.example/1", "notes": "=1+1", "status": "Applied"}
    assert first | said == first
    assert (first["resume_date"], first["application_date"]) == ("2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z")
    assert first["lead"]["source"] == "board"
    assert second["organization"] == first["organization"]
    assert second["application_date"] is None
    assert [(entry["from_status"], entry["to_status"]["name"]) for entry in history] == [(None, "Offer")]
    assert (clash.status_code, clash.json()["existing_id"]) == (409, first["id"])


async def test_a_second_run_skips_what_is_there(db: Database) -> None:
    await store_people(db)
    count = BATCH_JOBS * 2 + 7
    async with crm_client(db) as client:
        first = (await import_file(client, HEADER + rows(count) + rows(3))).json()
        before = await counts(db)
        again = (await import_file(client, HEADER + rows(count + 1))).json()
    assert (first["imported"], first["skipped"]) == (count, 3)
    assert (again["imported"], again["skipped"]) == (1, count)
    assert before == {"jobs": count, "organizations": count, "lead_events": count, "workspaces": 1}
    assert await counts(db) == before | dict.fromkeys(("jobs", "organizations", "lead_events"), count + 1)


async def test_a_tenant_takes_in_what_another_has(db: Database) -> None:
    await store_people(db)
    async with crm_client(db) as client:
        await import_file(client, HEADER + rows(2))
        assert (await import_file(client, HEADER + rows(2), **bearer(BOB))).json()["imported"] == 2
        assert (await client.get("/api/jobs", **as_user(BOB))).json()["total"] == 2


async def test_the_end_of_the_time_says_how_far_it_came(db: Database) -> None:
    await store_people(db)
    async with crm_client(db) as client:
        with anyio.fail_after(WITHIN_SECONDS):
            body = Sent(HEADER + b"x\n" + rows(BATCH_JOBS), rows(1, first=BATCH_JOBS), stops=True)
            answer = await import_file(client, body, X_Request_Timeout="2")
    assert answer.status_code == 504
    problem = answer.json()
    assert (problem["imported"], problem["skipped"], problem["last_line"]) == (BATCH_JOBS, 0, BATCH_JOBS + 2)
    assert "stay" in problem["detail"]
    assert (await counts(db))["jobs"] == BATCH_JOBS


async def test_too_many_lines_are_named_after_those_that_were_taken_in(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_people(db)
    monkeypatch.setattr(importing, "LINES_MAX", BATCH_JOBS + 1)
    async with crm_client(db) as client:
        answer = await import_file(client, Sent(HEADER + rows(BATCH_JOBS), b"\n"))
    assert LINES_MAX == 1_000_000
    assert answer.status_code == 413
    assert answer.json()["type"].endswith("too-many-lines")
    assert answer.json()["imported"] == (await counts(db))["jobs"] == BATCH_JOBS


async def forgotten(_tx: Transaction, _report: Report) -> None:
    """What those remember who sent no key."""


async def test_what_was_stored_stays_whenever_the_work_ends(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled within the n-th transaction, or just before it: whole batches are there, and no connection is out."""
    await store_people(db)
    run = Database.run
    for stops_at in range(1, 5):
        begun = 0
        scope = anyio.CancelScope()

        async def counted(self: Database, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
            nonlocal begun
            begun += 1
            if begun == stops_at:  # noqa: B023 - called within this turn
                scope.cancel()  # noqa: B023
            return await run(self, unit, *args, **kwargs)

        monkeypatch.setattr(Database, "run", counted)
        with scope, acting(ADA):
            await import_jobs(
                Sent(HEADER + rows(BATCH_JOBS * 3)),
                parser=parser_of(CSV),
                db=db,
                tenant=personal_tenant(ADA),
                canonical=canonical,
                clock=SystemClock(),
                remember=forgotten,
            )
        monkeypatch.undo()
        assert scope.cancelled_caught
        assert db.pool_state().checked_out == 0
        found = await counts(db)
        assert found["jobs"] == found["lead_events"] == BATCH_JOBS * (stops_at - 1)


async def lines(count: int) -> AsyncIterator[bytes]:
    yield b"company,job_title,description\n"
    for start in range(0, count, 100):
        text = b"".join(b'Acme %d,Engineer,"%s"\n' % (number, b"word " * 20) for number in range(start, start + 99))
        yield text + b"Acme,,\n"


async def test_memory_does_not_grow_with_the_file() -> None:
    await run_intake(lines(1_000))
    peaks: list[int] = []
    for count in (1_000, 6_000):
        tracemalloc.start()
        try:
            report = await run_intake(lines(count))
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        assert report.imported == count // 100 * 99
        assert [error.line for error in report.errors] == [number + 1 for number in range(100, count + 1, 100)]
    assert peaks[1] < peaks[0] + 200_000


async def test_others_have_their_turn_meanwhile() -> None:
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    body = b"".join([piece async for piece in lines(5_000)])
    async with anyio.create_task_group() as group:
        group.start_soon(turn)
        await run_intake(Sent(body))
        group.cancel_scope.cancel()
    assert turns > 5


async def test_errors_are_listed_up_to_a_limit_and_counted_beyond() -> None:
    report = await run_intake(Sent(b"{\n" * (ERRORS_LISTED_MAX + 5)), NDJSON)
    assert (report.failed, len(report.errors)) == (ERRORS_LISTED_MAX + 5, ERRORS_LISTED_MAX)
    assert report.errors[-1].line == ERRORS_LISTED_MAX


async def test_a_batch_is_full_by_its_size_too() -> None:
    sizes: list[int] = []

    async def store(batch: Sequence[JobDetails]) -> int:
        sizes.append(len(batch))
        return 0

    long = b"".join(b"A,%d,%s\n" % (number, b"x" * 90_000) for number in range(25))
    report = Report()
    await Intake(report, parser_of(CSV), store).run(Sent(b"company,job_title,description\n" + long))
    assert (max(sizes), sum(sizes), report.skipped) == (12, 25, 25)
