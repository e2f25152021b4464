"""What each board's answer says; the answers here are our own, in the boards' forms."""

import json
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.page_parser.scripted import ScriptedPageParser
from service.postings import contexts
from service.postings.board_addresses import BoardPosting, at_board
from service.postings.model import JobContext, Salary
from service.postings.reading.boards import find
from service.postings.sources import Source
from tests.fakes.board_apis import DATA, URLS
from tests.postings.pages import NOW, assert_spans_are_true, quoted
from tests.properties import examples


def asked_of(board: str) -> BoardPosting:
    asked = at_board(URLS[board])
    assert asked is not None
    return asked


def answer_of(board: str) -> bytes:
    return (DATA / f"{board}.json").read_bytes()


def read(board: str, answer: bytes | None = None) -> JobContext:
    found = find(answer or answer_of(board), asked_of(board))
    assert found is not None
    source = Source(found.content, posting=found.posting)
    context = anyio.run(lambda: contexts.read_source(source, URLS[board], parser=ScriptedPageParser(), now=NOW))
    assert_spans_are_true(context)
    assert {fact.read_by for fact in context.facts} == {"board-api"} == {context.extracted_by}
    return context


def test_greenhouse() -> None:
    context = read("greenhouse")
    assert (context.title, context.company) == ("Sound Designer, Museums", "Echo Lantern")
    assert (context.location, context.remote, context.employment_type) == ("Remote - Canada", True, "part-time")
    assert context.salary == Salary(4200, 5150, "CAD", "hour", "CAD 42 - 51.5 per hour (Hourly Range, Ontario)")
    assert context.posted_at == datetime(2026, 11, 3, 14, tzinfo=UTC)
    assert (context.valid_through, context.is_open) == (datetime(2027, 1, 1, 4, 59, tzinfo=UTC), True)
    assert context.responsibilities == ("Record rooms & halls",)
    assert context.requirements == ("You hear a fan in the next room", "Reaper, and a little Python")
    assert "Python" in context.technologies


def test_lever() -> None:
    context = read("lever")
    assert (context.title, context.company) == ("Baker of the Night Shift", "Nightloaf")
    assert (context.location, context.remote) == ("Lyon; Villeurbanne", False)
    assert quoted(context, "remote") == "on-site"
    assert (context.employment_type, context.is_open) == ("full-time", True)
    assert context.salary == Salary(230_000, 265_000, "EUR", "month", "EUR 2300 - 2650 per month")
    assert context.posted_at == datetime(2026, 10, 28, 10, 0, tzinfo=UTC)
    assert context.responsibilities == ("Knead & fold", "Heat the ovens at two")
    assert context.requirements == ("A baker's certificate",)  # "Needed:" is none


def test_ashby_finds_one_posting_of_a_whole_board() -> None:
    context = read("ashby")
    assert (context.title, context.company) == ("Cartographer", "Tidal Maps")
    assert (context.location, context.remote, context.employment_type) == ("Porto; Faro", True, "part-time")
    assert context.salary == Salary(3800, 4600, "EUR", "hour", "EUR 38 - 46 per hour")
    assert context.requirements == ("PostgreSQL with PostGIS",)
    assert "Another job" not in context.text


def test_smartrecruiters() -> None:
    context = read("smartrecruiters")
    assert (context.title, context.company) == ("Platform Engineer (m/f/d)", "Harbourlight Systems GmbH")
    assert (context.location, context.remote) == ("Bremen, HB, Germany", False)
    assert quoted(context, "remote") == "true"  # hybrid
    assert (context.employment_type, context.is_open) == ("full-time", True)
    assert context.salary == Salary(6_500_000, 8_200_000, "EUR", "year", "EUR 65000 - 82000 per year")
    assert context.responsibilities == ("Run our Kubernetes clusters", "Automate releases with Terraform")
    assert context.requirements == ("Three years of Linux in production", "Good Go or Python")
    closed = json.loads(answer_of("smartrecruiters")) | {"active": False}
    assert read("smartrecruiters", json.dumps(closed).encode()).is_open is False


@pytest.mark.parametrize("is_alone", [True, False])
def test_recruitee_alone_and_among_others(is_alone: bool) -> None:
    offer = json.loads(answer_of("recruitee"))["offer"]
    context = read("recruitee", None if is_alone else json.dumps({"offers": [{"slug": "other"}, offer]}).encode())
    assert (context.title, context.company) == ("Data Analyst Mobility", "Fietspont B.V.")
    assert (context.location, context.remote) == ("Utrecht, Netherlands", True)
    assert context.employment_type == "full-time, permanent"
    assert context.salary == Salary(320_050, 410_000, "EUR", "month", "EUR 3200.50 - 4100 per month")
    assert context.posted_at == datetime(2026, 11, 2, 8, 15, tzinfo=UTC)
    assert (context.valid_through, context.is_open) == (datetime(2026, 12, 20, 23, 59, 59, tzinfo=UTC), True)
    assert context.responsibilities == ("Model journeys in SQL and dbt", "Explain them to city councils")
    assert context.requirements == ("Two years with Python or R", "Fluent Dutch")


def test_workday() -> None:
    context = read("workday")
    assert (context.title, context.company) == ("Reliability Engineer, Grid Operations", "Stillwater Grid Cooperative")
    assert (context.location, context.remote) == ("Duluth, Minnesota; Fargo, North Dakota", False)
    assert (context.employment_type, context.is_open) == ("full-time", True)
    assert (context.posted_at, context.valid_through) == (
        datetime(2026, 11, 13, tzinfo=UTC),
        datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC),
    )
    assert context.salary is not None
    assert (context.salary.min, context.salary.max, context.salary.period) == (11_800_000, 14_100_000, "year")
    assert context.responsibilities == ("Operate our SCADA gateways", "Write post-mortems that people read")
    assert context.requirements == ("Five years of on-call experience", "Ansible and Prometheus")


