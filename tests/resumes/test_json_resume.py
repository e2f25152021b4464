"""Which documents are taken, and what is said of those that are not."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.errors import InvalidRequest
from service.resumes.json_resume import DEPTH_MAX, DOCUMENT_MAX_BYTES, FAULTS_MAX, VALUES_MAX, read, schema
from tests.properties import examples
from tests.resumes.documents import ada


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"basics": {}, "work": [], "skills": []},
        {"basics": None, "work": None},
        {"basics": {"name": None, "profiles": [{"network": "x"}]}},
        {"work": [{"highlights": None}]},
        {"x": nested(DEPTH_MAX - 1)},
        {"x": "é\u2028\U0001f600\t\n"},
        {"x": [0] * (VALUES_MAX - 2)},
        {"basics": {"summary": "x" * 20_000}},
    ],
)
def test_documents_in_order_are_read(document: dict[str, Any]) -> None:
    read(document)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"basics": 5}, "/basics", "Expected `object | null`, got `int`"),
    ({"basics": {"name": 5}}, "/basics/name", "Expected `str | null`, got `int`"),
    ({"work": {"name": "x"}}, "/work", "Expected `array | null`, got `object`"),
    ({"work": [{}, {"startDate": 2019}]}, "/work/1/startDate", "Expected `str | null`, got `int`"),
    ({"work": [{"highlights": ["a", 1]}]}, "/work/0/highlights/1", "Expected `str`, got `int`"),
    ({"skills": ["Python"]}, "/skills/0", "Expected `object`, got `str`"),
    ({"skills": [{"keywords": "Python"}]}, "/skills/0/keywords", "Expected `array | null`, got `str`"),
    ({"basics": {"name": "x" * 1_001}}, "/basics/name", "Expected `str` of length <= 1000"),
    ({"work": [{}] * 201}, "/work", "Expected `array` of length <= 200"),
    ({"x": {"a/b~": ["ok", "a\0b"]}}, "/x/a~1b~0/1", "holds a NUL character"),
    ({"x": {"y": "\ud800"}}, "/x/y", "holds half of a surrogate pair"),
    ({"x": {"\udfff": 1}}, "/x", "holds half of a surrogate pair"),
    ({"x": math.inf}, "/x", "is not a finite number"),
    ({"x": [math.nan]}, "/x/0", "is not a finite number"),
    ({"x": 10**4_000}, "/x", "is an integer out of range"),
    ({"x": nested(DEPTH_MAX + 1)}, "", f"nests deeper than {DEPTH_MAX} levels"),
    ({"x": [0] * VALUES_MAX}, "", f"holds more than {VALUES_MAX} values"),
    ({"x": ["é" * 1_000] * (DOCUMENT_MAX_BYTES // 2_000 + 1)}, "", "is larger than 1000 kB"),
]


@pytest.mark.parametrize(("document", "pointer", "detail"), WRONG)
def test_what_is_wrong_is_named_with_its_place(document: dict[str, Any], pointer: str, detail: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(document)
    (fault,) = caught.value.errors
    assert fault.pointer == pointer
    assert detail in fault.detail
    assert (pointer or "as a whole") in caught.value.detail


def test_every_unstorable_text_is_named_up_to_a_bound() -> None:
    with pytest.raises(InvalidRequest) as caught:
        read({"x": ["\0"] * 100})
    assert len(caught.value.errors) == FAULTS_MAX


def test_the_schema_says_what_is_read_without_references() -> None:
    properties = schema()["properties"]
    assert set(properties) >= {"basics", "work", "skills", "projects", "education"}
    assert "$ref" not in str(properties)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=10), inner, max_size=4)
    ),
    max_leaves=20,
)
SECTIONS = st.sampled_from([*ada(), "unknown"])


@examples(300)
@given(st.dictionaries(SECTIONS, JSON, max_size=4))
def test_any_object_is_read_or_refused_in_words_that_encode(document: dict[str, Any]) -> None:
    try:
        read(document)
    except InvalidRequest as error:
        for text in (error.detail, *(fault.pointer + fault.detail for fault in error.errors)):
            text.encode("utf-8")
