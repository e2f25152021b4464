"""What somebody studied: no state is a degree, and no degree a place."""

from typing import Any

import pytest

from service.adapters.resume_reader.reader_process import read_file
from service.adapters.resume_reader.recognition.document import recognised
from service.adapters.resume_reader.recognition.places import is_degree, is_place, without_place


def schools(text: str) -> list[dict[str, Any]]:
    return recognised(read_file(f"Education\n{text}".encode(), "cv.txt"))["education"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Harvard University, Cambridge, MA\nBA in History, 2010 - 2014",
            ("Harvard University", "BA", "History"),
        ),
        ("MIT\tCambridge, MA\nB.S. in Computer Science\t2010 - 2014", ("MIT", "B.S.", "Computer Science")),
        ("MS Physics, Boston University, Boston, MA, 2014 - 2016", ("Boston University", "MS", "Physics")),
        ("University of Montana, Missoula, MT\nMA, History, 2008 - 2010", ("University of Montana", "MA", "History")),
        ("Boston University, MA, 2012", ("Boston University, MA", "", "")),
        ("Master en génie logiciel, Exemple, 2015 - 2017", ("", "Master", "génie logiciel")),
        ("Master Communication, Exemple, Paris\t2015", ("", "Master", "Communication")),
        ("Studium BWL, Universität München, Abschluss: Diplom-Kaufmann, 2005 – 2010", None),
        ("Bachelor of Science (Hons) in Physics\tUniversity of Leeds\t2010", ("University of Leeds", None, "Physics")),
    ],
)
def test_the_degree_is_what_the_line_calls_so(text: str, expected: tuple[str | None, ...] | None) -> None:
    (school,) = schools(text)
    found = tuple(school.get(name, "") for name in ("institution", "studyType", "area"))
    if expected is None:
        expected = ("Universität München", "Diplom-Kaufmann", "Studium BWL")
    assert found == tuple(each if each is not None else "Bachelor of Science (Hons)" for each in expected)


def test_two_degrees_below_one_school() -> None:
    found = schools("Ridgemont University\nMSc Computer Science\t2017 - 2019\nBSc Mathematics\t2013 - 2017")
    assert [(school["institution"], school["studyType"]) for school in found] == [
        ("Ridgemont University", "MSc"),
        ("Ridgemont University", "BSc"),
    ]


def test_a_school_without_dates() -> None:
    found = schools("University of La Verona, La Verona, CA\nBachelor of Arts, Business Administration")
    assert [(school["institution"], school["area"]) for school in found] == [
        ("University of La Verona", "Business Administration")
    ]


@pytest.mark.parametrize(
    "text", ["MA", "BA in History", "MA, History", "M.A. Geschichte", "Dipl.-Ing.", "an MS in Physics"]
)
def test_degrees(text: str) -> None:
    assert is_degree(text)


@pytest.mark.parametrize("text", ["Cambridge, MA", "Boston University, MA", "Ma thèse", "Jack Ma", "Jackson, MS 39201"])
def test_no_degrees(text: str) -> None:
    assert not is_degree(text)


@pytest.mark.parametrize(
    "text",
    ["Boston, MA", "Boston, MA 02110", "Toronto, ON", "Denver, CO, USA", "Frankfurt am Main, Deutschland", "Remote"],
)
def test_places(text: str) -> None:
    assert is_place(text)


@pytest.mark.parametrize(
    "text",
    ["", "Springfield", "UniCredit, Milan", "Boston University, MA", "Engineer, CO", "Python, Go", "Acme, Boston, MA"],
)
def test_no_places(text: str) -> None:
    assert not is_place(text)


def test_a_place_at_the_end() -> None:
    assert without_place("Microsoft, Redmond, WA") == ("Microsoft", "Redmond, WA")
    assert without_place("Acme, Austin, Texas, USA") == ("Acme", "Austin, Texas, USA")
    assert without_place("UniCredit, Milan") == ("UniCredit, Milan", "")
