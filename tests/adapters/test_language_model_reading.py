"""The pure parts: events, answers, dialects, costs; and the scripted model."""

import json
from itertools import pairwise

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.language_model import ModelUnavailable, Price
from service.adapters.language_model.accounting import Usage, cost_microcents, estimated_tokens
from service.adapters.language_model.answer import ANSWER_MAX_CHARS, AnswerReader, error_code
from service.adapters.language_model.dialect import Dialect, Form, Part, refused_part, without_fence
from service.adapters.language_model.events import LINE_MAX_BYTES, EventReader
from service.adapters.language_model.scripted import Line, ScriptedLanguageModel
from tests.adapters.language_models import Ear

STREAM = (
    b": hello\r\n\r\nevent: x\r\ndata: one\r\n\r\ndata:two\ndata: more\n\nid: 3\nretry: 4\n\ndata\n\ndata: [DONE]\n\n"
)


def events_of(*chunks: bytes) -> list[bytes]:
    reader = EventReader()
    found = [data for chunk in chunks for data in reader.feed(chunk)]
    last = reader.end()
    return [*found, last] if last else found


def answer_of(*events: object) -> AnswerReader:
    reader = AnswerReader()
    for event in events:
        data = event if isinstance(event, bytes) else json.dumps(event).encode()
        list(reader.feed(b"data: " + data + b"\n\n"))
    list(reader.end())
    return reader


def delta(content: str | None = None, *, finish_reason: str | None = None, index: int = 0) -> dict[str, object]:
    return {"choices": [{"index": index, "delta": {"content": content}, "finish_reason": finish_reason}]}


# --- events ----------------------------------------------------------------------------------------------------------


def test_events_are_their_data() -> None:
    assert events_of(STREAM) == [b"one", b"two\nmore", b"[DONE]"]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_events_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    assert events_of(*[STREAM[a:b] for a, b in pairwise(places)]) == events_of(STREAM)


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_no_bytes_are_too_strange(chunks: list[bytes]) -> None:
    reader = AnswerReader()
    for chunk in chunks:
        list(reader.feed(chunk))
    list(reader.end())
    assert reader.verdict() is not None


def test_the_last_event_may_lack_its_blank_line() -> None:
    assert events_of(b"data: a\n\ndata: [DONE]") == [b"a", b"[DONE]"]


def test_a_line_has_a_limit() -> None:
    reader = EventReader()
    list(reader.feed(b"data: " + b"x" * LINE_MAX_BYTES))
    assert reader.is_overlong


# --- answers ---------------------------------------------------------------------------------------------------------


def test_pieces_make_an_answer() -> None:
    reader = answer_of(delta("a"), delta("b"), delta("other", index=1), delta(finish_reason="stop"), b"[DONE]", b"junk")
    assert (reader.text, reader.verdict()) == ("ab", None)


def test_numbers_that_cannot_be_are_not_believed() -> None:
    for counted in ({"prompt_tokens": -1}, {"prompt_tokens": 10**12}, {"completion_tokens": 5}):
        assert answer_of(delta("a"), {"choices": [], "usage": counted}).usage is None
    assert answer_of({"usage": {"prompt_tokens": 3, "completion_tokens": 4}}).usage == Usage(3, 4)


def test_an_answer_has_a_limit() -> None:
    reader = answer_of(delta("x" * ANSWER_MAX_CHARS), delta("x"))
    assert len(reader.text) == ANSWER_MAX_CHARS
    assert reader.failure is not None
    assert not reader.failure.is_passing


@pytest.mark.parametrize(
    "event", [b"{", b"[]", b'"text"', b"{\"choices\": 3}", b'{"choices":[{"delta":{"content":7}}]}', b"\xff", b'"\xff"']
)  # fmt: skip
def test_what_is_no_event_of_the_protocol(event: bytes) -> None:
    failure = answer_of(event).verdict()
    assert failure is not None
    assert failure.is_passing


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error": {"code": "rate_limit_exceeded", "type": "requests"}}', "rate_limit_exceeded"),
        (b'{"error": {"code": 529}}', "529"),
        (b'{"error": {"code": null, "type": "overloaded_error"}}', "overloaded_error"),
        (b'{"error": {"code": "Bearer sk-123 was wrong"}}', None),
        (b'{"error": "no"}', None),
        (b"[1]", None),
        (b"<html>", None),
        (b"\xff", None),
        (b"[" * 16_000, None),
    ],
)
def test_only_an_errors_name_is_taken(body: bytes, code: str | None) -> None:
    assert error_code(body) == code


# --- dialects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "part"),
    [
        (400, {"error": {"message": "Invalid parameter: 'response_format' of type 'json_schema'"}}, Part.FORM),
        (400, {"error": {"message": "Unsupported parameter: 'max_tokens'", "param": "max_tokens"}}, Part.LIMIT),
        (422, {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs"}]}, Part.USAGE),
        (400, {"error": {"message": "too long for json_schema", "param": "messages"}}, None),
        (400, {"error": {"message": "no such model"}}, None),
        (500, {"error": {"message": "response_format"}}, None),
        (None, {}, None),
    ],
)
def test_which_part_an_endpoint_refuses(status: int | None, body: object, part: Part | None) -> None:
    assert refused_part(status, json.dumps(body).encode()) is part


def test_each_part_gives_way_a_bounded_number_of_times() -> None:
    dialect = Dialect()
    for part in (Part.FORM, Part.FORM, Part.USAGE, Part.LIMIT):
        simpler = dialect.without(part)
        assert simpler is not None
        dialect = simpler
    assert dialect == Dialect(Form.TEXT, "max_completion_tokens", asks_for_usage=False)
    assert [dialect.without(part) for part in Part] == [None, None, None]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ('\n```\n{"a": "```"}\n```\n', '{"a": "```"}'),
        ("```", "```"),
        ('{"a": "```"}', '{"a": "```"}'),
    ],
)
def test_fences(said: str, meant: str) -> None:
    assert without_fence(said) == meant


# --- costs -----------------------------------------------------------------------------------------------------------


def test_costs_are_exact_to_the_millionth_of_a_cent() -> None:
    assert cost_microcents(Usage(1_000_000, 1_000_000), Price(0.15, 0.6)) == 75 * 1_000_000
    assert cost_microcents(Usage(1, 0), Price(0.1, 0)) == 10
    assert cost_microcents(Usage(1, 0), Price(0.005, 0)) == 1
    assert cost_microcents(Usage(5, 5), Price(0, 0)) == 0
    assert cost_microcents(Usage(5, 5), None) is None
    assert [estimated_tokens(size) for size in (0, 1, 4, 5)] == [0, 1, 1, 2]


# --- the scripted model ----------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_the_scripted_model_says_its_lines() -> None:
    model = ScriptedLanguageModel(["first", Line(("se", "cond")), Line(("half",), failure=ModelUnavailable("no"))])
    ear = Ear()
    assert [(await ear.ask(model)).text, (await ear.ask(model)).text] == ["first", "second"]
    with pytest.raises(ModelUnavailable):
        await ear.ask(model)
    assert ear.pieces == ["first", "se", "cond", "half"]
    assert ear.outcomes == ["finished", "finished", "failed"]
    assert len(model.prompts) == 3


@pytest.mark.anyio
async def test_the_scripted_model_obeys_cancellation() -> None:
    ear = Ear()
    with anyio.move_on_after(0.05) as scope:
        await ear.ask(ScriptedLanguageModel([Line(("never",), first_delay_seconds=60)]))
    assert scope.cancelled_caught
    assert ear.outcomes == ["cancelled"]
