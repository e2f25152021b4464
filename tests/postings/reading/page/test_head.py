"""Lines below a title that have commas: places, employers with their places, and all else."""

import pytest

from tests.postings.pages import pasted, read


@pytest.mark.parametrize(
    ("line", "company", "location"),
    [
        ("Lisbon, Portugal (Remote)", None, "Lisbon, Portugal (Remote)"),
        ("Frankfurt am Main, Hessen", None, "Frankfurt am Main, Hessen"),
        ("Saint-Denis, Île-de-France", None, "Saint-Denis, Île-de-France"),
        ("San Sebastián de los Reyes, Madrid", None, "San Sebastián de los Reyes, Madrid"),
        ("Phoenix, Arizona", None, "Phoenix, Arizona"),
        ("Calgary, AB", None, "Calgary, AB"),
        ("Muster AG, Zürich", "Muster AG", "Zürich"),
        ("Firma Beispiel AG, Hamburg", "Beispiel AG", "Hamburg"),
        ("Molinos Viejos, S.L., Zaragoza", "Molinos Viejos, S.L.", "Zaragoza"),
        ("Acme Ltd., London, UK", "Acme Ltd.", "London, UK"),
        ("Acme, Inc.", "Acme, Inc.", None),
        ("Acme GmbH, Vollzeit", "Acme GmbH", None),
        ("Vollzeit, unbefristet", None, None),
        ("Full-time, Permanent", None, None),
        ("CDI, temps plein", None, None),
        ("Indefinido, Jornada completa", None, None),
        ("Java, Kotlin, Spring", None, None),
        ("Jane Doe, Head of People", None, None),
        ("Anna Muster, Personalreferentin", None, None),
        ("Sales, Marketing", None, None),
        ("Deutsch, Englisch", None, None),
        ("We bake, you eat", None, None),
        ("- Build our platform with Go, Terraform and AWS", None, None),
        ("- Paris, France", None, None),
    ],
)
def test_what_a_line_names(line: str, company: str | None, location: str | None) -> None:
    context = pasted(f"Backend Engineer\n\n{line}\n\nWe build.")
    assert (context.company, context.location) == (company, location)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("below", "location", "kind"),
    [
        ("<p>Lyon (69)</p><p>CDI, temps plein</p>", None, "permanent, full-time"),
        ("<h2>Acme</h2><p>Paris, France</p>", "Paris, France", None),
        ("<h2>Requirements</h2><p>Paris, France</p>", None, None),
        ("<h2>Auf einen Blick</h2><p>Vollzeit</p>", None, "full-time"),
    ],
)
async def test_behind_a_sections_heading_no_place_is_named(below: str, location: str | None, kind: str | None) -> None:
    context = await read(f"<h1>Data Engineer</h1>{below}<p>Wir suchen dich.</p>")
    assert (context.location, context.employment_type) == (location, kind)
