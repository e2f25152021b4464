"""From what was gathered to what a writer is told."""

from service.emails.brief import LANGUAGES
from service.emails.model import Recruiter, Source
from service.emails.offline.phrasebook import phrasebooks
from service.resumes.operations import read_document
from tests.emails.briefs import ADA, RESUME, brief, posting


def test_the_employer_is_the_postings_company_and_else_the_recruiters() -> None:
    assert brief(posting(), None, recruiter=Recruiter("Tom", company="Nordhire")).employer == "Lumenvale"
    assert brief(posting(company=None), None, recruiter=Recruiter("Tom", company="Nordhire")).employer == "Nordhire"
    assert brief(None, None, recruiter=Recruiter("Tom")).employer == ""


def test_a_reference_finds_its_line_and_what_stands_below_it() -> None:
    asked = brief(posting(), RESUME)
    assert (
        asked.ground(Source.RESUME, "work/0/highlights/3")
        == "Mentored two junior engineers through their first year on call"
    )
    assert "Tidemark Ferries" in asked.ground(Source.RESUME, "work/0")
    assert asked.ground(Source.JOB, "requirements/0") == "Four years or more with Python in production"
    for source, nowhere in ((Source.RESUME, "work/7"), (Source.RESUME, "work/0/high"), (Source.GITHUB, "work/0")):
        assert asked.ground(source, nowhere) == ""


def test_statements_carry_their_place_and_whose_they_are() -> None:
    candidate = brief(None, RESUME).candidate
    assert candidate is not None
    first = candidate.statements[0]
    assert (first.reference, first.about, first.is_project) == ("work/0/highlights/0", "Tidemark Ferries", False)
    project = next(statement for statement in candidate.statements if statement.is_project)
    assert (project.reference, project.about) == ("projects/0/highlights/0", "tidelog")
    assert [position.is_current for position in candidate.positions] == [True, False]


def test_older_documents_name_the_employer_company() -> None:
    document = {"work": [{"company": "Acme", "position": "Engineer", "startDate": "soon"}]}
    candidate = brief(None, document).candidate
    assert candidate is not None
    assert (candidate.positions[0].organisation, candidate.positions[0].since_year) == ("Acme", "")


def test_a_position_without_dates_is_not_said_to_be_held_still() -> None:
    candidate = brief(None, {"work": [{"name": "King", "position": "Analyst"}]}).candidate
    assert candidate is not None
    assert not candidate.positions[0].is_current


def test_an_employer_is_who_the_resumes_statements_say() -> None:
    work = [{"name": " ", "company": "Acme", "organization": "Acme Foundation", "position": "Engineer"}]
    candidate = brief(None, {"work": work, "skills": [{"name": "Data", "keywords": ["Redis"]}]}).candidate
    assert candidate is not None
    statements = {each.reference: each.text for each in read_document({"work": work}).statements}
    assert statements["work/0"] == f"Engineer at {candidate.positions[0].organisation}"
    assert [(skill.reference, skill.text) for skill in candidate.skills] == [
        ("skills/0", "Data"),
        ("skills/0", "Redis"),
    ]


def test_a_deep_document_is_read_without_recursion() -> None:
    document: dict[str, object] = {}
    below = document
    for _ in range(5_000):
        inner: dict[str, object] = {}
        below["a"] = inner
        below = inner
    below["name"] = "deep"
    assert "deep" in list(brief(None, document).texts())


def test_everything_known_may_ground_a_contact() -> None:
    known = "\n".join(brief(posting(), RESUME, instructions="Call 555-123-4567").texts())
    for text in (ADA.email, "mira.castellane@example.org", "https://jobs.lumenvale.example/17", "555-123-4567"):
        assert text in known


def test_the_languages_of_letters_are_those_of_the_phrasebooks() -> None:
    assert set(LANGUAGES) == phrasebooks().keys()
