"""Which of a page's short lines can name a place."""

import re

from service.postings.reading.text.outline import named
from service.postings.reading.text.phrases import listed
from service.postings.reading.values import technologies
from service.postings.reading.values.legal_forms import ENDS_IN_LEGAL_FORM, LONG_FORM
from service.postings.reading.values.roles import names_a_role
from service.postings.reading.values.terms import EMPLOYMENT, workplace

# `Lisbon, Portugal`
LISTED_PLACE = re.compile(r"[^\W\d_][\w .’'()/-]{1,39}(?:, ?[^\W\d_][\w .’'()/-]{1,39}){1,3}")
# The words in lower case that places hold: Frankfurt am Main, Palma de Mallorca, "Zürich or remote".
_PLACE_WORDS = """
    am an auf bei der den es im in ob unter vor und oder of on upon under the and or by near de del la las los le les
    lès du des d l sur sous en et ou el y o et di da do dos das van remote hybrid onsite homeoffice télétravail remoto
    """
PLACE_WORDS = frozenset(_PLACE_WORDS.split())
CITY = re.compile(r"[^\W\d_a-zß-ÿ][\w .’'()/,-]{1,49}")
# What else stands between commas below a title with capitals like a place's: departments, languages, days, buttons.
_NO_PLACE = """
    sales; marketing; engineering; it; hr; human resources; finance; product; design; software; data; operations;
    legal; support; customer support; customer service; development; research; saas; b2b; b2c; fintech; retail;
    healthcare; junior; mid; mid level; senior; lead; entry level; experienced; english; german; french; spanish;
    deutsch; englisch; französisch; spanisch; français; anglais; allemand; inglés; alemán; francés; español;
    bachelor; master; bac; studium; monday; tuesday; wednesday; thursday; friday; saturday; sunday; montag;
    dienstag; mittwoch; donnerstag; freitag; samstag; sonntag; lundi; mardi; lunes; martes; january; february;
    march; april; may; june; july; august; september; october; november; december; apply; apply now; save; share;
    report; print; new; featured; ref; vertrieb; technik; ingenieurwesen; informatik; verwaltung; entwicklung;
    forschung; gehalt; urlaub; teamwork; communication; kommunikation; teamfähigkeit; verantwortung; informatique;
    ventes; vente; ressources humaines; commerce; ventas; informática; recursos humanos; administración"""
NO_PLACE = frozenset(listed(_NO_PLACE))
_PARENTHESES = re.compile(r"\([^()]*\)")
_APART = re.compile(r"[’'.-]")


def is_place(text: str) -> bool:
    """Can it be one? Names with capitals, and nothing in it that says how one is employed, as what, or with what."""
    parts = [part.strip() for part in _PARENTHESES.sub("", text).split(",")]
    if is_taken(text) or technologies.find(text) or not NO_PLACE.isdisjoint(part.casefold() for part in parts):
        return False
    return all(_is_place_name(part) for part in parts)


def _is_place_name(part: str) -> bool:
    words = part.split()
    if not words or words[0][0].islower() or any(EMPLOYMENT.find(part)) or names_a_role(part):
        return False
    is_prose = any(word[0].islower() and PLACE_WORDS.isdisjoint(_APART.split(word)) for word in words)
    return not is_prose and ENDS_IN_LEGAL_FORM.search(part) is None and LONG_FORM.fullmatch(part) is None


def is_taken(text: str) -> bool:
    """Does it open a section, or say nothing but how one is employed or where from?"""
    said = [(match.start, match.end) for match in EMPLOYMENT.find(text)]
    said += [found[1:]] if (found := workplace(text)) else []
    return named(text) is not None or (0, len(text)) in said
