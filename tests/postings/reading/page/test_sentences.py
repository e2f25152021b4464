"""Names in sentences: whole words, and nothing of the sentence behind them."""

import pytest

from service.postings.reading.page import sentences
from service.postings.reading.text import documents
from service.postings.reading.text.outline import outline_of
from tests.postings.pages import pasted, read


def said(text: str, field: str) -> object:
    reading = sentences.read(outline_of(documents.from_text(text)), "text")
    return next((finding.value for finding in reading.of(field)), None)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("We're looking for a Go developer to join us in Berlin.", "Go developer"),
        ("We are hiring a senior C# developer for our team.", "senior C# developer"),
        ("We are seeking a talented Go backend developer.", "Go backend developer"),
        ("We are hiring a Head of Engineering to lead us.", "Head of Engineering"),
        ("We are seeking a CI/CD Engineer. You will build.", "CI/CD Engineer"),
        ("We're hiring an Account Executive based in Paris.", "Account Executive"),
        ("We are seeking a Baker.", "Baker"),
        ("We are looking for a Go enthusiast.", None),
        ("We are looking for a Go, Rust or Python developer.", None),
        ("We are looking for a developer in Berlin.", None),
        ("We are seeking a Berlin based engineer.", "Berlin based engineer"),
        ("Wir suchen einen Java-Entwickler für unser Team.", "Java-Entwickler"),
        ("Wir suchen eine:n Softwareentwickler:in mit Erfahrung.", "Softwareentwickler:in"),
        ("Wir suchen eine Fachkraft für Arbeitssicherheit in Ulm.", "Fachkraft für Arbeitssicherheit"),
        ("Wir suchen einen Donaudampfschifffahrtsgesellschaftskapitän.", None),
        ("Acme recrute un développeur Go confirmé pour son équipe.", "développeur Go"),
        ("Nous recherchons un Développeur Python confirmé (H/F).", "Développeur Python"),
        ("Buscamos un desarrollador Java con experiencia.", "desarrollador Java"),
        ("Acme busca una Ingeniera de Datos para su equipo.", "Ingeniera de Datos"),
    ],
)
def test_who_is_sought(text: str, title: str | None) -> None:
    assert said(text, "title") == title


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("We are based in London offering payments.", "London"),
        ("We are based in Berlin. Our team is small.", "Berlin"),
        ("We are headquartered in Washington, D.C. with friends.", "Washington, D.C."),
        ("Unser Büro in St. Gallen ist klein.", "St. Gallen"),
        ("Mit Sitz in Berlin für Entwickler.", "Berlin"),
        ("Con oficinas en San Sebastián de los Reyes desde 1990.", "San Sebastián de los Reyes"),
    ],
)
def test_where_it_is(text: str, place: str) -> None:
    assert said(text, "location") == place


def test_an_employers_own_full_stop_is_its_names() -> None:
    assert said("At Acme Inc. we bake.", "company") == "Acme Inc."


@pytest.mark.anyio
async def test_a_neighbours_notice_and_label_are_the_neighbours() -> None:
    neighbours = "<h2>Similar jobs</h2><ul><li>This job is no longer available</li><li>Location: Ulm</li></ul>"
    page = "<h1>Data Engineer</h1><h2>Requirements</h2><ul><li>Python</li></ul><a>Apply now</a>"
    context = await read(page + neighbours)
    assert (context.is_open, context.location) == (True, None)
    assert (await read(neighbours + page)).is_open is False  # above the title: whose it is cannot be told


def test_so_it_is_in_a_text_without_headings() -> None:
    assert pasted("Data Engineer\n\nApply now\n\nOther roles\n\nThis job is closed.").is_open is True
