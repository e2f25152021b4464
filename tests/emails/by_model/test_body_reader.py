"""The letter's text out of a document that is still being written, at any cut."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.emails.by_model.body_reader import BodyReader

SCALARS: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
NAMES = st.sampled_from(["subject", "claims", "bod", "Body", 'bo"dy', "x" * 80, "body\\"])
MEMBERS = st.dictionaries(NAMES, VALUES, max_size=4)


@st.composite
def pieces(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A body, and a document that has it, in pieces cut anywhere."""
    body = draw(st.text(max_size=60))
    document = {**draw(MEMBERS), "body": body, **draw(MEMBERS)}
    text = json.dumps(document, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 2])))
    text = draw(st.sampled_from(["", "Here you are:\n", "```json\n"])) + text
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=20)))
    return body, [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@given(pieces())
def test_the_pieces_put_together_are_the_body_and_each_is_a_beginning(given: tuple[str, list[str]]) -> None:
    body, cut = given
    reader, so_far = BodyReader(), ""
    for piece in cut:
        so_far += reader.feed(piece)
        assert body.startswith(so_far)
    assert so_far == body
    assert reader.is_done


@given(pieces())
def test_character_by_character_gives_the_same(given: tuple[str, list[str]]) -> None:
    body, cut = given
    reader = BodyReader()
    assert "".join(reader.feed(character) for character in "".join(cut)) == body


@given(st.text(alphabet='{}[]":,\\ubody d83e d\u0301ü\n', max_size=80))
def test_garbage_gives_text_or_nothing(text: str) -> None:
    reader = BodyReader()
    "".join(reader.feed(character) for character in text).encode()  # no half of a surrogate pair either


@pytest.mark.parametrize(
    ("document", "body"),
    [
        ('{"claims": [{"body": "no"}], "body": "yes"}', "yes"),
        ('{"subject": "body", "body": "yes"}', "yes"),
        ('{"x": {"body": "no"}, "body": "yes", "body": "again"}', "yes"),
        ('{"body": 7}', ""),
        ('{"body": ["no"]}', ""),
        ('{"bo\\u0064y": "yes"}', "yes"),
        ('{"body": "a\\n\\"b\\" \\\\ \\/ \\t"}', 'a\n"b" \\ / \t'),
        ('{"body": "\\ud83e\\udd81!"}', "🦁!"),
        ('{"body": "\\ud83e!"}', "\ufffd!"),
        ('{"body": "\\udd81\\ud83e"}', "\ufffd\ufffd"),
        ('{"body": "breaks o', "breaks o"),
        ('{"body": "breaks \\u00', "breaks "),
        ("body", ""),
    ],
)
def test_places_escapes_and_halves(document: str, body: str) -> None:
    assert BodyReader().feed(document) == body


def test_it_agrees_with_the_decoder() -> None:
    document = msgspec.json.encode({"subject": "é", "body": "Grüße,\n\t“ok” 🦁", "claims": []}).decode()
    assert BodyReader().feed(document) == "Grüße,\n\t“ok” 🦁"
