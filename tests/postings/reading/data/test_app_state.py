import json
from typing import Any

import pytest

from service.adapters.page_parser import AppState
from service.postings.reading.data import app_state
from tests.postings.pages import NOW

JOB = {"title": "Baker", "company": {"name": "Crumb"}, "description": "Bake.", "status": "open"}


def title(value: Any, *, language: str = "en") -> str | None:
    found = app_state.posting((AppState("state", json.dumps(value)),), language=language)
    return found and found.text("title")


@pytest.mark.parametrize(
    "value",
    [
        JOB,
        {"props": {"pageProps": {"menu": [{"title": "Home"}], "job": JOB}}},
        [{"data": [JOB, {"title": "Miller", "company": None}]}],
    ],
)
def test_the_object_most_like_a_posting_is_found(value: Any) -> None:
    assert title(value) == "Baker"


@pytest.mark.parametrize(
    "value",
    [
        {"title": "An article", "description": "About bread.", "location": "front page"},
        {"name": "Ada", "company": "Crumb"},
        {"title": "", "company": "Crumb", "description": "Bake.", "status": "open"},
        [],
        "text",
    ],
)
def test_other_things_are_not_postings(value: Any) -> None:
    assert title(value) is None


def test_flat_state_is_put_together_again_and_in_the_language_of_the_page() -> None:
    flat = [
        ["Reactive", 1],
        {"offer": 2},
        {"status": 3, "name": 4, "company": 6, "descriptionShort": 5, "self": 2},
        "expired",
        {"cs": 7, "en": 8},
        "Bake.",
        {"name": 9, "offers": 2},
        "Pekař",
        "Baker",
        "Crumb",
    ]
    assert title(flat, language="cs-CZ") == "Pekař"
    assert title(flat, language="en") == "Baker"


@pytest.mark.parametrize(
    ("state", "is_open"),
    [
        ({"status": "published"}, True),
        ({"status": "paused"}, False),
        ({"status": "published", "isPaused": True}, False),
        ({"isActive": True}, True),
        ({"isActive": False}, False),
        ({"isClosed": False}, None),
        ({"expired": True, "isActive": True}, False),
        ({}, None),
    ],
)
def test_what_is_paused_or_closed_is_not_open(state: dict[str, Any], is_open: bool | None) -> None:
    assert found({**JOB, "status": None, **state}, "is_open") == is_open


@pytest.mark.parametrize(
    ("state", "remote"),
    [
        ({"isRemote": True}, True),
        ({"workplaceType": "REMOTE"}, True),
        ({"workplaceType": "on_site"}, False),
        ({"workplace": "Hybrid"}, False),
        ({"locationType": "city"}, None),
    ],
)
def test_hybrid_state_is_not_remote(state: dict[str, Any], remote: bool | None) -> None:
    assert found({**JOB, **state}, "remote") == remote


@pytest.mark.parametrize(
    ("state", "pay"),
    [
        (
            {"salary": {"min": 50000, "max": 60000.5, "currency": "EUR", "period": "YEARLY"}},
            (5_000_000, 6_000_050, "EUR", "year"),
        ),
        ({"salaryRange": "60-80 T€ p.a."}, (6_000_000, 8_000_000, "EUR", "year")),
        (
            {"salary_min": "3000", "salary_max": 0, "salary_currency": "chf", "salary_period": "month"},
            (300_000, None, "CHF", "month"),
        ),
        ({"salary": {"min": 500000, "currency": "JPY"}}, (500_000, None, "JPY", None)),
        ({"salary": {"min": 1, "max": 70000, "currency": "EUR"}}, (None, 7_000_000, "EUR", "year")),
        ({"salary": {"min": "50k", "max": "60k", "currency": "EUR"}}, (5_000_000, 6_000_000, "EUR", "year")),
        ({"salary": {"min": 50, "max": 60, "currency": "EUR", "period": "year"}}, None),
        ({"salary": {"min": 50000, "max": 60000}}, None),
        ({"salary": {"min": True, "currency": "EUR"}}, None),
        ({"salary": "competitive"}, None),
    ],
)
def test_pay_is_read_under_the_names_of_sites(state: dict[str, Any], pay: tuple[Any, ...] | None) -> None:
    stated = found({**JOB, **state}, "salary")
    assert (stated and (stated.min, stated.max, stated.currency, stated.period)) == pay


def found(value: Any, field: str) -> Any:
    candidate = app_state.posting((AppState("state", json.dumps(value)),), language="en")
    assert candidate is not None
    return next((finding.value for finding in app_state.read(candidate, body=None, now=NOW).of(field)), None)
