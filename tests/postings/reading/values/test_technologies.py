from pathlib import Path

import pytest

from service import vocabulary
from service.postings.reading.values import technologies
from tests.thread_time import TENFOLD, assert_takes_at_most

ROOT = Path(__file__).resolve().parents[4]


def names(text: str, *, all_are_names: bool = False) -> list[str]:
    return [named.name for named in technologies.find(text, all_are_names=all_are_names)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C, C++ and C#", ["C", "C++", "C#"]),
        ("C/C++ on bare metal", ["C", "C++"]),
        ("Java and JavaScript", ["Java", "JavaScript"]),
        ("ASP.NET, .NET 8 and Node.js", ["ASP.NET", ".NET", "Node.js"]),
        ("Objective-C and Swift", ["Objective-C", "Swift"]),
        ("experience in Go and Rust", ["Go", "Rust"]),
        ("Proficient in R.", ["R"]),
        ("Go (Golang)", ["Go"]),
        ("Rust, Go, Python", ["Rust", "Go", "Python"]),
        ("Python\nR\nSQL", ["Python", "R", "SQL"]),
        ("Spring developer with Spring Boot", ["Spring", "Spring Boot"]),
        ("Node.js / Express / React", ["Node.js", "Express", "React"]),
        ("GKE/EKS, Terraform", ["GKE", "Amazon EKS", "Terraform"]),
        ("python, amazon-web-services, c#", ["Python", "AWS", "C#"]),
        ("Java/J2EE", ["Java", "J2EE"]),
    ],
)
def test_names_are_told_apart(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Go to market with our R&D team",
        "We go fast, rust never sleeps, and our swift response in spring",
        "C-level executives take Vitamin C",
        "Express your ideas; React to this job",
        "Plan B or C",
        "the rest of the day",
        "Excel at your work",
        "Javanese, Pythonic, Dockerfile",
        "a flask of tea, a bamboo chair and a salt mine",
    ],
)
def test_everyday_words_are_not_technologies(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    "text",
    [
        # English
        "We go far together, and you react quickly",
        "React quickly to incidents and go the extra mile",
        "We start in Spring 2025; applications for Spring open in March",
        "Express interest in the role. Express services to our customers",
        "R&D, C-level contacts, our Series C round, a Go-to-market plan",
        "A swift response, the rust belt, unity of purpose, a notion of time",
        "You get access to Python courses and excel at your work",
        "Access to AWS accounts",
        "Access: key card. Cargo: two crates. Outlook: bright.",
        "At the helm since 2010, at the confluence of two rivers, on the next node",
        "A maven of marketing, a cypress, a cucumber and a salt mine",
        "Mr. Jasmine Ray and Julia C. Scheme, Barclays PLC, Dupont SAS, Paris",
        "the assembly of parts, a parcel by express, a postman, a meat packer",
        "Sphinx, Phoenix and Delphi are places, and Go is a game",
        "Level C, Vitamin C, Type R, driving licence class C, U.S.C. §5",
        "we are agile, fluent and lean; word of mouth counts; no slack",
        # German
        "Du bist flink, hast nix dagegen und schaust mit Helm ins Lager",
        "Dein Chef, unser Excel-lenter Service, Führerschein Klasse C",
        "Express-Versand, Frühling und Spring-Brunnen, ein Lit Wasser",
        # French
        "Vue d'ensemble du poste, au lit de bonne heure, vite et bien",
        "Chef de projet, tableau de bord, parquet ciré, Express. Composer une équipe",
        "Assembler des pièces ; expérience en Cargo maritime",
        # Spanish
        "Cargo: Python developer no es todo; creo que se pega al Word",
        "Acceso a la nube y excel en el trato; Node del sur",
        "Grado en Ingeniería Informatica, con la tabla rasa",
        "Deine Ansprechpartner: Gerrit Müller und Julia Helm",
    ],
)
def test_words_of_four_languages_are_not_technologies(text: str) -> None:
    assert {name for name in names(text) if name not in ("Python", "AWS")} == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C, C++, C#, Objective-C, Go, R, F#, .NET", ["C", "C++", "C#", "Objective-C", "Go", "R", "F#", ".NET"]),
        ("Node.js, Next.js, Vue.js, D3.js and Nuxt", ["Node.js", "Next.js", "Vue.js", "D3.js", "Nuxt"]),
        ("Tech stack: Go, Node and gRPC", ["Go", "Node.js", "gRPC"]),
        ("Experience with React is a plus", ["React"]),
        ("Solid experience in Java; Go is a plus", ["Java", "Go"]),
        ("Erfahrung mit Rust oder Swift von Vorteil", ["Rust", "Swift"]),
        ("maîtrise de Spring et Kafka", ["Spring", "Kafka"]),
        ("conocimientos de Excel y Power BI", ["Excel", "Power BI"]),
        ("MS Office (Word, Excel, Access)", ["Microsoft Office", "Word", "Excel", "Microsoft Access"]),
        ("Spring 6, Java 21 and Go 1.22", ["Spring", "Java", "Go"]),
        ("Helm charts, Vault, Consul and Terraform", ["Helm", "Vault", "Consul", "Terraform"]),
        ("React: 3 years, TypeScript: 2 years", ["React", "TypeScript"]),
        ("Java Spring on AWS (ECS, RDS)", ["Java", "Spring", "AWS", "Amazon ECS", "Amazon RDS"]),
        ("SAP S/4HANA, ABAP and SAP", ["SAP HANA", "ABAP", "SAP"]),
    ],
)
def test_names_in_technical_company_are_found(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7+ years with Go or Rust", ["Go", "Rust"]),
        ("3 Jahre mit Go", ["Go"]),
        ("3 ans de Rust", ["Rust"]),
        ("5 años con Go y Rust", ["Go", "Rust"]),
        ("Diseñar pipelines con Airflow y Spark", ["Apache Airflow", "Spark"]),
        ("Node, Elastic, Kibana", ["Node.js", "Elasticsearch", "Kibana"]),
        ("JS, TS, Statsig, LaunchDarkly", ["JavaScript", "TypeScript", "Statsig", "LaunchDarkly"]),
        ("CI & CD, CI and CD", ["CI/CD"]),
        ("C#, D, Objective-C", ["C#", "D language", "Objective-C"]),
        ("TS/SCI clearance, Elastic working hours, Python", ["Python"]),
        ("Vertriebserfahrung in D, A und CH", []),
        ("Python experience in R & D", ["Python"]),
        ("10 years in Phoenix, 5 years as Chef", []),
        ("Du baust Datenpipelines mit Airflow und Spark", ["Apache Airflow", "Spark"]),
        ("Entwicklung von Datenstrecken in Airflow und Spark", ["Apache Airflow", "Spark"]),
        ("Beratung der Kunden der VR-Bank", []),
        ("Gestion de la BDD des candidats", []),
        ("TDD, BDD", ["Test-driven development", "BDD"]),
        ("Pythonでの開発経験、Goの知識", ["Python"]),
    ],
)
def test_years_and_what_is_made_with_it_speak_of_a_name(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Rust", ["Rust"]),
        ("* Airflow and Spark.", ["Apache Airflow", "Spark"]),
        ("Go, Rust oder Swift", ["Go", "Rust", "Swift"]),
        ("Swift response", []),
        ("Excel at your work\nUnity of purpose", []),
        ("C", []),
    ],
)
def test_what_is_alone_in_its_line_is_a_name_among_requirements(text: str, expected: list[str]) -> None:
    assert [named.name for named in technologies.find(text, are_entries_skills=True)] == expected
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no Java needed", []),
        ("no C++ or Excel needed", []),
        ("No prior Kubernetes experience required", []),
        ("You don't need to know Scala, Python is enough", ["Python"]),
        ("Java is not required", []),
        ("keine SAP-Kenntnisse erforderlich", []),
        ("PHP ist nicht nötig, Python schon", ["Python"]),
        ("pas besoin de Java ni de PHP", []),
        ("aucune connaissance de Java requise", []),
        ("no se requiere experiencia en Java", []),
        ("no hace falta saber Java o PHP", []),
        ("no Java needed, but Java is fun", ["Java"]),
        ("Java is not required but a plus", ["Java"]),
        ("No Python, no party", ["Python"]),
        ("No degree required; Java", ["Java"]),
    ],
)
def test_what_is_not_needed_is_not_asked_for(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_a_tag_is_a_name_whatever_it_is() -> None:
    assert names("go", all_are_names=True) == ["Go"]
    assert names("go") == []


def test_each_is_found_where_it_is_named_first() -> None:
    text = "Django and Go (Golang), Go"
    assert [text[start:end] for _, (start, end) in technologies.find(text)] == ["Django", "Go"]


def test_every_form_in_the_vocabulary_is_found_by_itself_and_says_where_it_comes_from() -> None:
    table = (ROOT / "service/vocabulary/technologies.txt").read_text(encoding="utf-8")
    assert all(source in table for source in ("linguist", "simple-icons", "devicon", "github/explore"))
    forms = vocabulary.technologies()
    assert len({technology.name for _, technology in forms}) > 1_000
    for form, technology in forms:
        assert names(form, all_are_names=True) == [technology.name], form
        assert technology.is_everyday or names(form) == [technology.name], form


def test_the_vocabulary_holds_what_its_review_takes() -> None:
    review = (ROOT / "deploy/technologies/review.txt").read_text(encoding="utf-8")
    sections = [part.partition("\n")[2] for part in review.split("\n## ")[1:]]
    reviewed = [entry.strip().split(" = ")[0] for section in sections for entry in section.split(";") if entry.strip()]
    table = (ROOT / "service/vocabulary/technologies.txt").read_text(encoding="utf-8")
    assert reviewed == [line.split(" | ")[0] for line in table.splitlines() if not line.startswith("#")]


def test_any_number_of_names_is_found_in_linear_time() -> None:
    """Phrases that begin alike, and everyday words side by side, are what could cost more than their length."""
    for unit in ("Apache Go ", "Google Cloud Go, ", "Go, ", "in Go ", "C ", "Azure SQL Server Python ", "no Java or "):
        tenth, whole = (unit * (chars // len(unit)) for chars in (10_000, 100_000))
        technologies.find(whole, are_entries_skills=True)
        assert_takes_at_most(
            TENFOLD,
            lambda whole=whole: technologies.find(whole, are_entries_skills=True),
            compared_with=lambda tenth=tenth: technologies.find(tenth, are_entries_skills=True),
        )
