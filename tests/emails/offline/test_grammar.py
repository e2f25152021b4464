"""Joining a line of a résumé to the words around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.emails.offline.grammar import past_clause, with_article


@pytest.mark.parametrize(
    ("line", "clause"),
    [
        ("Cut the latency by half.", "cut the latency by half"),
        ("Built and ran the API", "built and ran the API"),
        ("Successfully migrated four services", "successfully migrated four services"),
        ("I led the team", "led the team"),
        ("Co-founded the guild of testers", "co-founded the guild of testers"),
        ("Automated the release of three apps", "automated the release of three apps"),
        ("Distributed systems design", None),
        ("Automated testing of forms", None),
        ("Embedded software in C", None),
        ("Build an algorithm for artists", None),
        ("Responsible for the API", None),
        ("Einführung von Tests", None),
        ("SQL tuned weekly", None),
        ("Led", None),
        ("", None),
    ],
)
def test_a_line_in_the_past_tense_becomes_a_clause(line: str, clause: str | None) -> None:
    assert past_clause(line) == clause


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("Backend Engineer", "a Backend Engineer"),
        ("Engineer", "an Engineer"),
        ("SRE", "an SRE"),
        ("QA Lead", "a QA Lead"),
        ("Unix Administrator", "a Unix Administrator"),
        ("UX Designer", "a UX Designer"),
        ("Head of Data", "Head of Data"),
        ("CTO", "CTO"),
        ("CEO/President", "CEO/President"),
        ("Operations Lead", "an Operations Lead"),
        ("University Lecturer", "a University Lecturer"),
        ("Underwriter", "an Underwriter"),
        ("iOS Developer", "an iOS Developer"),
    ],
)
def test_titles_get_their_article(title: str, phrase: str) -> None:
    assert with_article(title) == phrase


@given(st.text(max_size=200))
def test_any_line_can_be_read(line: str) -> None:
    past_clause(line)
    with_article(line)
