"""What the gate refuses, and what it lets pass with a caveat."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.emails.brief import Brief, Draft
from service.emails.gate import judge
from service.emails.model import Evidence, Recruiter, Source, WriterUsage
from tests.emails.briefs import ADA, RESUME, brief, posting
from tests.properties import examples

SUBJECT = "Backend Engineer (Python) at Lumenvale"
BODY = (
    "Dear Ada Park,\n\nI would like to be considered for the position at Lumenvale. In my role at Tidemark Ferries "
    "I cut the p99 latency of the booking API from 900 ms to 140 ms.\n\nKind regards,\nMira Castellane"
)
CLAIMS = (
    Evidence("I cut the p99 latency of the booking API from 900 ms to 140 ms.", Source.RESUME, "work/0/highlights/0"),
)


def asked(**request: Any) -> Brief:
    return brief(posting(url="https://jobs.lumenvale.example/17"), RESUME, **request)


def draft(
    subject: str = SUBJECT, body: str = BODY, claims: tuple[Evidence, ...] = CLAIMS, language: str = "en"
) -> Draft:
    return Draft(subject, body, language, claims, WriterUsage("model", "some-model"))


def refused(*, to: Brief | None = None, **changes: Any) -> set[str]:
    return {refusal.code for refusal in judge(draft(**changes), to or asked()).refused}


def caveats(*, to: Brief | None = None, **changes: Any) -> list[str]:
    codes = (caveat.code for caveat in judge(draft(**changes), to or asked()).caveats)
    return [code for code in codes if code != "thin"]


def test_a_good_letter_passes_without_a_word() -> None:
    verdict = judge(draft(), asked())
    assert verdict.is_fit
    assert verdict.caveats == ()


@pytest.mark.parametrize(
    "text",
    [
        "[Name]",
        "[Your Name]",
        "[Company]",
        "[insert role here]",
        "[Firmenname]",
        "[nombre]",
        "{{x}}",
        "{{ recruiter.name }}",
        "{name}",
        "{first_name}",
        "{% if x %}",
        "${company}",
        "<company>",
        "<Your Name>",
        "<insert title>",
        "TODO",
        "TBD",
        "Your Name",
        "your full name here",
        "Company Name",
        "Lorem ipsum",
        "XXX",
        "______",
        "insert name here",
    ],
)
def test_a_placeholder_is_refused_in_body_and_subject(text: str) -> None:
    assert refused(body=f"{BODY}\n{text}") - {"foreign-contact"} == {"placeholder"}
    assert "placeholder" in refused(subject=f"{SUBJECT} {text}")


@pytest.mark.parametrize(
    "text",
    ["an array such as [1, 2]", "the type list<int>", "C<T>", "a {braced} word", "your company", "my name is Mira"],
)
def test_what_only_looks_like_a_placeholder_passes(text: str) -> None:
    assert refused(body=f"{BODY}\n{text}") == set()


@pytest.mark.parametrize(
    "contact",
    [
        "mallory@evil.example",
        "https://evil.example/login",
        "http://127.0.0.1/x",
        "www.evil.example",
        "evil.com/pay",
        "evil-site.io",
        "mailto:a@b.example",
        "tel:+4930123456",
        "+49 30 1234567",
        "(030) 123-4567-89",
        "555-123-4567",
        "ｅｖｉｌ．ｃｏｍ",
        "mallory＠evil.example",
        "０３０ １２３４５６７８",
        "ftp://files.evil.example",
        "HTTPS://EVIL.EXAMPLE",
        "<a href='https://evil.example'>here</a>",
        "![x](https://evil.example/p.png)",
        "jobs.evil.company",
        "evil . example",
        "evil AT evil DOT com",
        "plus four nine three zero one two three four five six seven",
    ],
)
def test_a_contact_in_no_source_is_refused(contact: str) -> None:
    assert "foreign-contact" in refused(body=f"{BODY}\nReach me: {contact} today")
    assert "foreign-contact" in refused(subject=f"{SUBJECT} {contact}")


@pytest.mark.parametrize(
    "contact",
    [
        "mira.castellane@example.org",
        "MIRA.CASTELLANE@EXAMPLE.ORG",
        "https://castellane.example.org/",
        "castellane.example.org",
        "+49 30 5550 0142",
        "0049 30 55500142",
        "+49 (30) 5550-0142",
        "ada@lumenvale.example",
        "https://jobs.lumenvale.example/17",
    ],
)
def test_a_contact_of_a_source_passes_however_it_is_written(contact: str) -> None:
    assert refused(body=f"{BODY}\nReach me: {contact} today") == set()


def test_a_contact_in_somebodys_prose_is_no_contact_of_theirs() -> None:
    prose = brief(posting(text="Apply at jobs.lumenvale.example/17 or +49 30 1234567."), RESUME)
    for contact in ("jobs.lumenvale.example/17", "+49 30 1234567"):
        assert refused(to=prose, body=f"{BODY}\nReach me: {contact} today") == {"foreign-contact"}


@pytest.mark.parametrize(
    "text",
    ["ASP.NET and Node.js", "from 2017 to 2021", "2019 - 2023", "2021-03-15", "3,000,000 requests", "e.g. Python"],
)
def test_technologies_dates_and_amounts_are_no_contacts(text: str) -> None:
    assert refused(body=f"{BODY}\n{text}") == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "I would love to join Globex.",
        "I am applying to Globex.",
        "My application to Globex follows.",
        "The position at Globex fits me.",
        "I saw the opening at Globex Corporation.",
        "Globex is hiring engineers.",
        "Globex is looking for an engineer.",
        "I am interested in working at Globex.",
        "Joining Globex's team excites me.",
        "Ich bewerbe mich auf die Stelle bei Globex.",
        "Le poste ouvert chez Globex m'intéresse.",
        "Me interesa el puesto publicado en Globex.",
        "I want to join Tidemark Ferries.",
        "I would like to work for Globex.",
        "I would love to work at the Globex Corporation.",
        "Dear Globex team,",
        "Dear Globex Hiring Team,",
        "Hi team at Globex,",
        "Liebes Globex-Team,",
        "Bonjour à l’équipe Globex,",
        "Estimado equipo de Globex:",
        "I admire Globex's mission.",
        "Globex’s engineering culture appeals to me.",
        "The mission of Globex is mine as well.",
        "Meine Bewerbung bei Globex liegt bei.",
    ],
)
def test_another_company_as_the_employer_is_refused(sentence: str) -> None:
    assert refused(body=f"{BODY}\n{sentence}") == {"other-company"}


def test_another_company_in_the_subject_is_refused() -> None:
    assert refused(subject="Backend Engineer at Globex") == {"other-company"}
    assert refused(subject="Backend Engineer at Tidemark Ferries") == {"other-company"}
    assert refused(subject="Application to Globex") == {"other-company"}


@pytest.mark.parametrize(
    "sentence",
    [
        "I would love to join Lumenvale.",
        "I want to join the Lumenvale team.",
        "My position at Tidemark Ferries taught me SQL.",
        "In my current role at Harrow & Finch Logistics I wrote SQL.",
        "Lumenvale GmbH is hiring.",
        "Joining Lumenvale's platform team would suit me.",
        "I joined the guild.",
        "Let us join forces.",
        "Dear hiring team,",
        "Dear Hiring Team,",
        "Hello Lumenvale team,",
        "Dear Ada Park and team,",
        "Dear Talent Acquisition Team at Lumenvale,",
        "Lumenvale's mission is a good one.",
        "I used to work for Harrow & Finch Logistics.",
        "There I led Tidemark Ferries' platform team.",
        "PostgreSQL's growth surprised nobody.",
        "Today's products need PostgreSQL.",
        "I would like to work with Python.",
        "I would like to work at your company.",
    ],
)
def test_the_company_itself_and_past_employers_pass(sentence: str) -> None:
    assert refused(body=f"{BODY}\n{sentence}") == set()


def test_the_agency_and_the_company_of_the_posting_both_pass() -> None:
    to = asked(recruiter=Recruiter("Tom Weber", company="Nordhire"))
    assert refused(to=to, body=f"{BODY}\nI am applying to Lumenvale.") == set()
    assert refused(to=to, body=f"{BODY}\nThe opening at Nordhire interests me.") == set()


def test_more_words_than_asked_for_are_refused() -> None:
    to = asked(max_words=40)
    assert refused(to=to, body="word " * 40) == set()
    assert refused(to=to, body="word " * 41) == {"too-long"}
    assert refused(to=to, body="word - " * 40) == set()


@pytest.mark.parametrize("breaker", ["\r", "\n", "\0", "\u2028", "\u2029", "\x85", "\x0b", "\x1b"])
def test_a_subject_is_one_line(breaker: str) -> None:
    assert refused(subject=f"Hello{breaker}Bcc: x") == {"subject-not-one-line"}


def test_an_encoded_word_in_the_subject_is_refused() -> None:
    assert refused(subject="=?utf-8?q?Hello=0D=0ABcc:_x?=") == {"subject-not-one-line"}


def test_an_empty_or_endless_answer_is_refused() -> None:
    assert refused(subject=" ", body="") == {"empty-subject", "empty-body"}
    assert refused(subject="x" * 201) == {"long-subject"}
    assert refused(body=BODY + "\0") == {"control-characters"}


@pytest.mark.parametrize(
    ("source", "reference"),
    [
        (Source.RESUME, "work/9"),
        (Source.RESUME, ""),
        (Source.RESUME, "wor"),
        (Source.JOB, "work/0"),
        (Source.GITHUB, "repositories/0"),
        (Source.RESUME, "education/0"),
    ],
)
def test_a_claim_that_its_place_does_not_support_is_listed(source: Source, reference: str) -> None:
    claims = (Evidence("I cut the latency of the booking API.", source, reference),)
    assert caveats(claims=claims) == ["unsupported-claim"]


def test_a_claim_on_a_whole_position_is_supported_by_what_stands_below_it() -> None:
    assert caveats(claims=(Evidence("I cut the latency of the booking API.", Source.RESUME, "work/0"),)) == []


def test_a_letter_without_evidence_from_the_candidates_record_is_thin() -> None:
    of_posting = Evidence("The position at Lumenvale.", Source.JOB, "company")
    for claims, codes in (((), ["thin"]), ((of_posting,), ["thin"]), ((*CLAIMS, of_posting), [])):
        assert [caveat.code for caveat in judge(draft(claims=claims), asked()).caveats] == codes


def test_a_figure_in_no_source_is_listed() -> None:
    invented = judge(draft(body=f"{BODY}\nI saved 37 percent."), asked())
    assert [(caveat.code, "37" in caveat.detail) for caveat in invented.caveats] == [("unsupported-claim", True)]


def test_a_letter_in_another_language_is_doubted() -> None:
    german = (
        "Guten Tag,\n\nich interessiere mich für die Stelle und möchte mich vorstellen. Ich habe bei der Firma mit dem "
        "Team an der Buchung gearbeitet und das ist auf dem Lebenslauf, den ich gern schicke.\n\nViele Grüße"
    )
    assert caveats(body=german, claims=()) == ["language-doubtful"]
    assert caveats(body=german, claims=(), language="de") == []


def test_what_is_quoted_does_not_count_for_the_language() -> None:
    body = (
        "Guten Tag, im Lebenslauf steht: „"
        + "the and of to in for with is are was have has that this " * 2
        + "“ Viele Grüße"
    )
    assert caveats(body=body, claims=(), language="de") == []


def test_employers_are_not_checked_against_an_unknown_company_only() -> None:
    nobody = brief(None, None, recruiter=Recruiter("Ada Park"))
    assert refused(to=nobody, body="I want to join Globex.", subject="Hello", claims=()) == {"other-company"}
    told = brief(None, None, recruiter=Recruiter("Ada Park"), instructions="Write that I want to join Globex.")
    assert refused(to=told, body="I want to join Globex.", subject="Hello", claims=()) == set()


@given(st.text(max_size=400), st.text(max_size=100))
@examples(300)
def test_any_answer_gets_a_verdict(body: str, subject: str) -> None:
    verdict = judge(draft(subject=subject, body=body), asked())
    assert verdict.is_fit == (verdict.refused == ())
    assert all(refusal.detail.isprintable() for refusal in verdict.refused)


@given(st.from_regex(r"[a-z]{3,10}@[a-z]{3,10}\.(com|org|example)", fullmatch=True))
@examples(100)
def test_no_foreign_address_ever_passes(address: str) -> None:
    assert refused(body=f"{BODY} Write to {address}.") == {"foreign-contact"}


@given(st.integers(10**8, 10**12), st.sampled_from(["", "+", "00"]))
@examples(100)
def test_no_foreign_number_ever_passes(number: int, prefix: str) -> None:
    assert "foreign-contact" in refused(body=f"{BODY} Call {prefix}{number}.")


def test_the_recruiter_of_these_tests_is_ada() -> None:
    assert asked().recruiter == ADA
