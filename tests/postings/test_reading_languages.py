"""German, French and Spanish pages without structured data, each language in several styles."""

from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from service.postings.model import Salary
from tests.postings.pages import NOW, pasted, read, read_fixture

pytestmark = pytest.mark.anyio


class Expected(NamedTuple):
    company: str
    location: str
    remote: bool | None
    employment_type: str
    salary: Salary
    is_open: bool
    posted_at: datetime | None
    valid_through: datetime | None
    first_requirement: str
    first_responsibility: str
    counts: tuple[int, int]
    technologies: tuple[str, ...]


def end_of(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, 59, tzinfo=UTC)


PAGES = {
    "german_bold.html": Expected(
        "Möwenblick Logistik",
        "Bremen",
        False,
        "full-time, permanent",
        Salary(6_200_000, 7_400_000, "EUR", "year", "62.000 € und 74.000 €"),
        True,
        datetime(2026, 11, 3, tzinfo=UTC),
        end_of(2027, 1, 15),
        "Mehrjährige Erfahrung mit Python und SQL",
        "Du baust Datenstrecken mit Apache Airflow und dbt",
        (3, 3),
        ("Apache Airflow", "dbt", "Google Cloud", "Python", "SQL", "Terraform", "Pulumi"),
    ),
    "german_labels.html": Expected(
        "Kastanienhof Immobilien GmbH & Co. KG",
        "Graz, Steiermark",
        False,
        "part-time",
        Salary(245_000, None, "EUR", "month", "ab EUR 2.450,- brutto pro Monat"),
        False,
        datetime(2026, 10, 12, tzinfo=UTC),
        end_of(2026, 11, 30),
        "Abgeschlossene kaufmännische Ausbildung",
        "Führen der Debitoren- und Kreditorenkonten in DATEV",
        (3, 2),
        ("DATEV", "Excel", "SAP"),
    ),
    "french_bold.html": Expected(
        "Les Cimes Numériques",
        "Grenoble, Isère",
        False,
        "permanent, full-time",
        Salary(4_200_000, 4_800_000, "EUR", "year", "42 à 48 K€ brut annuel"),
        True,
        datetime(2026, 11, 19, tzinfo=UTC),
        end_of(2027, 1, 31),
        "Bac +5 ou équivalent",
        "Automatiser nos déploiements avec Ansible et Terraform",
        (3, 3),
        ("DevOps", "Ansible", "Terraform", "Kubernetes", "Linux", "Go", "Rust"),
    ),
    "french_labels.html": Expected(
        "Mairie de Saint-Aubrac",
        "Saint-Aubrac, Aveyron",
        False,
        "temporary, part-time",
        Salary(210_000, None, "EUR", "month", "à partir de 2 100 € brut mensuel"),
        False,
        datetime(2026, 10, 2, tzinfo=UTC),
        None,
        "Diplôme en communication, aisance rédactionnelle, maîtrise d'Adobe Photoshop et de WordPress.",
        "Vous animez les réseaux sociaux de la commune ;",
        (1, 2),
        ("InDesign", "Photoshop", "WordPress"),
    ),
    "spanish_bold.html": Expected(
        "Faro Digital",
        "Málaga, Andalucía",
        False,
        "full-time, permanent",
        Salary(3_200_000, 3_800_000, "EUR", "year", "32.000 € a 38.000 € brutos anuales"),
        True,
        datetime(2026, 11, 17, tzinfo=UTC),
        end_of(2027, 2, 28),
        "Tres años de experiencia con Java",
        "Diseñar API REST en Java con Spring Boot",
        (3, 3),
        ("REST", "Java", "Spring Boot", "PostgreSQL", "Docker", "Kafka"),
    ),
    "spanish_labels.html": Expected(
        "Olivares del Sur S.A.",
        "Jaén, España",
        False,
        "temporary, part-time",
        Salary(None, 135_050, "EUR", "month", "Hasta 1.350,50 € brutos al mes"),
        False,
        datetime(2026, 9, 15, tzinfo=UTC),
        None,
        "Ciclo formativo de administración",
        "Registrar facturas y conciliar bancos",
        (2, 2),
        ("Excel", "Sage 50"),
    ),
}


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_by_its_structure_alone(name: str) -> None:
    context = await read_fixture(f"postings/{name}")
    assert context.extracted_by == "html"
    assert PAGES[name] == Expected(
        context.company or "",
        context.location or "",
        context.remote,
        context.employment_type or "",
        context.salary or Salary(),
        context.is_open is True,
        context.posted_at,
        context.valid_through,
        context.requirements[0],
        context.responsibilities[0],
        (len(context.requirements), len(context.responsibilities)),
        context.technologies,
    )


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Werkstudent Softwareentwicklung (w/m/d)", "internship"),
        ("Ausbildung zum Fachinformatiker (m/w/d)", "apprenticeship"),
        ("Praktikantin Marketing (all genders)", "internship"),
        ("Alternance - Développeur web (H/F)", "apprenticeship"),
        ("Becario/a de datos", "internship"),
        ("Leiterin Ausbildung (m/w/d)", None),
        ("Stage - Développement web", "internship"),
        ("Stage marketing (H/F)", "internship"),
        ("Stage Manager", None),
        ("Leiter interne Revision", None),
    ],
)
async def test_a_title_may_say_how_one_is_employed(title: str, kind: str | None) -> None:
    context = await read(f"<h1>{title}</h1><p>Abgeschlossene Ausbildung oder Studium.</p>")
    assert (context.title, context.employment_type) == (title, kind)


