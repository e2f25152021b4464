"""The object in a model's answer: what stands around it, and what is not quite JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.language_model.json_answer import find_object, without_thoughts

WANTED = {"name": "Ada", "notes": ["a", "b"]}
TEXT = json.dumps(WANTED)


def wanted(found: dict[str, Any]) -> dict[str, Any] | None:
    return found if "name" in found else None


@pytest.mark.parametrize(
    "answer",
    [
        TEXT,
        f"Here it is {{name, notes}}:\n```json\n{TEXT}\n```\nDone {{.}}",
        f"<think>{{name}}</think>{TEXT}",
        f'a draft {{"name": "Bob"}} </think>\n{TEXT}',
        f'{{"name": "a draft"}} and then {TEXT}',
        f'{{"answer": {TEXT}}}',
        f'[{{"type": "object", "value": {TEXT}}}]',
        json.dumps(TEXT),
        json.dumps({"answer": TEXT}),
        '{"name": "Ada", "notes": ["a", "b",],}',
        '{"name": "Ada",\n "notes": ["a", "b" , ] , }, and more',
        "\ufeff" + TEXT,
        '{"name": "Ada", "notes": ["a", "b"], "x": "\\ud800"}'.replace(', "x": "\\ud800"', ""),
    ],
)
def test_the_object_is_found(answer: str) -> None:
    assert find_object(answer, wanted) == WANTED


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ('{"name": "two\nlines\tand a tab"}', "two\nlines\tand a tab"),
        (r'{"name": "it\'s \$5 \n",}', "it's $5 \n"),
        ('{"name": "a, ] b", "x": [1,],}', "a, ] b"),
        (r'{"name": "\ud83e\udd81 \ud83e"}', "🦁 \ufffd"),
    ],
)
def test_strings_are_read_though_they_are_not_quite_json(answer: str, name: str) -> None:
    assert (find_object(answer, wanted) or {})["name"] == name


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "7", f"<think>{TEXT}", '{"other": 1}', "{" * 9_000, '{"a":' * 5_000, TEXT[:-1], f"{TEXT}</think>"],
)
def test_what_has_no_object_gives_none(answer: str) -> None:
    assert find_object(answer, wanted) is None


def test_only_what_follows_the_thoughts_is_said() -> None:
    assert without_thoughts("a</think>b<think>c") == "b"


@given(st.dictionaries(st.sampled_from("abc"), st.text() | st.integers() | st.none(), max_size=3), st.text(max_size=20))
def test_any_object_is_found_again(document: dict[str, Any], name: str) -> None:
    asked = document | {"name": name}
    assert find_object(f"So: {json.dumps(asked)} !", wanted) == asked
