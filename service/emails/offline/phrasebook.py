"""The sentences of the offline composer: one file a language in `phrasebooks/`, filled with facts and nothing else.

Every template is a whole sentence that is true whatever fills its braces: no praise, no availability, no years of
experience. What a tone does not say itself is said as the professional one says it.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from service.emails.model import Tone


class Manner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a tone changes. `{first}` is the given name where it can be told, else the whole name."""

    greeting: str
    greeting_nobody: str
    titled_at: str  # the posting names {title}, and {company} is known
    titled: str
    posted_at: str  # a posting without a title, at {company}
    posted: str
    enquiry_at: str  # no posting, {company} known
    enquiry: str
    technologies: str  # those of the posting that the résumé has: {technologies}
    curious_technologies: str  # no résumé: those of the posting
    curious_requirement: str  # no résumé: {requirement}
    ask: str
    offer: str
    sign_off: str


class Phrasebook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    language: str
    conjunction: str
    quoted: str
    since: str  # {position} {organisation} {year}
    current: str
    latest: str
    label: str  # {position}
    freelance: str  # {position}, for nobody in particular
    freelance_latest: str
    did: str = ""  # {organisation} {did}: only where `joins_clauses`
    did_also: str = ""
    did_as_well: str = ""
    did_in_project: str = ""
    did_freelance: str = ""
    example: str  # {organisation} {text}
    example_elsewhere: str  # after one from another employer
    example_also: str
    example_of_project: str
    example_freelance: str
    asked_for: str  # {requirement}
    includes: str  # {requirement}, where it is one of the responsibilities
    closed: str
    subject_titled_at: str
    subject_titled: str
    subject_at: str
    subject_bare: str
    manners: Mapping[Tone, Manner]
    with_article: bool = False  # "a Backend Engineer" rather than "Backend Engineer"
    sets_off_titles: bool = False  # odd titles in quotation marks; the other languages quote every title
    joins_clauses: bool = False  # "Cut the latency" becomes "I cut the latency"


@cache
def phrasebooks() -> Mapping[str, Phrasebook]:
    """By language: `de`, `en`, ..."""
    folder = files("service.emails.offline").joinpath("phrasebooks")
    books = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    return {code: _read(code, book.read_text(encoding="utf-8")) for book in books if (code := book.name[:-5])}


def _read(language: str, text: str) -> Phrasebook:
    table: dict[str, Any] = tomllib.loads(text)
    manners = table["manners"]
    table["manners"] = {tone: manners[Tone.PROFESSIONAL] | manners[tone] for tone in Tone}
    return msgspec.convert(table | {"language": language}, Phrasebook)
