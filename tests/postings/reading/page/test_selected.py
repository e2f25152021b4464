"""Boards' pages that name their parts in classes and attributes."""

import pytest

from tests.postings.pages import read

pytestmark = pytest.mark.anyio


async def test_linkedin_names_employer_and_place_in_one_line() -> None:
    context = await read("""<h1 class="top-card-layout__title">Cook</h1>
        <h4><span class="topcard__flavor">Falcon Inns</span> <span class="topcard__flavor topcard__flavor--bullet">Graz,
        Austria</span></h4><span class="posted-time-ago__text">2 weeks ago</span><p>Falcon is hiring a Cook.</p>""")
    assert (context.title, context.company, context.location) == ("Cook", "Falcon Inns", "Graz, Austria")
    assert context.posted_at is not None


async def test_remote_in_the_place_of_the_place_is_none() -> None:
    context = await read("""<h1 class="topcard__title">Cook</h1><span class="topcard__flavor">Falcon Inns</span>
        <span class="topcard__flavor topcard__flavor--bullet">Remote</span>""")
    assert (context.location, context.remote) == (None, True)


async def test_stepstone_names_them_by_attributes() -> None:
    context = await read("""<h1>Leitung Backstube</h1><span data-at="metadata-company-name">Falkenbrot GmbH</span>
        <span data-at="metadata-location">Berlin, München</span><span data-at="metadata-salary">Gehalt anzeigen</span>
        <div><p>Deine Aufgaben:</p><p>Du leitest die Backstube.</p></div><p>Neugierig? Gehalt anzeigen</p>""")
    assert (context.company, context.location, context.salary) == ("Falkenbrot GmbH", "Berlin, München", None)
    assert context.responsibilities == ("Du leitest die Backstube.",)
