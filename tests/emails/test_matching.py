"""Which lines answer which requirement."""

import pytest

from service.emails.matching import Line, ranked, shared_technologies, terms
from tests.emails.briefs import RESUME, brief, posting


@pytest.mark.parametrize(
    ("text", "name", "is_named"),
    [
        ("C and C++", "C", True),
        ("C++ only", "C", False),
        ("C# only", "C", False),
        ("C# only", "C#", True),
        ("Go services", "Go", True),
        ("go on", "Go", False),
        ("Django", "Go", False),
        ("R, Python", "R", True),
        ("ASP.NET", ".NET", False),
        ("in .NET 8", ".NET", True),
        ("Node.js", "Node.js", True),
        ("Node", "Node.js", False),
        ("postgresql 15", "PostgreSQL", True),
        ("React.js", "React", False),
        ("", "Python", False),
        ("Python", "", False),
    ],
)
def test_technologies_are_told_apart(text: str, name: str, is_named: bool) -> None:
    assert Line.of(text).names(name) is is_named


def test_the_best_line_answers_the_requirement_it_shares_most_with() -> None:
    asked = brief(posting(), RESUME)
    assert asked.candidate is not None
    best = ranked(asked.candidate, asked.vacancy)[0]
    assert best.statement.reference == "work/1/highlights/1"
    assert best.requirement is not None
    assert best.requirement.reference == "requirements/1"


def test_without_a_posting_the_order_of_the_resume_stands() -> None:
    asked = brief(None, RESUME)
    assert asked.candidate is not None
    assert [match.statement for match in ranked(asked.candidate, None)] == list(asked.candidate.statements)


def test_shared_technologies_cite_the_skill_before_the_sentence() -> None:
    asked = brief(posting(), RESUME)
    assert asked.candidate is not None
    assert asked.vacancy is not None
    pairs = shared_technologies(asked.candidate, asked.vacancy)
    assert [(technology.text, ground.reference) for technology, ground in pairs] == [
        ("Python", "skills/0"),
        ("PostgreSQL", "skills/1"),
        ("Kafka", "skills/1"),
        ("Kubernetes", "skills/2"),
    ]


def test_terms_leave_out_the_small_words() -> None:
    assert terms("Experience with migrations and the migration of databases") == terms("migrated database")
