"""Properties of schema.org's JobPosting, as sites fill them."""

import json
from typing import Any

import anyio
import pytest

from service.postings.model import JobContext, Period, Salary
from tests.postings.pages import read

SAID = "<p>Salary: €60,000 - €75,000 per year.</p>"
FROM_BODY = Salary(6_000_000, 7_500_000, "EUR", "year", "€60,000 - €75,000 per year")


def read_posting(heading: str = "Baker", **properties: Any) -> JobContext:
    posting = {"@context": "https://schema.org", "@type": "JobPosting", "title": "Baker", **properties}
    return anyio.run(read, f'<script type="application/ld+json">{json.dumps(posting)}</script><h1>{heading}</h1>')


def amount(unit: str = "YEAR", currency: str = "EUR", **value: Any) -> dict[str, Any]:
    return {"@type": "MonetaryAmount", "currency": currency, "value": {"unitText": unit, **value}}


@pytest.mark.parametrize(
    ("pay", "expected"),
    [
        (amount(minValue=50000), (5_000_000, None, "year", "from EUR 50000 per year")),
        (amount(maxValue=80000), (None, 8_000_000, "year", "up to EUR 80000 per year")),
        (amount(minValue=0, maxValue=80000), (None, 8_000_000, "year", "up to EUR 80000 per year")),
        (amount(minValue=50000, maxValue=0), (5_000_000, None, "year", "from EUR 50000 per year")),
        (amount(minValue=0, maxValue=0, value=60000), (6_000_000, 6_000_000, "year", "EUR 60000 per year")),
        (amount(minValue=60000, maxValue="50.000"), (5_000_000, 6_000_000, "year", "EUR 50000 - 60000 per year")),
        (amount(value="50000-60000"), (5_000_000, 6_000_000, "year", "EUR 50000-60000")),
        (amount("MONTH", value="3.000 - 3.500"), (300_000, 350_000, "month", "EUR 3.000 - 3.500 per month")),
        (amount(minValue="50k", maxValue="60k"), (5_000_000, 6_000_000, "year", "EUR 50k - 60k")),
        (amount(minValue=50000, maxValue="negotiable"), (5_000_000, None, "year", "from EUR 50000 per year")),
        (amount("HOUR", value=15.5), (1550, 1550, "hour", "EUR 15.5 per hour")),
        ([amount(value=0), amount(value=60000)], (6_000_000, 6_000_000, "year", "EUR 60000 per year")),
        ("€50.000 - €60.000", (5_000_000, 6_000_000, "year", "€50.000 - €60.000")),
    ],
)  # fmt: skip
def test_pay_is_what_its_ends_say(pay: Any, expected: tuple[int | None, int | None, Period, str]) -> None:
    least, most, period, text = expected
    assert read_posting(baseSalary=pay, description=SAID).salary == Salary(least, most, "EUR", period, text)


@pytest.mark.parametrize(
    ("pay", "alone"),
    [
        (amount(value="Competitive"), None),
        (amount(minValue=0, maxValue=0), None),
        (amount(value=1), None),
        (amount(minValue=50, maxValue=60), Salary(text="EUR 50 - 60 per year")),
        (amount(currency="", value=60000), Salary(text="60000 per year")),
        ("negotiable", None),
    ],
)
def test_pay_that_says_nothing_does_not_hide_what_the_description_says(pay: Any, alone: Salary | None) -> None:
    assert read_posting(baseSalary=pay).salary == alone
    assert read_posting(baseSalary=pay, description=SAID).salary == FROM_BODY


@pytest.mark.parametrize(
    ("written", "expected"),
    [("OTHER", None), (["FULL_TIME", "OTHER"], "full-time"), ("Zeitarbeit, Sonstiges", "temporary")],
)
def test_other_employment_is_none(written: Any, expected: str | None) -> None:
    assert read_posting(employmentType=written).employment_type == expected


@pytest.mark.parametrize("name", ["confidential", "Confidential Company", "(Vertraulich)", "Empresa confidencial"])
def test_an_employer_that_is_not_told_is_none(name: str) -> None:
    assert read_posting(hiringOrganization=name).company is None
    assert read_posting(hiringOrganization={"name": name}).company is None


