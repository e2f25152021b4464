"""What arrives, in whatever shape: events, documents, errors."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.language_model.answer_reader import (
    ANSWER_MAX_CHARS,
    LINE_MAX_BYTES,
    AnswerReader,
    EventReader,
    error_code,
)

STREAM = (
    b": hello\r\n\r\nevent: x\r\ndata: one\r\n\r\ndata:two\ndata: more\n\nid: 3\nretry: 4\n\ndata\n\ndata: [DONE]\n\n"
)


def events_of(*chunks: bytes) -> list[bytes]:
    reader = EventReader()
    return [data for chunk in chunks for data in reader.feed(chunk)] + list(reader.end())


def answer_of(*events: object) -> AnswerReader:
    encoded = (event if isinstance(event, bytes) else json.dumps(event).encode() for event in events)
    return read(*(b"data: " + data + b"\n\n" for data in encoded))


def read(*chunks: bytes) -> AnswerReader:
    reader = AnswerReader()
    heard = [piece for chunk in chunks for piece in reader.feed(chunk)] + list(reader.end())
    assert "".join(heard) == reader.text
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


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("blank_lines", [0, 1, 3])
def test_events_may_lack_blank_lines_and_end_in_any_way(end: bytes, blank_lines: int) -> None:
    events = [b'{"a": 1}', b'{"a":', b"[DONE]"]
    stream = b"".join(b"data: " + event + end + blank_lines * end for event in events[:1] + events[2:])
    assert events_of(stream) == events_of(*(stream[at : at + 1] for at in range(len(stream)))) == [events[0], events[2]]
    lines = b"data: " + events[1] + end + b"data: 1}" + end
    assert events_of(stream + end + lines) == [events[0], events[2], b'{"a":\n1}']


def test_a_line_has_a_limit() -> None:
    reader = EventReader()
    list(reader.feed(b"data: " + b"x" * LINE_MAX_BYTES))
    assert reader.is_overlong


# --- answers ---------------------------------------------------------------------------------------------------------


def test_pieces_make_an_answer() -> None:
    reader = answer_of(delta("a"), delta("b"), delta("other", index=1), delta(finish_reason="stop"), b"[DONE]", b"junk")
    assert (reader.text, reader.verdict()) == ("ab", None)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 4}, (3, 4)),
        ({"prompt_tokens": 111.0, "completion_tokens": 57.0}, (111, 57)),
        ({"input_tokens": 3, "output_tokens": 4}, (3, 4)),
        ({"prompt_tokens": None, "input_tokens": 3, "completion_tokens": 4}, (3, 4)),
        ({"prompt_tokens": 3, "completion_tokens": 0}, (3, None)),
        ({"prompt_tokens": -1}, (None, None)),
        ({"prompt_tokens": 10**12}, (None, None)),
        ({"prompt_tokens": "3", "completion_tokens": 5}, (None, 5)),
        ({}, (None, None)),
        ([], (None, None)),
        (None, (None, None)),
        (7, (None, None)),
    ],
)
def test_what_is_no_count_is_none(usage: object, tokens: tuple[int | None, int | None]) -> None:
    reader = answer_of(delta("a"), {"choices": [], "usage": usage}, {"choices": [], "usage": None})
    assert (reader.input_tokens, reader.output_tokens) == tokens


def test_an_answer_has_a_limit() -> None:
    reader = answer_of(delta("x" * ANSWER_MAX_CHARS), delta("x"))
    assert len(reader.text) == ANSWER_MAX_CHARS
    assert reader.failure is not None
    assert not reader.failure.is_passing


@pytest.mark.parametrize("event", [b"{", b"\xff", b'"\xff"', b"<html>", b"[" * 5_000])
def test_what_is_no_json_may_have_been_a_part_of_the_answer(event: bytes) -> None:
    failure = answer_of(delta("a"), event, delta("b", finish_reason="stop")).verdict()
    assert failure is not None
    assert failure.is_passing


@pytest.mark.parametrize(
    "event",
    [
        b"[]", b'"text"', b"7", b"null", b"{}", b'{"choices":3}', b'{"choices":null}', b'{"choices":[null,3]}',
        b'{"choices":[{"delta":null}]}', b'{"choices":[{"delta":{"content":7}}]}',
        b'{"choices":[{"index":null,"delta":{"content":null,"refusal":null},"finish_reason":null}]}',
        b'{"error":null}', b'{"error":{}}', b'{"error":{"message":"","code":null}}', b'{"error":""}', b'{"usage":[]}',
        b'{"choices":[{"delta":{"content":[]},"finish_reason":""}]}', b'{"choices":[{"finish_reason":{}}]}',
    ],
)  # fmt: skip
def test_what_has_an_unknown_shape_is_absent(event: bytes) -> None:
    reader = answer_of(event, delta("a"), event, delta("b", finish_reason="stop"), event)
    assert (reader.text, reader.verdict()) == ("ab", None)


def test_a_document_is_read_whatever_stands_before_it() -> None:
    choice = {"message": {"content": [{"type": "text", "text": "a"}, "b"]}, "finish_reason": "STOP"}
    body = json.dumps({"choices": [choice], "usage": {"input_tokens": 3}}, indent=1).encode()
    for start in (b"", b"\xef\xbb\xbf", b" \r\n"):
        for chunks in ([start + body], [(start + body)[at : at + 1] for at in range(len(start + body))]):
            reader = read(*chunks)
            assert (reader.text, reader.verdict(), reader.input_tokens) == ("ab", None, 3)
    assert read(body[:-1]).verdict() is not None


def test_a_stream_may_begin_with_a_mark_and_blank_lines() -> None:
    event = b"data: " + json.dumps(delta("a", finish_reason="stop")).encode()
    assert read(b"\xef", b"\xbb", b"\xbf\n\n", event).text == "a"


def test_documents_may_come_one_in_each_line() -> None:
    lines = [json.dumps(delta("a")), json.dumps(delta("b", finish_reason="stop")), ""]
    assert read("\n".join(lines).encode()).text == "ab"


def test_parts_are_text_or_thoughts() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "reasoning", "text": "hm"},
        {"type": "text", "text": "a"},
        {"text": "b"},
        {"type": "text", "text": None},
        7,
    ]
    reader = answer_of({"choices": [{"delta": {"content": parts}}]}, delta(finish_reason="length"))
    assert reader.text == "ab"
    assert reader.is_cut_by_thoughts


@pytest.mark.parametrize("said", ["message", "delta"])
def test_a_last_event_may_repeat_the_whole(said: str) -> None:
    last = {"choices": [{said: {"role": "assistant", "content": "ab"}, "finish_reason": "stop"}]}
    assert answer_of(delta("a"), delta("b"), last).text == "ab"
    assert answer_of(last).text == "ab"


@pytest.mark.parametrize(
    ("finish_reason", "reason"),
    [
        ("stop", None),
        ("length", "the answer was cut at its length limit"),
        ("MAX_TOKENS", "the answer was cut at its length limit"),
        ("content_filter", "the model refused"),
        ("SAFETY", "the model refused"),
        ("error", "the provider reported an error while it answered"),
    ],
)
def test_ends_by_their_names(finish_reason: str, reason: str | None) -> None:
    failure = answer_of(delta("a"), delta(finish_reason=finish_reason)).verdict()
    assert (failure and failure.reason) == reason


@pytest.mark.parametrize("finish_reason", [None, "length"])
@pytest.mark.parametrize("text", ['{"a": 1}', '<think>{</think>\n{"a": {"b": []}}\n'])
def test_a_whole_object_is_an_answer_whatever_is_said_of_its_end(text: str, finish_reason: str | None) -> None:
    assert answer_of(delta(text, finish_reason=finish_reason)).verdict() is None
    cut = answer_of(delta(text.rstrip()[:-1], finish_reason=finish_reason)).verdict()
    assert cut is not None
    assert cut.may_differ is (finish_reason == "length")


@pytest.mark.parametrize(
    ("events", "is_cut_by_thoughts"),
    [
        ([delta("a")], False),
        ([delta("<think>first"), delta(" I")], True),
        ([{"choices": [{"delta": {"reasoning_content": "first I"}}]}], True),
        ([{"choices": [{"delta": {"reasoning": "first I"}}]}, delta("a")], True),
    ],
)
def test_a_limit_is_eaten_by_thoughts(events: list[object], is_cut_by_thoughts: bool) -> None:
    assert answer_of(*events, delta(finish_reason="length")).is_cut_by_thoughts is is_cut_by_thoughts
    assert not answer_of(*events, delta(finish_reason="stop")).is_cut_by_thoughts


def test_other_places_of_what_is_known() -> None:
    assert answer_of({"x_groq": {"usage": {"prompt_tokens": 3, "completion_tokens": 4}}}).output_tokens == 4
    assert answer_of({"choices": [{"delta": {"content": {"type": "text", "text": "a"}}}]}).text == "a"
    assert read(b"data: data: " + json.dumps(delta("a")).encode() + b"\n\n").text == "a"
    failure = answer_of({"object": "error", "message": "overloaded", "code": 503}).failure
    assert failure is not None


def test_comments_are_signs_of_life() -> None:
    reader = AnswerReader()
    assert list(reader.feed(b": processing\n\n:\n")) == []
    assert reader.signs_of_life == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error": {"code": "rate_limit_exceeded", "type": "requests"}}', "rate_limit_exceeded"),
        (b'{"error": {"code": 529}}', "529"),
        (b'{"error": {"code": null, "type": "overloaded_error"}}', "overloaded_error"),
        (b'{"error": {"code": "Bearer sk-123 was wrong"}}', None),
        (b'{"error": "no"}', None),
        (b"[1]", None),
        (b'[{"error": {"code": 400}}]', "400"),
        (b"<html>", None),
        (b"\xff", None),
        (b"[" * 16_000, None),
    ],
)
def test_only_an_errors_name_is_taken(body: bytes, code: str | None) -> None:
    assert error_code(body) == code
