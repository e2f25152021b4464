"""What real résumés look like, and what is recognised in them."""

from typing import Any

import pytest

from service.adapters.resume_reader.reader_process import read_file
from service.adapters.resume_reader.recognition.document import recognised
from tests.adapters.resume_reader.files import PLAIN, docx, grace_pdf

GRACE: dict[str, Any] = {
    "basics": {
        "name": "Grace Example",
        "label": "Backend Engineer",
        "email": "grace@example.com",
        "phone": "+49 30 1234567",
        "location": {"address": "Berlin, Germany"},
        "profiles": [{"network": "github", "username": "grace-example", "url": "github.com/grace-example"}],
    },
    "work": [
        {
            "position": "Senior Engineer",
            "name": "Globex GmbH",
            "startDate": "2020-01",
            "highlights": ["Moved billing to PostgreSQL", "Mentored four engineers"],
        },
        {
            "position": "Engineer",
            "name": "Initech",
            "startDate": "2016-03",
            "endDate": "2019-12",
            "highlights": ["Wrote the report queue"],
        },
    ],
    "education": [
        {
            "institution": "University of Example",
            "studyType": "BSc",
            "area": "Computer Science",
            "startDate": "2012",
            "endDate": "2016",
        }
    ],
    "skills": [
        {"name": "Languages", "keywords": ["Python", "Go (expert)", "SQL"]},
        {"name": "Tools", "keywords": ["Docker", "Kubernetes"]},
    ],
}
GERMAN = """# Max Mustermann
**Backend-Entwickler** · Berlin

E-Mail: [max@example.com](mailto:max@example.com) | Tel.: 0170 1234567

## Berufserfahrung

### Senior Softwareentwickler, Beispiel GmbH
*seit 01/2020*

- Leitete die Migration auf *PostgreSQL*

### Entwickler bei Muster AG
03/2016 – 12/2019

- Schrieb Berichte

## Ausbildung
**M.Sc. Informatik**, Technische Universität Berlin, 2013 – 2016
## Kenntnisse
- Python, Go
- Docker
## Sprachen
- Deutsch (Muttersprache)
- Englisch – C1
## Sonstiges
Führerschein B
"""
FRENCH = """Marie DUPONT
Ingénieure logiciel
12 rue de la Paix, 75002 Paris
marie.dupont@example.fr - 06 12 34 56 78

EXPÉRIENCE PROFESSIONNELLE
Janvier 2020 – aujourd'hui : Ingénieure logiciel chez Exemple SA
- Migration de la facturation
2016 - 2019 : Développeuse, Société Générique

FORMATION
2013 - 2016 : Diplôme d'ingénieur en informatique, Université de Lyon

LANGUES
Français : langue maternelle, Anglais : courant

CENTRES D'INTÉRÊT
Voile, lecture
"""
SPANISH = """Lucía Pérez
Desarrolladora backend
RESUMEN
Ocho años con sistemas de pago.
EXPERIENCIA LABORAL
Desarrolladora senior | Ejemplo S.L. | enero de 2019 - actualidad
• Migré la facturación
EDUCACIÓN
Grado en Ingeniería Informática, Universidad de Sevilla (2010 - 2014)
HABILIDADES
Python; Go
IDIOMAS
Inglés: B2
"""


def document(text: str, name: str = "cv.txt") -> dict[str, Any]:
    return recognised(read_file(text.encode(), name))


def test_the_same_resume_in_three_kinds_of_file() -> None:
    assert document(PLAIN) == GRACE
    assert recognised(read_file(docx(), "")) == GRACE
    in_pdf = recognised(read_file(grace_pdf(), ""))
    linked = {"network": "linkedin", "username": "grace-example", "url": "https://www.linkedin.com/in/grace-example"}
    assert in_pdf["basics"].pop("profiles") == [*GRACE["basics"]["profiles"], linked]
    without = {key: value for key, value in GRACE["basics"].items() if key != "profiles"}
    assert in_pdf == GRACE | {"basics": without}


def test_german_markdown() -> None:
    found = document(GERMAN, "cv.md")
    assert found["basics"] == {
        "name": "Max Mustermann",
        "label": "Backend-Entwickler",
        "email": "max@example.com",
        "phone": "0170 1234567",
        "location": {"address": "Berlin"},
    }
    assert found["work"] == [
        {
            "position": "Senior Softwareentwickler",
            "name": "Beispiel GmbH",
            "startDate": "2020-01",
            "highlights": ["Leitete die Migration auf PostgreSQL"],
        },
        {
            "position": "Entwickler",
            "name": "Muster AG",
            "startDate": "2016-03",
            "endDate": "2019-12",
            "highlights": ["Schrieb Berichte"],
        },
    ]
    assert found["education"][0]["studyType"] == "M.Sc."
    assert found["skills"] == [{"keywords": ["Python", "Go", "Docker"]}]
    assert found["languages"] == [
        {"language": "Deutsch", "fluency": "Muttersprache"},
        {"language": "Englisch", "fluency": "C1"},
    ]
    assert found["other"] == [{"name": "Sonstiges", "lines": ["Führerschein B"]}]


def test_french_with_the_dates_before() -> None:
    found = document(FRENCH)
    assert found["basics"]["location"] == {"address": "12 rue de la Paix, 75002 Paris"}
    assert [(work["position"], work["name"], work["startDate"]) for work in found["work"]] == [
        ("Ingénieure logiciel", "Exemple SA", "2020-01"),
        ("Développeuse", "Société Générique", "2016"),
    ]
    assert found["education"][0]["institution"] == "Université de Lyon"
    assert [each["language"] for each in found["languages"]] == ["Français", "Anglais"]
    assert found["interests"] == [{"name": "Voile"}, {"name": "lecture"}]
    assert "other" not in found


