"""Pages whose title is no job's."""

import pytest

from tests.postings.pages import pasted, read


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>Sign in | Acme</title><h1>Sign in</h1><h2>New here?</h2>", None),
        ("<title>Sign in to Acme</title>", None),
        ("<title>Acme Careers</title><h1>Oops! Page not found</h1>", None),
        ("<h1>Error 404 - Not Found</h1>", None),
        ("<title>Just a moment...</title>", None),
        ("<title>Anmelden – Acme</title>", None),
        ("<h1>Page introuvable</h1>", None),
        ("<h1>Página no encontrada (404)</h1>", None),
        ("<h1>Login Engineer</h1>", "Login Engineer"),
        ("<h1>Loading Dock Worker</h1>", "Loading Dock Worker"),
        ("<title>Baker | Acme</title><h1>Sign in</h1><h2>Baker</h2>", "Baker"),
    ],
)
async def test_a_door_or_an_error_is_no_title(page: str, title: str | None) -> None:
    assert (await read(page)).title == title


@pytest.mark.parametrize(
    ("line", "title", "company"),
    [
        (
            "Softwareentwicklerin (m/w/d) bei Turmfalke Fracht GmbH",
            "Softwareentwicklerin (m/w/d)",
            "Turmfalke Fracht GmbH",
        ),
        ("Développeur Python chez Crécerelle", "Développeur Python", "Crécerelle"),
        ("Ingeniero de Datos en Cernícalo S.L.", "Ingeniero de Datos", "Cernícalo S.L."),
        ("Ingeniero de Datos en Madrid", "Ingeniero de Datos en Madrid", None),
        ("Crécerelle recherche un.e Data Engineer", "Data Engineer", "Crécerelle"),
        ("Turmfalke sucht Data Engineer (m/w/d)", "Data Engineer (m/w/d)", "Turmfalke"),
        ("Wir suchen eine Bäckerin", "Bäckerin", None),
    ],
)
def test_a_headline_is_taken_apart(line: str, title: str, company: str | None) -> None:
    context = pasted(f"{line}\n\nWe bake.")
    assert (context.title, context.company) == (title, company)


def test_the_rest_of_a_text_below_such_a_line_is_read() -> None:
    context = pasted("Sign in\n\nRequirements\n- Three years of Python")
    assert (context.title, context.requirements) == (None, ("Three years of Python",))
