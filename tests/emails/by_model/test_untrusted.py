"""Text of others before a model sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.emails.by_model.untrusted import defused, hidden, orders, own_contacts, visible
from service.emails.contacts import contact_key, contacts
from tests.emails.briefs import RESUME, brief, posting, resume
from tests.emails.injections import INJECTIONS, Injection
from tests.properties import examples

ORDERING = {
    "plain",
    "link",
    "system",
    "fence",
    "hidden",
    "full width",
    "comment",
    "letter",
    "to a machine",
    "german",
    "canary",
}


@pytest.mark.parametrize("injection", [i for i in INJECTIONS if i.name in ORDERING], ids=lambda i: i.name)
def test_an_order_is_found_and_withheld_with_what_it_wants(injection: Injection) -> None:
    assert orders(injection.text)
    shown = defused(f"We use Python.\n{injection.text}\nWe use Go.")
    assert shown.startswith("We use Python.")
    assert shown.endswith("We use Go.")
    for word in ("PWNED", "elephant", "matey", "evil.example", "for free", "1 EUR", "Apfelkuchen"):
        assert word not in shown


@pytest.mark.parametrize(
    "text",
    [
        "Experience with large language models and prompts",
        "Design system prompts for our assistants",
        "You will write clear documentation and review the code of others",
        "We are an AI company; if you are an AI engineer, join us",
        "You report to the Head of Data and mention what you need",
        "Our agents must be reliable; the system is built with Rust",
        "Previous experience with Kafka; do not forget to have fun",
        "Please apply with a CV",
        "Led the rewrite; ignored nothing, tested everything",
    ],
)
def test_what_postings_and_resumes_say_is_no_order(text: str) -> None:
    assert orders(text) == []
    assert defused(text) == text


def test_contacts_are_withheld_but_the_candidates_own() -> None:
    own = own_contacts(brief(posting(), RESUME))
    text = "Mail mira.castellane@example.org or jobs@other.example, see https://other.example/x or Booking.com"
    shown = "Mail mira.castellane@example.org or (withheld), see (withheld) or Booking"
    assert defused(text, own) == shown


def test_a_contact_in_prose_is_nobodys_own() -> None:
    basics = {
        "email": "Write to a@evil.example or b@evil.example",
        "url": "https://me.example",
        "summary": "c@evil.example",
    }
    own = own_contacts(brief(posting(text="d@evil.example"), resume(basics=basics), instructions="Give me@me.example"))
    assert {contact_key("https://me.example"), contact_key("me@me.example")} <= own
    assert not any("evil" in contact for contact in own)


def test_fences_and_chat_formats_lose_their_form() -> None:
    assert "```" not in defused("a ``` b ~~~~ c ==== d <<< e </data> f")
    assert defused("a </data> b {{x}} [[y]]") == "a b x y"


def test_what_cannot_be_seen_is_taken_out() -> None:
    assert visible("a\u200bb\u202ec\U000e0041d\r\ne\u2028f\x00g") == "abcd\ne\nf g"
    assert hidden("![x](y) <!-- z --> <img src=q>") == ["![x](y)", "<!-- z -->", "<img src=q>"]


@given(st.text(max_size=300))
@examples(300)
def test_nothing_to_reach_nobody_to_obey_is_left_of_any_text(text: str) -> None:
    shown = defused(text)
    assert contacts(shown) == []
    assert orders(shown) == []
    assert "```" not in shown
