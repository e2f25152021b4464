"""The sentences of the offline composer, one file per language. Fields in braces are filled with facts, nothing else.

Every template is a whole sentence that is true whatever fills it: no praise, no availability, no years of experience.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.emails.model import Tone


@dataclass(frozen=True, slots=True)
class Manner:
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


@dataclass(frozen=True, slots=True)
class Phrasebook:
    language: str
    conjunction: str
    quoted: str
    since: str  # {position} {organisation} {year}
    current: str
    latest: str
    label: str  # {position}
    did: str  # {organisation} {did}: only where `joins_past_tense`
    did_also: str
    did_as_well: str
    did_in_project: str
    example: str  # {organisation} {text}
    example_elsewhere: str  # after one from another employer
    example_also: str
    example_of_project: str
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
    joins_past_tense: bool = False  # "Cut the latency" becomes "I cut the latency"
