"""Where one who works remotely may live, as lines near a posting's title say: "USA Only", "nur Deutschland"."""

import re

from service.postings.reading.findings import Span
from service.postings.reading.text.phrases import listed

# How far below the title such a line stands: the employer, a button and a few tags come before.
WITHIN_CHARS = 400
# A line of tags; in a sentence "only" may restrict anything.
LINE_MAX_CHARS = 80

_REGIONS = """
    USA; US; U.S.; United States; North America; South America; Latin America; LATAM; Americas; the Americas; Canada;
    EU; EEA; Europe; European Union; UK; United Kingdom; EMEA; APAC; Asia; Africa; Australia; New Zealand; Oceania;
    Germany; DACH; Austria; Switzerland; France; Spain; Portugal; Italy; Ireland; Netherlands; Poland; India; Mexico;
    Brazil; Deutschland; Österreich; Schweiz; Europa; Frankreich; Allemagne; Suisse; Belgique; Espagne;
    Union européenne; España; México; Latinoamérica; Alemania; Francia; Unión Europea"""
_REGION = rf"(?:{'|'.join(re.escape(name) for name in sorted(listed(_REGIONS), key=len, reverse=True))})(?![^\W_])"
_AND = r"(?:, (?:and |or )?| (?:and|or|und|oder|et|ou|y|o) | ?[&/] ?)"
_REGIONS_NAMED = rf"(?<![^\W_])(?P<regions>{_REGION}(?:{_AND}{_REGION}){{0,5}})"
_ONLY = (
    re.compile(rf"{_REGIONS_NAMED}[ -](?:[Oo]nly|ONLY|uniquement|seulement|solamente|únicamente)(?![^\W_])"),
    re.compile(
        rf"(?<![^\W_])(?:[Nn]ur|[Uu]niquement|[Ss]olo|[Ss]ólo|[Oo]nly|[Ss]olamente) (?:in |en )?{_REGIONS_NAMED}"
    ),
    re.compile(r"(?<![^\W_])(?P<regions>[Aa]nywhere in the [Ww]orld)(?![^\W_])"),
)


def named(text: str, start: int) -> Span | None:
    """The place of the regions in the first short line behind `start` that says "only"."""
    position = start
    for line in text[start : start + WITHIN_CHARS].split("\n"):
        ways = (way.search(line) for way in _ONLY) if len(line) <= LINE_MAX_CHARS else ()
        if found := next((match for match in ways if match), None):
            return position + found.start("regions"), position + found.end("regions")
        position += len(line) + 1
    return None