def test_spanish_with_capitals_for_headings() -> None:
    found = document(SPANISH)
    assert found["basics"]["summary"] == "Ocho años con sistemas de pago."
    assert found["work"][0]["name"] == "Ejemplo S.L."
    assert found["education"][0] == {
        "institution": "Universidad de Sevilla",
        "studyType": "Grado",
        "area": "Ingeniería Informática",
        "startDate": "2010",
        "endDate": "2014",
    }
    assert found["languages"] == [{"language": "Inglés", "fluency": "B2"}]


def test_an_employer_above_the_position() -> None:
    text = "Experience\nGlobex\tBerlin, Germany\nEngineer\t2019 - 2020\n- One\nInitech\nAnalyst\t2018\n- Two"
    assert [(work["name"], work["position"]) for work in document(text)["work"]] == [
        ("Globex", "Engineer"),
        ("Initech", "Analyst"),
    ]


def test_what_nothing_tells_apart_is_not_told_apart() -> None:
    """`Dunder Mifflin` may be the position for all that its words say."""
    found = document("Experience\nDunder Mifflin | Paper pusher | 2019 - 2020\n- Pushed paper")
    assert found["work"] == [{"startDate": "2019", "endDate": "2020", "highlights": ["Pushed paper"]}]
    assert found["other"] == [{"name": "Experience", "lines": ["Dunder Mifflin | Paper pusher | 2019 - 2020"]}]


def test_what_somebody_did_is_no_employer() -> None:
    (work,) = document("Experience\nEngineer 2019 - 2020\nLed a team of four\nLeitete die Migration")["work"]
    assert "name" not in work
    assert work["summary"] == "Led a team of four\nLeitete die Migration"


def test_lists_of_other_kinds() -> None:
    text = (
        "Projects\n- pgqueue: a queue\n- Tiny\n"
        "Certificates\nCKA, CNCF, 2023\nSolutions Architect – Cloud, Associate\nAwards\n2021 Best talk\n"
        "Publications\nQueues. ACM, 2020.\nVolunteering\nTeacher, Code Club, 2015 - 2016\nReferences\nOn request\n"
        "Languages\nPython, Go"
    )
    found = document(text)
    assert found["projects"] == [{"name": "pgqueue", "description": "a queue"}, {"name": "Tiny"}]
    assert found["certificates"] == [
        {"name": "CKA", "issuer": "CNCF", "date": "2023"},
        {"name": "Solutions Architect – Cloud, Associate"},
    ]
    assert found["awards"] == [{"title": "Best talk", "date": "2021"}]
    assert found["publications"] == [{"name": "Queues. ACM, 2020.", "releaseDate": "2020"}]
    assert found["volunteer"][0]["organization"] == "Code Club"
    assert found["references"] == [{"reference": "On request"}]
    assert found["skills"] == [{"name": "Languages", "keywords": ["Python", "Go"]}]
    assert "languages" not in found


def test_a_project_with_its_technologies() -> None:
    text = "Projects\n## pgqueue | Rust, SQL | github.com/grace/pgqueue\nA queue.\n- Fast\n- Stack: PostgreSQL, Redis"
    assert document(text)["projects"] == [
        {
            "name": "pgqueue",
            "url": "github.com/grace/pgqueue",
            "description": "A queue.",
            "highlights": ["Fast"],
            "keywords": ["Rust", "SQL", "PostgreSQL", "Redis"],
        }
    ]


def test_text_without_any_heading_is_a_summary() -> None:
    found = document("Grace Example\nI move billing systems.\nAsk me how.")
    assert found == {"basics": {"name": "Grace Example", "summary": "I move billing systems.\nAsk me how."}}


@pytest.mark.parametrize(
    "name",
    [
        *("Ada Lovelace", "MAX VON DER HEIDE", "Jean-Luc Picard", "Siân Ó Briain", "J. R. Doe", "王小明"),
        *("Dr. Anna-Lena von der Heide", "Prof. Dr. med. Karl Groß", "Robert Koch", "Jack Ma"),
    ],
)
def test_names(name: str) -> None:
    assert document(f"Curriculum Vitae\n{name}\nx@example.com\nSkills\nGo")["basics"]["name"] == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Jane Roe, PhD", "Jane Roe"),
        ("Jane Roe, MA", "Jane Roe"),
        ("Jane Roe MBA", "Jane Roe"),
        ("Dr. Anna-Lena von der Heide, MBA", "Dr. Anna-Lena von der Heide"),
        ("JOHN DOE, M.Sc., PMP, CPA", "JOHN DOE"),
        ("Dipl.-Ing. (FH) Hans Meier", "Hans Meier"),
        ("Jane Roe (Ph.D.)\t2024", "Jane Roe"),
        ("Lebenslauf Jane Roe (Stand: März 2024)", "Jane Roe"),
        ("Résumé – Jane Roe, CFA (2024)", "Jane Roe"),
    ],
)
def test_a_name_among_degrees_and_dates(line: str, name: str) -> None:
    assert document(f"{line}\njane@example.com\nSkills\nGo")["basics"]["name"] == name


@pytest.mark.parametrize("line", ["Jane, MBA", "x@example.com\nFall River, MA", "Chemie Lehrer in", "Master of Arts"])
def test_no_names_among_degrees(line: str) -> None:
    assert "name" not in document(f"{line}\nSkills\nGo").get("basics", {})


@pytest.mark.parametrize("line", ["Software Engineer", "Berlin, Germany", "ten years of it", "Grace2 Example", "Go"])
def test_no_names(line: str) -> None:
    assert "name" not in document(f"{line}\nx@example.com\nSkills\nGo")["basics"]
