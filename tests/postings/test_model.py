from datetime import UTC, datetime, timedelta

import msgspec

from service.postings.model import Fact, JobContext, JobContextBody, as_of

THROUGH = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
CONTEXT = JobContext(
    text="Apply by 2026-11-30",
    is_open=True,
    valid_through=THROUGH,
    facts=(
        Fact("valid_through", "2026-11-30T23:59:59Z", "text", 9, 19),
        Fact("is_open", "true", "text", 0, 5),
    ),
    extracted_by="text",
    fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
)


def test_a_posting_closes_when_its_time_has_passed() -> None:
    assert as_of(CONTEXT, THROUGH) is CONTEXT
    later = as_of(CONTEXT, THROUGH + timedelta(seconds=1))
    assert later.is_open is False
    assert later.facts[1] == Fact("is_open", "false", "text", 9, 19)
    assert as_of(later, THROUGH + timedelta(days=1)) is later


def test_the_body_is_the_context_without_its_text() -> None:
    body = CONTEXT.body()
    assert type(body) is JobContextBody
    wire = msgspec.json.decode(msgspec.json.encode(body))
    assert "text" not in wire
    assert wire["title"] is None
    assert wire["valid_through"] == "2026-11-30T23:59:59Z"
    assert set(wire) | {"text"} == set(msgspec.json.decode(msgspec.json.encode(CONTEXT)))
