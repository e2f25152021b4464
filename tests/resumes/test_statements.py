"""What of a résumé can be cited, where, and how it reads as text."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.resumes.model import Statement
from service.resumes.operations import read_document
from service.resumes.statements import STATEMENTS_MAX, TEXT_MAX_CHARS
from tests.properties import examples
from tests.resumes.documents import ada
from tests.samples import SAMPLES, needs_samples


def at(document: Mapping[str, Any], reference: str) -> Any:
    """What stands at a reference: its steps lead through the document."""
    value: Any = document
    for step in reference.split("/"):
        value = value[int(step) if step.isdigit() else step]
    return value


def cited(document: Mapping[str, Any]) -> dict[str, Statement]:
    return {statement.reference: statement for statement in read_document(document).statements}


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("basics/label", "Backend engineer"),
        ("basics/summary", "Ten years of payment systems. Calm under load."),
        ("work/0", "Senior engineer at Northwind (2019-02 – 2024-06-30)"),
        ("work/0/summary", "Owned the ledger."),
        ("work/0/highlights/1", "Mentored four engineers"),
        ("work/1", "Engineer at Contoso (2014)"),
        ("volunteer/0", "Teacher at Code Club"),
        ("volunteer/0/highlights/0", "Taught forty children"),
        ("projects/0", "pgqueue: A queue on PostgreSQL"),
        ("projects/0/highlights/0", "12 000 jobs a second"),
        ("skills/0", "Databases: PostgreSQL, Redis"),
        ("education/0", "MSc, Informatics, TU Berlin"),
        ("education/0/courses/0", "Databases"),
        ("languages/0", "German (Native)"),
        ("certificates/0", "CKA, CNCF (2023-01-01)"),
        ("awards/0", "Best talk, PyCon"),
        ("awards/0/summary", "On queues."),
        ("publications/0", "Queues, ACM"),
    ],
)
def test_statements_are_cited_by_their_place(reference: str, text: str) -> None:
    assert cited(ada())[reference].text == text


def test_technologies_are_what_the_resume_itself_calls_so() -> None:
    statements = cited(ada())
    assert statements["projects/0"].technologies == ("PostgreSQL", "Rust")
    assert statements["skills/0"].technologies == ("PostgreSQL", "Redis")
    assert statements["skills/1"].technologies == ("Go",)
    assert statements["work/0/highlights/0"].technologies == ()


def test_the_text_is_the_resume_in_sections() -> None:
    text = read_document(ada()).text
    assert text.startswith(
        "Ada Example\nBackend engineer\nBerlin, DE\nTen years of payment systems. Calm under load.\n\n"
        "Work\nSenior engineer at Northwind (2019-02 – 2024-06-30)\n- Owned the ledger.\n- Cut settlement"
    )
    assert "\n\nSkills\nDatabases: PostgreSQL, Redis\nGo\n\nEducation\n" in text
    assert "Bees" not in text


def test_what_has_no_name_is_not_the_entry_above() -> None:
    acme, dated, undated = (
        {"name": "Acme", "highlights": ["One"]},
        {"startDate": "2017", "endDate": "2019", "highlights": ["Two"]},
        {"highlights": ["Three"]},
    )
    resume = read_document({"work": [acme, dated, undated]})
    assert resume.text == "Work\nAcme\n- One\n2017 – 2019\n- Two\n\n- Three"


@pytest.mark.parametrize("document", [{}, {"basics": {}, "work": [{"name": None}], "skills": [{"keywords": [" "]}]}])
def test_what_says_nothing_gives_nothing(document: dict[str, Any]) -> None:
    resume = read_document(document)
    assert (resume.name, resume.label, resume.statements, resume.text) == (None, None, (), "")


def test_statements_and_text_are_bounded() -> None:
    resume = read_document({"work": [{"highlights": ["x" * 900] * 10} for _ in range(110)]})
    assert len(resume.statements) == STATEMENTS_MAX
    assert len(resume.text) <= TEXT_MAX_CHARS


LINES = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={"name": LINES, "position": LINES, "summary": LINES, "highlights": st.none() | st.lists(st.just("x"))},
    ),
    max_size=4,
)


@examples(200)
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(["work", "projects", "skills", "education", "volunteer"], ENTRIES))
)
def test_every_statement_is_one_line_whose_place_is_in_the_document(document: dict[str, Any]) -> None:
    for statement in read_document(document).statements:
        assert statement.text == statement.text.strip()
        assert statement.text.isprintable()
        at(document, statement.reference)


@needs_samples
def test_the_real_sample_is_read() -> None:
    document = json.loads((SAMPLES / "resumes" / "jsonresume_sample.resume.json").read_bytes())
    resume = read_document(document)
    statements = {statement.reference: statement for statement in resume.statements}
    assert (resume.name, resume.label) == ("Richard Hendriks", "Programmer")
    assert statements["work/0"].text == "CEO/President at Pied Piper (2013-12-01 – 2014-12-01)"
    assert statements["work/0/highlights/1"].text == "Successfully won Techcrunch Disrupt"
    assert statements["skills/0"].technologies == ("HTML", "CSS", "Javascript")
    assert statements["education/0"].text.startswith("Bachelor, Information Technology, University of Oklahoma")
    for reference in statements:
        at(document, reference)
    assert resume.document == document
