"""A letter cut into sentences, whole or while it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.emails.sentences import SentenceReader, first_sentence, sentences, without

LETTER = "Dear Dr. Park,\n\nI work at Acme Inc. in Berlin. It has 2.5 wheels now! Really?\nYes.\n\nKind regards,\nMira"
TEXTS = st.text(alphabet="aA.!? \n”Dr,", max_size=60)


def test_a_letter_by_its_sentences() -> None:
    assert [sentence.strip() for sentence in sentences(LETTER)] == [
        "Dear Dr. Park,",
        "I work at Acme Inc. in Berlin.",
        "It has 2.5 wheels now!",
        "Really?",
        "Yes.",
        "Kind regards,",
        "Mira",
    ]


@given(TEXTS)
def test_nothing_is_lost(text: str) -> None:
    assert "".join(sentences(text)) == text


@given(TEXTS, st.lists(st.integers(0, 60), max_size=8))
def test_any_cut_gives_the_same_sentences(text: str, cuts: list[int]) -> None:
    ends = sorted(min(cut, len(text)) for cut in cuts)
    reader = SentenceReader()
    found = [s for start, end in zip([0, *ends], [*ends, len(text)], strict=True) for s in reader.feed(text[start:end])]
    assert found + reader.end() == sentences(text)


@pytest.mark.parametrize(
    ("removed", "left"),
    [
        (set[int](), "Dear A,\n\nOne. Two. Three.\n\nBye,\nM"),
        ({1}, "Dear A,\n\nTwo. Three.\n\nBye,\nM"),
        ({2}, "Dear A,\n\nOne. Three.\n\nBye,\nM"),
        ({3}, "Dear A,\n\nOne. Two.\n\nBye,\nM"),
        ({1, 2, 3}, "Dear A,\n\nBye,\nM"),
        ({0}, "One. Two. Three.\n\nBye,\nM"),
        ({5}, "Dear A,\n\nOne. Two. Three.\n\nBye,"),
    ],
)
def test_without_some_the_paragraphs_stay(removed: set[int], left: str) -> None:
    assert without(sentences("Dear A,\n\nOne. Two. Three.\n\nBye,\nM"), removed) == left


def test_only_the_first_sentence_is_taken() -> None:
    assert first_sentence("Cut the latency. Then rested.") == "Cut the latency"
    assert first_sentence("Used Node.js for it; fine.") == "Used Node.js for it; fine"


@given(st.text(max_size=200))
def test_a_first_sentence_stands_in_its_line(line: str) -> None:
    assert first_sentence(line) in line
