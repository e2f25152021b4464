"""Joining a line of a résumé to the words around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.emails.offline.grammar import calm, clause, is_fragment, with_article


@pytest.mark.parametrize(
    ("line", "said"),
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
        ("Responsible for the API", "was responsible for the API"),
        ("Einführung von Tests", None),
        ("SQL tuned weekly", None),
        ("Led", None),
        ("", None),
    ],
)
def test_a_line_in_the_past_tense_becomes_a_clause(line: str, said: str | None) -> None:
    assert clause(line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Lead a team of five engineers", "lead a team of five engineers"),
        ("Create and maintain PostgreSQL backups", "create and maintain PostgreSQL backups"),
        ("Design, build and run the API", "design, build and run the API"),
        ("Leads the platform team", "lead the platform team"),
        ("Maintain infrastructure in AWS", "maintain infrastructure in AWS"),
        ("Responsible for the API", "am responsible for the API"),
        ("Was responsible for the API", "was responsible for the API"),
        ("Design of APIs in Python", None),
        ("Lead engineer for payments", None),
        ("Distributed systems for sync", None),
    ],
)
def test_work_that_goes_on_is_told_in_the_present(line: str, said: str | None) -> None:
    assert clause(line, is_current=True) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Deployed to 400+ active students", "deployed it to 400+ active students"),
        ("Open-sourced with 120+ GitHub stars", "open-sourced it with 120+ GitHub stars"),
        ("Built with React and Go", "built it with React and Go"),
        ("Built a parser with React", "built a parser with React"),
        ("Used by 300 people every day", None),
    ],
)
def test_a_project_is_the_object_that_its_lines_leave_out(line: str, said: str | None) -> None:
    assert clause(line, is_project=True) == said
    assert clause(line) in {None, said}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Promoted to team lead after a year", "was promoted to team lead after a year"),
        ("Promoted a culture of testing", "promoted a culture of testing"),
        ("Awarded Employee of the Month twice", "was awarded Employee of the Month twice"),
    ],
)
def test_what_was_done_to_somebody_is_told_so(line: str, said: str) -> None:
    assert clause(line) == said


@pytest.mark.parametrize(
    "line",
    ["Lead a team of five", "BUILT THE BILLING SERVICE IN PYTHON", "Built with React and Go", "Maintains the backups"],
)
def test_what_is_neither_a_sentence_nor_a_noun_is_a_fragment(line: str) -> None:
    assert clause(line) is None
    assert is_fragment(line)


@pytest.mark.parametrize(
    "line", ["Distributed systems for sync", "Conception d'API REST", "Design of APIs", "SQL tuning"]
)
def test_a_noun_may_follow_a_colon(line: str) -> None:
    assert not is_fragment(line)


def test_a_title_in_capitals_is_written_as_others_are() -> None:
    assert [calm(title) for title in ("SENIOR DATA ENGINEER", "SRE", "Head of QA")] == [
        "Senior Data Engineer",
        "SRE",
        "Head of QA",
    ]


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
    clause(line)
    with_article(line)
