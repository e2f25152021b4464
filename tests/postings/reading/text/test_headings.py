import pytest

from service.postings.reading.page.body import section_items
from service.postings.reading.text.documents import from_text
from service.postings.reading.text.outline import named, sections
from service.postings.reading.text.parts import Part


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("Primary Job Responsibilities", Part.RESPONSIBILITIES),
        ("What you’ll do", Part.RESPONSIBILITIES),
        ("Deine Aufgaben", Part.RESPONSIBILITIES),
        ("Vos missions", Part.RESPONSIBILITIES),
        ("Qué harás", Part.RESPONSIBILITIES),
        ("Required Skills", Part.REQUIREMENTS),
        ("This profile will win us over:", Part.REQUIREMENTS),
        ("Was du mitbringst", Part.REQUIREMENTS),
        ("Profil recherché", Part.REQUIREMENTS),
        ("Requisitos mínimos", Part.REQUIREMENTS),
        ("Damit überzeugst du uns", Part.REQUIREMENTS),
        ("Ihr Aufgabengebiet:", Part.RESPONSIBILITIES),
        ("🎯 Tes missions au quotidien", Part.RESPONSIBILITIES),
        ("Ce qu’on vous propose", Part.BENEFITS),
        ("Formation et expérience", Part.REQUIREMENTS),
        ("¿Qué esperamos de ti?", Part.REQUIREMENTS),
        ("Funciones principales del puesto", Part.RESPONSIBILITIES),
        ("Acerca de la empresa", Part.EMPLOYER),
        ("D'autres offres", Part.END),
        ("That's what QUAJOO offers you:", Part.BENEFITS),
        ("About Red Hat", Part.EMPLOYER),
        ("More jobs at Acme", Part.END),
    ],
)
def test_headings_are_known_in_four_languages(heading: str, part: Part) -> None:
    name = named(heading)
    assert name is not None
    assert name.part is part


def test_a_sentence_that_holds_the_word_is_no_heading() -> None:
    assert named("Save this job with your existing LinkedIn profile, or create a new one.") is None


def test_a_list_ends_where_the_next_paragraph_begins() -> None:
    text = "Requirements\n- one\n- two\nBy the way, we are nice.\n- three\n\nREQUIREMENTS\n1. four"
    found = [section for section in sections(from_text(text).lines) if section.part is Part.REQUIREMENTS]
    assert [[line.text for line in section_items(section)] for section in found] == [["one", "two"], ["four"]]
