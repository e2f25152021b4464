"""Where one entry ends and the next begins: nobody's work is put under another's name."""

from typing import Any

import pytest

from service.adapters.resume_reader.reader_process import read_file
from service.adapters.resume_reader.recognition.document import recognised
from tests.adapters.resume_reader.files import Text, pdf

MIXED = """## Experience
### Senior Engineer, Acme (2019–2023)
* Built billing
### Engineer, Globex
2017 - 2019
* Wrote reports
### Analyst, King
* Made charts
"""
BOLD = """## Experience
**Senior Engineer, Acme (2019–2023)**
* Built billing

**Key achievements**
* Won a prize

**Engineer, Globex**
2017 - 2019
* Wrote reports

**Something else**
* Nobody's
"""
UNDER_ONE = """## Experience
### Acme, Boston, MA
#### Senior Engineer · 2019–
* Built billing
#### Engineer
2017 - 2019
* Wrote reports
#### Achievements
* Won a prize
### Globex
*Analyst* | 2015 - 2017
* Made charts
"""
PLAIN = """Experience
Acme
Mountain View, CA
Senior Engineer
2021 - Present
- Built billing
Engineer
2018 - 2021
- Wrote reports
Globex
Sunnyvale, CA
Analyst
2016 - 2018
- Made charts
"""
INLINE_THEN_BELOW = """Experience
Senior Engineer, Acme, 2019 - 2023
- Built billing
Engineer, Globex
2017 - 2019
- Wrote reports
Analyst, King
- Made charts
"""
FORM = """Experiencia
Empresa: Cemex
Puesto: Ingeniero de procesos
Periodo: 2018 - actualidad
Ubicación: Monterrey, México
- Uno
Empresa: Bimbo
Puesto: Becario
Periodo: 2016 - 2017
- Dos
"""


def work(text: str, name: str = "cv.md") -> list[dict[str, Any]]:
    return recognised(read_file(text.encode(), name))["work"]


def told(entry: dict[str, Any]) -> tuple[Any, ...]:
    names = ("position", "name", "location", "startDate", "endDate")
    return (*(entry.get(name, "") for name in names), *entry.get("highlights", ()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            MIXED,
            [
                ("Senior Engineer", "Acme", "", "2019", "2023", "Built billing"),
                ("Engineer", "Globex", "", "2017", "2019", "Wrote reports"),
                ("Analyst", "King", "", "", "", "Made charts"),
            ],
        ),
        (
            BOLD,
            [
                ("Senior Engineer", "Acme", "", "2019", "2023", "Built billing", "Won a prize"),
                ("Engineer", "Globex", "", "2017", "2019", "Wrote reports"),
            ],
        ),
        (
            UNDER_ONE,
            [
                ("Senior Engineer", "Acme", "Boston, MA", "2019", "", "Built billing"),
                ("Engineer", "Acme", "Boston, MA", "2017", "2019", "Wrote reports", "Won a prize"),
                ("Analyst", "Globex", "", "2015", "2017", "Made charts"),
            ],
        ),
        (
            PLAIN,
            [
                ("Senior Engineer", "Acme", "Mountain View, CA", "2021", "", "Built billing"),
                ("Engineer", "Acme", "Mountain View, CA", "2018", "2021", "Wrote reports"),
                ("Analyst", "Globex", "Sunnyvale, CA", "2016", "2018", "Made charts"),
            ],
        ),
        (
            INLINE_THEN_BELOW,
            [
                ("Senior Engineer", "Acme", "", "2019", "2023", "Built billing"),
                ("Engineer", "Globex", "", "2017", "2019", "Wrote reports"),
                ("Analyst", "King", "", "", "", "Made charts"),
            ],
        ),
        (
            FORM,
            [
                ("Ingeniero de procesos", "Cemex", "Monterrey, México", "2018", "", "Uno"),
                ("Becario", "Bimbo", "", "2016", "2017", "Dos"),
            ],
        ),
    ],
    ids=["mixed", "bold", "under one", "plain", "inline then below", "form"],
)
def test_each_keeps_its_own(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [told(entry) for entry in work(text)] == expected


def test_what_belongs_to_nobody_is_left_over() -> None:
    found = recognised(read_file(BOLD.encode(), "cv.md"))
    assert found["other"] == [{"name": "Experience", "lines": ["Key achievements", "Something else", "Nobody's"]}]


def test_bold_lines_of_a_page() -> None:
    def bold(text: str, size: float = 10) -> list[Text]:
        return [Text(50, text, is_bold=True, size=size)]

    heads = [
        bold("Acme", 12),
        bold("Senior Engineer"),
        "2019 - 2023",
        "• Built billing",
        bold("Engineer"),
        "2017 - 2019",
    ]
    page = pdf([bold("Experience", 14), *heads, "• Wrote reports", bold("King", 12), bold("Analyst"), "• Made charts"])
    assert [told(entry) for entry in recognised(read_file(page, ""))["work"]] == [
        ("Senior Engineer", "Acme", "", "2019", "2023", "Built billing"),
        ("Engineer", "Acme", "", "2017", "2019", "Wrote reports"),
        ("Analyst", "King", "", "", "", "Made charts"),
    ]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            "Project Manager, Mercy Hospital, Denver, CO, 2015 - Present",
            ("Project Manager", "Mercy Hospital", "Denver, CO"),
        ),
        ("Acme Corp.\tBoston, MA\nSoftware Engineer\t2016 - 2019", ("Software Engineer", "Acme Corp.", "Boston, MA")),
        ("Stripe — Staff Engineer | 03/2020 – now\nAustin, TX", ("Staff Engineer", "Stripe", "Austin, TX")),
        ("Seit 2021\nBASF SE, Ludwigshafen\nLaborleiterin", ("Laborleiterin", "BASF SE", "Ludwigshafen")),
        ("Développeur – Capgemini, Lyon\nDepuis septembre 2020", ("Développeur", "Capgemini", "Lyon")),
        ("Poste : Comptable | Entreprise : Dubois | 2019 – aujourd’hui", ("Comptable", "Dubois", "")),
        ("Contadora en Telefónica, Madrid\nenero 2019 – actualidad", ("Contadora en Telefónica", "", "Madrid")),
        ("Paper pusher\t2019 - 2020", ("", "", "")),
        (
            "Engineer II, Payments\t2020 - 2022\nWingtip | Chicago, IL",
            ("Engineer II, Payments", "Wingtip", "Chicago, IL"),
        ),
        ("Director · Platform · Initrode\n2021 – 2024 · Remote", ("Director", "Initrode", "Remote")),
        ("Manager · Site Lead, Payments · Globex, Toronto\n2020 – 2024", ("Manager", "Globex", "Toronto")),
        ("Engineer, Growth at Contoso Ltd (Jan 2020 - Present)", ("Engineer, Growth", "Contoso Ltd", "")),
        ("Sales Department, Northwind\nAccount Manager\t2015 - 2018", ("Account Manager", "Northwind", "")),
        ("Staff Engineer, Payments Platform\t2019 - 2020", ("Staff Engineer, Payments Platform", "", "")),
        ("Hull Analytics -- Hull (parallel role)\nInstructor\n2020-2022", ("Instructor", "Hull Analytics", "Hull")),
        ("Systemutvecklare, Nordfrakt AB, Göteborg\n2019 – nu", ("Systemutvecklare", "Nordfrakt AB", "Göteborg")),
    ],
)
def test_whose_where_and_what_as(head: str, expected: tuple[str, ...]) -> None:
    (entry,) = work(f"Experience\n{head}\n- One", "cv.txt")
    assert told(entry)[:3] == expected


