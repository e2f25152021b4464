"""What a request may say."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.emails.model import (
    GenerateRequest,
    Overrides,
    Recruiter,
    Tone,
    address_fault,
    body_fault,
    header_fault,
    refuse_faulty,
)
from service.kernel.errors import InvalidRequest

ASKED = GenerateRequest(Recruiter("Ada Park"))


def pointers(**changes: Any) -> list[str]:
    try:
        refuse_faulty(replace(ASKED, **changes))
    except InvalidRequest as error:
        return [fault.pointer for fault in error.errors]
    return []


def test_a_name_or_a_company_is_enough() -> None:
    assert pointers() == []
    assert pointers(recruiter=Recruiter(company="Acme")) == []
    assert pointers(recruiter=Recruiter(title="Lead", email="a@b.example")) == ["/recruiter"]
    assert pointers(recruiter=Recruiter(name="\u200b ")) == ["/recruiter"]


def test_every_wrong_place_is_named() -> None:
    wrong: dict[str, Any] = {
        "recruiter": Recruiter("a\nb", "nobody"),
        "job_url": "https://example.com",
        "job_text": "text",
        "resume_id": UUID(int=1),
        "resume": {},
        "max_words": 1,
        "language": "en\n",
        "instructions": "a\ud800",
    }
    assert pointers(**wrong) == [
        "/recruiter/name",
        "/recruiter/email",
        "/job_text",
        "/resume",
        "/max_words",
        "/language",
        "/instructions",
    ]


@pytest.mark.parametrize("address", ["ada@example.com", "ada+jobs@mail.example.co.uk", "søren@example.com", ""])
def test_addresses(address: str) -> None:
    assert address_fault(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "ada",
        "a@b@c.example",
        "a@b.example,c@d.example",
        "a@b.example c@d.example",
        "Ada <a@b.example>",
        "a@b.example\n",
        "a@b.example\r\nBcc: c@d.example",
        "a@\0b.example",
        "a@b.example\u2028",
        "=?utf-8?q?a?=@b.example",
        "a" * 250 + "@b.example",
        "@b.example",
        "a@",
        "a" * 65 + "@b.example",
        "a@b..example",
    ],
)
def test_what_is_not_one_plain_address(address: str) -> None:
    assert address_fault(address) is not None


@given(st.text())
def test_no_line_break_ever_passes_into_a_header(text: str) -> None:
    if header_fault(text, max_chars=1_000) is None:
        assert len(text.splitlines()) <= 1
        assert "\0" not in text


def test_bodies_may_have_lines() -> None:
    assert body_fault("One\n\ttwo\r\n") is None
    assert body_fault(" \n") is not None
    assert body_fault("a\u2028b") is not None


def test_overrides_leave_alone_what_they_do_not_name() -> None:
    changed = Overrides(tone=Tone.WARM, instructions="").over(replace(ASKED, instructions="x", max_words=90))
    assert (changed.tone, changed.instructions, changed.max_words, changed.language) == (Tone.WARM, "", 90, None)
