import json
from typing import Any

import pytest

from service.adapters.page_parser import AppState
from service.postings.reading import app_state

JOB = {"title": "Baker", "company": {"name": "Crumb"}, "description": "Bake.", "status": "open"}


def title(value: Any, *, language: str = "en") -> str | None:
    found = app_state.posting((AppState("state", json.dumps(value)),), language=language)
    return found and found.text(app_state.TITLES)


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