def test_workday_moves_an_end_that_it_does_not_show() -> None:
    answer = json.loads(answer_of("workday"))
    del answer["jobPostingInfo"]["timeLeftToApply"]
    answer["jobPostingInfo"] |= {"canApply": False}
    context = read("workday", json.dumps(answer).encode())
    assert (context.valid_through, context.is_open) == (None, False)


@pytest.mark.parametrize(
    ("posted", "day"),
    [("Posted Today", 22), ("Posted Yesterday", 21), ("Posted 3 Days Ago", 19), ("Posted 30+ Days Ago", None)],
)
def test_workday_lists_say_how_long_ago(posted: str, day: int | None) -> None:
    listed = {
        "title": "Engineer",
        "externalPath": "/job/St-Cloud--Minnesota/Reliability-Engineer--Grid-Operations_R-20417",
        "locationsText": "2 Locations",
        "postedOn": posted,
    }
    found = find(json.dumps({"total": 1, "jobPostings": [listed]}).encode(), asked_of("workday"))
    assert found is not None
    assert not found.is_whole
    reading = found.posting.read(body=None, now=NOW)
    assert [finding.value for finding in reading.of("location")] == ["St Cloud, Minnesota"]
    days = [finding.value.day for finding in reading.of("posted_at") if isinstance(finding.value, datetime)]
    assert days == ([] if day is None else [day])


def test_a_years_pay_in_thousands_is_not_guessed() -> None:
    answer = json.loads(answer_of("lever"))
    answer["salaryRange"] = {"currency": "CAD", "interval": "per-year-salary", "min": 100, "max": 130}
    assert read("lever", json.dumps(answer).encode()).salary == Salary(text="CAD 100 - 130 per year")


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ({"min": None, "max": "60000"}, Salary(None, 6_000_000, "EUR", "year", "up to EUR 60000 per year")),
        ({"min": 50000, "max": 0}, Salary(5_000_000, None, "EUR", "year", "from EUR 50000 per year")),
        ({"min": 50000, "max": 99999999}, Salary(5_000_000, None, "EUR", "year", "EUR 50000 - 99999999 per year")),
        ({"min": 1, "max": 1}, None),
    ],
)
def test_an_end_that_is_not_told_stays_open(ends: dict[str, Any], expected: Salary | None) -> None:
    answer = json.loads(answer_of("recruitee"))
    answer["offer"]["salary"] = {**ends, "currency": "EUR", "period": "year"}
    assert read("recruitee", json.dumps(answer).encode()).salary == expected


def test_a_company_is_not_called_by_its_address() -> None:
    answer = json.loads(answer_of("lever"))
    answer["description"] = "<p>We bake. A nightloaf is a loaf.</p>"
    assert read("lever", json.dumps(answer).encode()).company is None


@pytest.mark.parametrize(("host", "is_found"), [("www.echolantern.example", True), ("other.example", False)])
def test_a_guessed_board_must_know_the_site(host: str, is_found: bool) -> None:
    answer = json.loads(answer_of("greenhouse")) | {"absolute_url": f"https://{host}/careers?gh_jid=5550123"}
    assert (find(json.dumps(answer).encode(), asked_of("greenhouse")) is not None) is is_found


def test_another_posting_is_not_the_one_asked_for() -> None:
    for board in URLS:
        other = answer_of(board).replace(asked_of(board).posting.encode(), b"00000000-0000-4000-8000-000000000000")
        assert find(other, asked_of(board)) is None, board


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"null",
        b"<html>5550123</html>",
        b"\xff\xfe5550123",
        b"[" * 1_000_000 + b"5550123",
        b'{"a":' * 100_000 + b"5550123",
        b'{"jobs": 5550123}',
        b'{"jobs": [5550123, null, [5550123], "5550123", {"id": [5550123]}, {"id": {"5550123": 1}}]}',
        b'{"id": 5550123}',
        b'{"id": 5550123, "title": ["x"]}',
        b'{"id": 5550123, "title": "' + b"x" * 500_000 + b'"}',
        b'{"jobs": [' + b'{"id": 1},' * 400_000 + b'{"id": 5550123, "title": "x"}]}',
    ],
    ids=lambda answer: answer[:12].decode("latin-1") + str(len(answer)),
)
def test_what_is_no_posting_is_none(answer: bytes) -> None:
    assert find(answer, asked_of("greenhouse")) is None


def test_signs_that_no_database_takes() -> None:
    answer = json.loads(answer_of("recruitee"))
    answer["offer"] |= {"title": "Ba\x00ker \ud800", "company_name": "A\x00"}
    context = read("recruitee", json.dumps(answer).encode())
    assert context.title == "Ba\ufffdker \ufffd"
    context.text.encode()


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40))
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
)


@examples(150)
@given(data=st.data())
def test_any_value_under_any_name(data: st.DataObject) -> None:
    """Every value of a real answer replaced by some other: what is found is still bounded and has its place."""
    board = data.draw(st.sampled_from(sorted(URLS)))
    answer: dict[str, Any] = json.loads(answer_of(board))
    holders: list[dict[str, Any]] = [answer, *(inner for inner in answer.values() if isinstance(inner, dict))]
    for holder in holders:
        for name in data.draw(st.lists(st.sampled_from(sorted(holder)), max_size=4)):
            holder[name] = data.draw(ANYTHING)
    found = find(json.dumps(answer).encode(), asked_of(board))
    if found is not None:
        source = Source(found.content, posting=found.posting)
        context = anyio.run(lambda: contexts.read_source(source, URLS[board], parser=ScriptedPageParser(), now=NOW))
        assert_spans_are_true(context)
        context.text.encode()