ONE_EMPLOYER = "Experience\nAcme\nEngineer, Payments\t{}\n- One\n{}\t{}\n- Two"


@pytest.mark.parametrize(
    ("first", "title", "second", "employer"),
    [
        ("Jan 2022 - Present", "Engineer, Tariffs", "Jun 2019 - Dec 2021", "Acme"),
        ("2022 - Present", "Engineer", "2019 - 2022", "Acme"),
        ("2022 - Present", "Engineer", "2015 - 2018", None),  # elsewhere in between
        ("2022 - Present", "Freelance developer", "2019 - 2022", None),
        ("2022 - Present", "Engineer, Globex GmbH", "2019 - 2022", "Globex GmbH"),
    ],
)
def test_promotions_below_one_employer(first: str, title: str, second: str, employer: str | None) -> None:
    found = work(ONE_EMPLOYER.format(first, title, second), "cv.txt")
    assert [entry.get("name") for entry in found] == ["Acme", employer]


def test_positions_below_one_another_without_lists() -> None:
    text = (
        "Experience\nKestrel\n4 years 11 months\nStaff Engineer\nJanuary 2022 - Present (2 years 11 months)\n"
        "Leeds, England, United Kingdom\nSenior Engineer\nJanuary 2020 - January 2022 (2 years)\n"
        "Tidewater\nSoftware Engineer\nJune 2016 - December 2019 (3 years 7 months)\nHull, United Kingdom\n"
    )
    assert [told(entry)[:3] for entry in work(text, "cv.txt")] == [
        ("Staff Engineer", "Kestrel", "Leeds, England, United Kingdom"),
        ("Senior Engineer", "Kestrel", "Leeds, England, United Kingdom"),
        ("Software Engineer", "Tidewater", "Hull, United Kingdom"),
    ]


def test_a_place_below_the_list_is_no_deed() -> None:
    (entry,) = work("Experience\nEngineer, Acme\t2019 - 2020\n- One\nLeeds, United Kingdom")
    assert told(entry) == ("Engineer", "Acme", "Leeds, United Kingdom", "2019", "2020", "One")
