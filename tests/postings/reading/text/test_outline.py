import anyio
import pytest

from service.postings.reading.page.body import section_items
from service.postings.reading.text.documents import from_text
from service.postings.reading.text.outline import named, outline_of
from service.vocabulary.posting import SectionKind
from tests.postings.pages import read


@pytest.mark.parametrize(
    ("heading", "kind"),
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
        ("Das überzeugt uns:", "requirements"),
        ("You'll love working at Kestrel because...", "benefits"),
        ("O que você vai fazer", "responsibilities"),
        ("Requisitos desejáveis", "requirements"),
        ("Nossa empresa", "employer"),
        ("Di cosa ti occuperai", "responsibilities"),
        ("Requisiti richiesti", "requirements"),
        ("Wat ga je doen?", "responsibilities"),
        ("Functie-eisen", "requirements"),
        ("Zakres obowiązków", "responsibilities"),
        ("Mile widziane:", "requirements"),
        ("Dina arbetsuppgifter", "responsibilities"),
        ("Vi söker dig som", "requirements"),
        ("【仕事内容】", "responsibilities"),
        ("■必須スキル", "requirements"),
        ("岗位职责：", "responsibilities"),
        ("任职要求", "requirements"),
        ("相似职位", "end"),
    ],
)
def test_headings_are_known_in_eleven_languages(heading: str, kind: SectionKind) -> None:
    name = named(heading)
    assert name is not None
    assert name.kind == kind


def test_a_sentence_that_holds_the_word_is_no_heading() -> None:
    assert named("Save this job with your existing LinkedIn profile, or create a new one.") is None


def test_a_list_ends_where_the_next_paragraph_begins() -> None:
    text = "Requirements\n- one\n- two\nBy the way, we are nice.\n- three\n\nREQUIREMENTS\n1. four"
    found = [
        section for section in outline_of(from_text(text), is_body=True).sections if section.kind == "requirements"
    ]
    assert [[line.text for line in section_items(section)] for section in found] == [["one", "two"], ["four"]]


def test_a_quotation_between_a_heading_and_its_list_takes_it_from_nobody() -> None:
    context = anyio.run(read, "<h1>Baker</h1><h3>Your tasks</h3><h3>„Bread is love.“</h3><ul><li>Knead dough</li></ul>")
    assert context.responsibilities == ("Knead dough",)


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<h2>Om virksomheden</h2><p>We bake.</p><h2>Opgaver</h2><p>a</p><h2>Kontakt os</h2><p>b</p>", None),
        ("<h2>Data Engineer</h2><p>We bake.</p><h2>Opgaver</h2><p>a</p><h2>Kontakt os</h2><p>b</p>", "Data Engineer"),
        ("<h1>Apply now</h1><h2>Baker</h2>", "Baker"),
        ("<h1>Job Location</h1><h2>Baker</h2>", "Baker"),
    ],
)
def test_headings_of_no_known_language_buttons_and_labels_are_no_titles(page: str, title: str | None) -> None:
    assert anyio.run(read, page).title == title