AUSTIN = {"address": {"addressLocality": "Austin", "addressRegion": "TX"}}
TWO = [{"name": "Spain"}, {"name": "Portugal"}]


@pytest.mark.parametrize(
    ("heading", "properties", "location"),
    [
        ("Baker", {"applicantLocationRequirements": {"name": "USA"}}, "USA"),
        ("Baker", {"applicantLocationRequirements": TWO}, "Spain; Portugal"),
        ("Baker", {}, "Austin, TX"),
        ("Baker</h1><p>Full-Time Bread USA Only</p><h1>More", {}, "USA"),
        ("Baker</h1><p>Remote (nur Deutschland und Österreich)</p><h1>More", {}, "Deutschland und Österreich"),
        ("Baker</h1><p>Anywhere in the World</p><h1>More", {}, "Anywhere in the World"),
        ("Baker</h1><p>EU only</p><h1>More", {"applicantLocationRequirements": {"name": "Spain"}}, "Spain"),
        ("Baker</h1><p>Weekends only</p><h1>More", {}, "Austin, TX"),
        ("Baker</h1><p>USA Only</p><h1>More", {"jobLocationType": "On-site"}, "Austin, TX"),
    ],
)
def test_remote_work_is_where_one_may_live(heading: str, properties: dict[str, Any], location: str) -> None:
    posting = {"jobLocationType": "TELECOMMUTE", "jobLocation": AUSTIN, **properties}
    assert read_posting(heading, **posting).location == location


@pytest.mark.parametrize(
    "description",
    [
        "Your tasks:&nbsp;&nbsp;- Knead dough&nbsp;&nbsp;- Bake&nbsp;&nbsp;Your profile:&nbsp;&nbsp;- Rise early",
        "Your tasks&nbsp;•&nbsp;Knead dough&nbsp;•&nbsp;Bake &nbsp; Your profile&nbsp;•&nbsp;Rise early",
        "Your tasks:\\n- Knead dough\\n- Bake\\n\\nYour profile:\\n- Rise early",
        "<p>Your tasks</p>\\n<ul>\\n<li>Knead dough</li>\\n<li>Bake</li></ul>\\n<p>Your profile</p><li>Rise early</li>",
        "<p>Your tasks</p><p>•&nbsp;Knead dough<br>•&nbsp;Bake</p><p>Your profile</p><p>·&nbsp;Rise early</p>",
    ],
)
def test_lists_are_lists_however_their_lines_are_broken(description: str) -> None:
    context = read_posting(description=description)
    assert (context.responsibilities, context.requirements) == (("Knead dough", "Bake"), ("Rise early",))


def place(name: str = "", **address: Any) -> dict[str, Any]:
    return {"@type": "Place", "name": name, "address": {"@type": "PostalAddress", **address}}


@pytest.mark.parametrize(
    ("places", "location"),
    [
        ([place(addressLocality="Bonn"), place(addressLocality="Graz")], "Bonn; Graz"),
        (place(addressLocality=["Bonn", "Graz"]), "Bonn; Graz"),
        ([place("Ulm, BW", addressLocality="Bonn"), place("Graz", addressLocality="Bonn")], "Ulm, BW; Graz"),
        (place(addressLocality="UNAVAILABLE", addressRegion="UNAVAILABLE", addressCountry="US"), "US"),
        (place(addressLocality="n/a"), None),
    ],
)
def test_every_place_that_is_told(places: Any, location: str | None) -> None:
    assert read_posting(jobLocation=places).location == location


def test_an_employer_with_nothing_in_it_is_its_text() -> None:
    org = '<b itemscope itemprop="hiringOrganization"><a href="/o">Falcon Inn</a></b>'
    page = f'<div itemscope itemtype="http://schema.org/JobPosting"><h3 itemprop="title">Cook</h3>{org}</div>'
    assert anyio.run(read, page).company == "Falcon Inn"
