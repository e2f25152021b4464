"""Labels: what their values are, and what looks like one."""

import anyio
import pytest

from service.postings.model import JobContext
from tests.postings.pages import pasted, read


def labelled(*lines: str) -> JobContext:
    return pasted("\n".join(("Baker", "", *lines)))


@pytest.mark.parametrize(
    ("lines", "company"),
    [
        (("Empresa", "Atuar num grande banco, por uma consultoria."), None),
        (("Empresa", "Padaria Gavião Ltda."), "Padaria Gavião Ltda."),
        (("Company:", "Location:"), None),
        (("会社名：隼株式会社",), "隼株式会社"),
    ],
)
def test_a_label_or_a_sentence_is_no_company(lines: tuple[str, ...], company: str | None) -> None:
    assert labelled(*lines).company == company


def test_a_label_is_no_place() -> None:
    page = "<h1>Baker</h1><table><tr><td>Job Location</td><td></td></tr></table><h3>Job Location</h3><p>Country</p>"
    assert anyio.run(read, page).location is None


@pytest.mark.parametrize(
    ("line", "location"),
    [
        ("Standorte: Berlin, München", "Berlin, München"),
        ("Local: São Paulo", "São Paulo"),
        ("Sede: Milano", "Milano"),
        ("Standplaats: Utrecht", "Utrecht"),
        ("Miejsce pracy: Kraków", "Kraków"),
        ("Ort: Göteborg", "Göteborg"),
        ("勤務地：東京都渋谷区", "東京都渋谷区"),
        ("工作地点：上海", "上海"),
        ("Ubicació: Barcelona (Espanya)", "Barcelona (Espanya)"),
    ],
)
def test_places_are_labelled_in_many_languages(line: str, location: str) -> None:
    assert labelled(line).location == location


def test_places_may_stand_below_their_label_an_entry_each() -> None:
    assert (
        labelled("Locations", "- Berlin", "- Hamburg", "", "Requirements", "- Rises early").location
        == "Berlin; Hamburg"
    )


def test_what_labels_say_is_no_requirement() -> None:
    context = labelled("Requirements", "Three years of Python.", "Location: Berlin")
    assert context.requirements == ("Three years of Python.",)


def test_the_label_says_how_often_pay_comes() -> None:
    paid = labelled("年収：600万円〜900万円").salary
    assert paid is not None
    assert (paid.min, paid.max, paid.period) == (6_000_000, 9_000_000, "year")


def test_entries_that_say_nothing_are_no_requirements() -> None:
    fillers = "<li>Skills as per JD</li><li>Others</li><li><a href='/s'>Share</a></li><li>Rises early</li>"
    assert anyio.run(read, f"<h1>Baker</h1><h3>Requirements</h3><ul>{fillers}</ul>").requirements == ("Rises early",)
