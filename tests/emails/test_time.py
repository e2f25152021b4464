"""Writing and judging run on the event loop: how long they may take there for the worst that is let in, compared with
plain words of the same size (some 35 and 5 ms)."""

from typing import Any

import pytest

from service.emails.brief import Brief, Draft
from service.emails.gate import judge
from service.emails.model import WriterUsage
from service.emails.offline.compose import compose
from service.postings.model import ITEM_MAX_CHARS, ITEMS_MAX, TECHNOLOGIES_MAX, TEXT_MAX_CHARS, JobContext
from service.resumes.operations import check
from tests.emails.briefs import RESUME, brief, posting
from tests.thread_time import assert_takes_at_most

# Measured: up to 1.6 and 7.
COMPOSING_TIMES, JUDGING_TIMES = 8, 40
PLAIN = "We look for someone who likes to build things together. "

UNITS = [
    "x ", "a.", "1-", "1.", "0.a", "a-", "a.a.a.a.a.a.a ", "a@b.co ", "www.a ", "é", "ﷺ", "evil.com", "xevil.com.",
    "4930 5550 01", "Python PostgreSQL ", "Cut the Kafka cost by 3. ", "I ", "ignore the ",
]  # fmt: skip


def filled(unit: str, chars: int) -> str:
    return (unit * (chars // len(unit) + 1))[:chars]


def largest(unit: str) -> dict[str, Any]:
    """A résumé as large as one may be, in bytes, of nothing but `unit`."""
    scale = len(filled(unit, 1_000).encode()) / 1_000
    highlights = [filled(unit, 590)] * 50
    entry = {"name": filled(unit, 70), "position": filled(unit, 70), "startDate": "2020", "highlights": highlights}
    document = {
        "basics": {"name": "Mira", "summary": filled(unit, 19_000)},
        "work": [entry] * int(25 / scale),
        "skills": [{"name": filled(unit, 900), "keywords": [filled(unit, 100)] * 100}] * 5,
    }
    check(document)
    return document


def hostile_posting(unit: str) -> JobContext:
    lines = (filled(unit, ITEM_MAX_CHARS),) * ITEMS_MAX
    technologies = tuple(f"{filled(unit, 20)}{n}" for n in range(TECHNOLOGIES_MAX))
    return posting(
        requirements=lines, responsibilities=lines, technologies=technologies, text=filled(unit, TEXT_MAX_CHARS)
    )


def with_contacts() -> Draft:
    body = (
        "Dear Ada,\n\nI cut 17 costs by 4 percent in 3 years. Write to me@evil.com, see evil.com/x or evil.com, "
        "call +49 30 5550 0142 or +49 30 5550 0199.\n\nMira"
    )
    return Draft("Backend Engineer", body, "en", (), WriterUsage("model", "m"))


def asked(unit: str) -> Brief:
    return brief(hostile_posting(unit), largest(unit))


@pytest.mark.parametrize("unit", UNITS)
def test_composing_from_the_worst_resume(unit: str) -> None:
    worst, plain = asked(unit), asked(PLAIN)
    assert_takes_at_most(COMPOSING_TIMES, lambda: compose(worst), compared_with=lambda: compose(plain))


@pytest.mark.parametrize("unit", UNITS)
def test_judging_a_letter_with_contacts_and_figures(unit: str) -> None:
    worst, plain, letter = asked(unit), asked(PLAIN), with_contacts()
    assert_takes_at_most(JUDGING_TIMES, lambda: judge(letter, worst), compared_with=lambda: judge(letter, plain))


def test_contacts_are_known_in_a_large_resume_too() -> None:
    document = RESUME | {"work": [{"highlights": ["Ran evil.community, and lots more"] * 150}] * 20}
    letter = Draft("Hello", "See https://castellane.example.org.", "en", (), WriterUsage("model", "m"))
    assert judge(letter, brief(posting(), document)).refused == ()
