"""What cannot be read is 400, what is read and wrong is 422 with its place; nothing is a crash."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from service.kernel.errors import InvalidRequest, NotFound
from service.web.decoding import (
    JSON_DEPTH_MAX,
    NO_NUL,
    NO_SPACE,
    ONE_LINE,
    MalformedJson,
    MalformedRequest,
    UnsupportedMediaType,
    decode_body,
    decode_query,
    path_values,
    require_json,
)
from service.web.paging import Paging


class Recruiter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: Annotated[str, Meta(max_length=12)]


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recruiter: Recruiter | None = None
    others: list[Recruiter] = []
    count: int = 0
    most: int | None = None
    at: datetime | None = None
    id: UUID | None = None
    anything: Any = None


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    page: Annotated[int, Meta(ge=1)] = 1
    search: str | None = None
    is_open: bool | None = None


def test_a_good_body_is_typed() -> None:
    form = decode_body(b'{"recruiter": {"email": "a@b.example"}, "at": "2026-01-31T09:30:00Z"}', Form)
    assert form.recruiter == Recruiter("a@b.example")
    assert form.at is not None
    assert form.at.tzinfo is not None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"  \n",
        b"{",
        b'{"count": 1,}',
        b"{'count': 1}",
        b'{"count": 01}',
        b'{"count": NaN}',
        b'{"count": -Infinity}',
        b'{"count": 1} {}',
        b'{"count": 1, "count": 2}',
        b'{"anything": {"a": 1, "a": 1}}',
        b'{"anything": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"count": 1}'.encode("utf-16"),
        b'{"anything": "a\nb"}',
        b'{"anything": "\\uD800"}',
        b'{"anything": ["\\udfff x"]}',
        b'{"\\ud800": 1}',
        b'{"anything": [{"b": 1}, {"a": "\\":", "b": 1, "a": 2}]}',
        b"[" * 5_000,
        b"[" * 5_000 + b"]" * 5_000,
        b'{"anything":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"anything":' + b"[" * (JSON_DEPTH_MAX + 1) + b"]" * (JSON_DEPTH_MAX + 1) + b"}",
    ],
)
def test_what_is_not_json_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedJson):
        decode_body(raw, Form)


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (b"[]", ""),
        (b"null", ""),
        (b'{"recruiter": {"email": 3}}', "/recruiter/email"),
        (b'{"recruiter": {}}', "/recruiter/email"),
        (b'{"recruiter": {"email": "far too long for it"}}', "/recruiter/email"),
        (b'{"others": [{"email": "a"}, {"email": null}]}', "/others/1/email"),
        (b'{"nobody": 1}', "/nobody"),
        (b'{"recruiter": {"email": "a", "a/b~c": 1}}', "/recruiter/a~1b~0c"),
        (b'{"count": "1"}', "/count"),
        (b'{"count": 0.5}', "/count"),
        (b'{"count": true}', "/count"),
        (b'{"id": "nope"}', "/id"),
        (b'{"at": "yesterday"}', "/at"),
        (b'{"anything": ["a", {"b": "\\u0000"}]}', "/anything/1/b"),
        (b'{"\\u0000": 1}', ""),
    ],
)
def test_what_is_json_and_wrong_names_its_place(raw: bytes, pointer: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        decode_body(raw, Form)
    assert [error.pointer for error in raised.value.errors] == [pointer]


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"9" * 5_000, b"9223372036854775808", b"-9223372036854775808"])
def test_numbers_out_of_range_are_wrong_wherever_they_stand(number: bytes) -> None:
    with pytest.raises(InvalidRequest):
        decode_body(b'{"anything": [' + number + b"]}", Form)


def test_a_whole_number_is_an_integer_however_it_is_written() -> None:
    assert decode_body(b'{"count": 5.0}', Form).count == 5
    assert decode_body(b'{"count": 1e2, "most": 7.0}', Form).most == 7


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', "\\\\", '\\"', ":", '":', "\\u0022:"])
def test_colons_and_quotes_in_texts_are_not_members(text: str) -> None:
    body = {"anything": {text: [text, {text: text}]}}
    assert decode_body(msgspec.json.encode(body), Form).anything == body["anything"]


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert decode_body(b'{"anything": "\\ud83d\\ude00"}', Form).anything == "\U0001f600"


@given(st.binary(max_size=200))
def test_no_bytes_crash_it(raw: bytes) -> None:
    try:
        decode_body(raw, Form)
    except (MalformedJson, InvalidRequest) as refusal:
        msgspec.json.encode([refusal.detail, *(error.pointer for error in refusal.errors)])


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_no_json_crashes_it(value: Any) -> None:
    with suppress(MalformedJson, InvalidRequest):
        decode_body(msgspec.json.encode({"anything": value}), Form)


class Texts(msgspec.Struct, frozen=True):
    plain: Annotated[str, Meta(pattern=NO_NUL)] = ""
    line: Annotated[str, Meta(pattern=ONE_LINE)] = ""
    url: Annotated[str, Meta(pattern=NO_SPACE)] = "x"
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="three capital letters")] = "EUR"
    languages: tuple[Annotated[str, Meta(pattern="^[a-z]{2}$", description="two small letters")] | None, ...] = ()
    colour: Annotated[str, Meta(pattern="^#")] = "#"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"line": "a\\nb"}', "must be one line without control characters"),
        (b'{"line": "a\\n"}', "must be one line without control characters"),
        (b'{"url": "a b"}', "holds a space or a control character"),
        (b'{"url": "a\\n"}', "holds a space or a control character"),
        (b'{"currency": "eur"}', "must be three capital letters"),
        (b'{"languages": ["EN"]}', "must be two small letters"),
        (b'{"colour": "red"}', "is not written as it must be"),
    ],
)
def test_a_pattern_is_said_in_words(raw: bytes, said: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        decode_body(raw, Texts)
    assert [error.detail for error in raised.value.errors] == [said]


@pytest.mark.parametrize(
    ("raw", "is_half"),
    [
        (b'{"anything": "\\ud800"}', True),
        (b'{"anything": "\\\\\\uDBFF and so on"}', True),
        (b'{"anything": "\\ud83d\\ude00\\ude00"}', True),
        (b'{"anything": "\\ud83d\\ud83d\\ude00"}', True),
        (b'{"anything": "\\ud83d\\ude00 \\\\ud800"', False),
        (b'{"anything": "\\\\\\\\ud800"', False),
    ],
)
def test_half_a_surrogate_pair_is_called_so(raw: bytes, is_half: bool) -> None:
    with pytest.raises(MalformedJson) as raised:
        decode_body(raw, Form)
    assert ("surrogate" in raised.value.detail) == is_half


def test_what_is_wrong_with_a_query_as_a_whole_is_said_of_the_query() -> None:
    with pytest.raises(InvalidRequest, match=r"^the query: `page` and `cursor` exclude each other\.$"):
        decode_query(b"page=1&cursor=x", Paging)


def test_a_query_is_typed() -> None:
    assert decode_query(b"page=3&search=a%20%C3%A9&is_open=true", Listing) == Listing(3, "a é", is_open=True)


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (b"page=0", "/page"),
        (b"page=", "/page"),
        (b"page=1&page=2", "/page"),
        (b"pages=1", "/pages"),
        (b"search=%00", "/search"),
        (b"page=" + b"9" * 5_000, "/page"),
    ],
)
def test_a_wrong_query_names_its_parameter(raw: bytes, pointer: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        decode_query(raw, Listing)
    assert [error.pointer for error in raised.value.errors] == [pointer]


@pytest.mark.parametrize(
    "raw", [b"search=%ff", b"&".join(b"a%d=1" % number for number in range(60)), "search=é".encode()]
)
def test_an_unreadable_query_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedRequest):
        decode_query(raw, Listing)


@pytest.mark.parametrize(
    "media_type", ["application/json", "Application/JSON; charset=utf-8", "application/merge+json"]
)
def test_json_media_types_are_taken(media_type: str) -> None:
    require_json({"headers": [(b"content-type", media_type.encode())]})


@pytest.mark.parametrize("media_type", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", ""])
def test_other_media_types_are_refused(media_type: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        require_json({"headers": [(b"content-type", media_type.encode())]})


@pytest.mark.parametrize("value", [2**63, "a\x00b", "a\nb"])
def test_an_id_no_row_can_have_is_not_found(value: Any) -> None:
    with pytest.raises(NotFound):
        path_values({"path_params": {"id": value}})
