import pytest

from service.postings.reading.page.body import section_items
from service.postings.reading.text.documents import from_text
from service.postings.reading.text.outline import named, outline_of
from service.vocabulary.posting import Section


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("Primary Job Responsibilities", "responsibilities"),
        ("What you’ll do", "responsibilities"),
        ("Deine Aufgaben", "responsibilities"),
        ("Vos missions", "responsibilities"),
        ("Qué harás", "responsibilities"),
        ("Required Skills", "requirements"),
        ("This profile will win us over:", "requirements"),
        ("Was du mitbringst", "requirements"),
        ("Profil recherché", "requirements"),
        ("Requisitos mínimos", "requirements"),
        ("Damit überzeugst du uns", "requirements"),
        ("Ihr Aufgabengebiet:", "responsibilities"),
        ("🎯 Tes missions au quotidien", "responsibilities"),
        ("Ce qu’on vous propose", "benefits"),
        ("Formation et expérience", "requirements"),
        ("¿Qué esperamos de ti?", "requirements"),
        ("Funciones principales del puesto", "responsibilities"),
        ("Acerca de la empresa", "employer"),
        ("D'autres offres", "end"),
        ("That's what QUAJOO offers you:", "benefits"),
        ("About Red Hat", "employer"),
        ("More jobs at Acme", "end"),
    ],
)
def test_headings_are_known_in_four_languages(heading: str, part: Section) -> None:
    name = named(heading)
    assert name is not None
    assert name.part == part


def test_a_sentence_that_holds_the_word_is_no_heading() -> None:
    assert named("Save this job with your existing LinkedIn profile, or create a new one.") is None


def test_a_list_ends_where_the_next_paragraph_begins() -> None:
    text = "Requirements\n- one\n- two\nBy the way, we are nice.\n- three\n\nREQUIREMENTS\n1. four"
    found = [
        section for section in outline_of(from_text(text), is_body=True).sections if section.part == "requirements"
    ]
    assert [[line.text for line in section_items(section)] for section in found] == [["one", "two"], ["four"]]