@pytest.mark.parametrize(
    ("line", "company", "location"),
    [
        ("Seidelbast Software GmbH · Ulm · Vollzeit", "Seidelbast Software GmbH", "Ulm"),
        ("Atelier Verdure SAS | Nantes", "Atelier Verdure SAS", "Nantes"),
        ("Molinos Viejos, S.L. - Zaragoza (Aragón)", "Molinos Viejos, S.L.", "Zaragoza (Aragón)"),
        ("Kranich Robotik AG", "Kranich Robotik AG", None),
        ("Vollzeit · Hybrid · unbefristet", None, None),
    ],
)
async def test_employer_and_place_stand_below_the_title(line: str, company: str | None, location: str | None) -> None:
    context = await read(f"<h1>Entwickler (m/w/d)</h1><p>{line}</p><p>Wir suchen dich.</p>")
    assert (context.company, context.location) == (company, location)


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("Die Bergahorn Medizintechnik GmbH sucht eine Konstrukteurin.", "Bergahorn Medizintechnik GmbH"),
        ("La société Trèfle Bleu recrute un développeur.", "Trèfle Bleu"),
        ("Unser Kunde sucht einen Buchhalter.", None),
        ("Notre client recherche un comptable.", None),
    ],
)
def test_who_seeks_is_the_employer(text: str, company: str | None) -> None:
    assert pasted(f"Stelle\n\n{text}").company == company


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("Location: Remote (EU)", True),
        ("Location: Hybrid - London", False),
        ("Ort: Hamburg\nHomeoffice: nein", False),
        ("Télétravail : oui", True),
        ("Télétravail : partiel", False),
        ("Modalidad: 100% remoto", True),
        ("Modalidad: Híbrida", False),
        ("Wir arbeiten ausschließlich im Homeoffice.", True),
        ("Bis zu drei Tage Homeoffice pro Woche", False),
        ("Poste en télétravail complet", True),
        ("2 jours de télétravail par semaine", False),
        ("Trabajo 100% en remoto desde casa", True),
        ("Sin teletrabajo", False),
        ("100 % Homeoffice", True),
        ("100\u00a0% télétravail", True),
        ("We are 100\u202f% remote.", True),
        ("Télétravail possible", None),
        ("Posibilidad de teletrabajo", None),
        ("A work from home budget of our own", None),
    ],
)
def test_hybrid_is_not_remote_and_possible_is_not_said(text: str, remote: bool | None) -> None:
    assert pasted(f"Engineer\n\n{text}").remote is remote


@pytest.mark.parametrize(
    ("title", "remote"),
    [
        ("Engineer (remote)", True),
        ("Ingénieur - télétravail", True),
        ("Remote Sensing Engineer", None),
        ("Hybrid Cloud Architect", None),
    ],
)
def test_a_title_may_say_where_one_works(title: str, remote: bool | None) -> None:
    assert pasted(f"{title}\n\nWe build.").remote is remote


@pytest.mark.parametrize(
    "notice",
    [
        "Die Stelle ist nicht mehr verfügbar.",
        "Diese Position ist leider bereits besetzt worden: Die Stelle ist bereits besetzt.",
        "Die Bewerbungsfrist ist abgelaufen.",
        "Cette offre n’est plus disponible.",
        "Offre expirée",
        "Le poste a été pourvu.",
        "Recrutement suspendu",
        "Esta oferta está cerrada.",
        "La vacante ha sido cubierta",
        "Ya no se admiten inscripciones",
        "Hiring has been paused for this role.",
        "This position is on hold.",
    ],
)
def test_a_notice_closes_the_posting_though_its_button_is_there(notice: str) -> None:
    assert pasted(f"Engineer\n\nApply now\n\n{notice}").is_open is False


@pytest.mark.parametrize(
    "text",
    [
        "If the position has been filled, we will tell you.",
        "Wenn die Stelle nicht mehr verfügbar ist, melden wir uns.",
        "Si l'offre n'est plus disponible, elle disparaît du site.",
        "Cuando la oferta está cerrada se avisa a todos.",
    ],
)
def test_what_may_come_does_not(text: str) -> None:
    assert pasted(f"Engineer\n\nApply now\n\n{text}").is_open is True


@pytest.mark.parametrize(
    ("language", "posted_at"),
    [("fr", datetime(2026, 4, 3, tzinfo=UTC)), ("en-GB", datetime(2026, 4, 3, tzinfo=UTC)), ("en", None)],
)
async def test_the_language_of_a_page_tells_day_from_month(language: str, posted_at: datetime | None) -> None:
    page = f'<html lang="{language}"><h1>Engineer</h1><p>Date posted: 03/04/2026</p></html>'
    assert (await read(page, now=NOW)).posted_at == posted_at
