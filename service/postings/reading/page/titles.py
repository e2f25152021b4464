"""Which line of a document is the job's title, and which lines are the posting's own."""

import re
from collections.abc import Sequence

from service.postings.reading.page.labels import is_labelled
from service.postings.reading.text.documents import Document, Line
from service.postings.reading.text.outline import Section, named, posting_sections
from service.postings.reading.text.phrases import Phrases, listed, words_of

# A title is a line; longer first lines are sentences.
TITLE_MAX_CHARS = 150

# What stands in a posting's place where somebody has to sign in first, where there is none, or where the site takes
# its reader for a machine.
NO_POSTING: Phrases[bool] = Phrases(
    (phrase, True)
    for phrase in listed("""
        sign in; log in; login; sign up; register; create account; create an account; welcome back; authwall;
        400; 401; 403; 404; 410; 429; 500; 502; 503; 504; bad request; page not found; not found; job not found;
        posting not found; position not found; this page doesn't exist; page doesn't exist; this page does not exist;
        page unavailable; page not available; access denied; forbidden; unauthorized; internal server error;
        server error; service unavailable; bad gateway; gateway timeout; too many requests; something went wrong;
        an error occurred; an error has occurred; just a moment; attention required; security check;
        security verification; are you human; are you a human; are you a robot; verify you are human;
        verifying you are human; checking your browser; enable javascript; please enable javascript;
        javascript is disabled; javascript required; redirecting; loading; one moment please;
        anmelden; anmeldung; einloggen; registrieren; willkommen zurück; zugriff verweigert; seite nicht gefunden;
        die seite wurde nicht gefunden; seite wurde nicht gefunden; stelle nicht gefunden;
        stellenanzeige nicht gefunden; diese seite existiert nicht; sicherheitsprüfung;
        connexion; connectez-vous; se connecter; identifiez-vous; s'identifier; s'inscrire; accès refusé;
        page introuvable; page non trouvée; offre introuvable; offre non trouvée; cette page n'existe pas;
        cette page n'existe plus; un instant;
        iniciar sesión; inicia sesión; inicio de sesión; identifícate; regístrate; acceso denegado;
        acceso restringido; página no encontrada; oferta no encontrada; esta página no existe""")
)
_EXCLAIMED_WORDS = "error http fehler erreur oops ups sorry hoppla uups oups vaya lo sentimos désolé"
_EXCLAIMED = frozenset(_EXCLAIMED_WORDS.split())
# Alone, or with an address or an invitation behind it: a Login Engineer has a title.
_STANDS_ALONE = re.compile(
    r"\s*(?:[|•·–—:!?.,…(-].*|(?:to|or|and|with|for|bei|mit|um|oder|à|pour|ou|en|para|o|con)\s.*)?"
)


def title_index(document: Document) -> int | None:
    """The line that is the job's title: the heading the window's title repeats, else the first of the highest rank
    that does not name a section, else the first line of a text without headings."""
    lines = document.lines
    window = f"{document.meta.get('og:title', '')}\n{document.title}".casefold()
    headings = [
        index
        for index, line in enumerate(lines)
        if line.kind == "heading" and len(line.text) <= TITLE_MAX_CHARS and not is_section(line.text)
    ]
    for index in headings:
        if len(lines[index].text) >= 4 and lines[index].text.casefold() in window:
            return index
    if headings:
        highest = min(lines[index].level for index in headings)
        return next(index for index in headings if lines[index].level == highest)
    has_window = bool(window.strip())
    first = lines[0] if lines else None
    if first is None or has_window or len(first.text) > TITLE_MAX_CHARS or first.text.endswith((".", ":", "!", "?")):
        return None
    return None if is_section(first.text) or is_labelled(first.text) else 0


def is_no_posting(document: Document, title: int | None) -> bool:
    """Does the page say by its title that it is a form to sign in, an error, or a door shut to machines?"""
    shown = (document.lines[title].text if title is not None else document.title).strip()[:TITLE_MAX_CHARS]
    said = next(NO_POSTING.find(shown), None)
    if said is None or not _EXCLAIMED.issuperset(words_of(shown[: said.start])):
        return False
    return _STANDS_ALONE.fullmatch(shown, said.end) is not None


def own_sections(document: Document, title: int | None) -> list[Section]:
    """The posting's sections, from its title on."""
    return posting_sections(document.lines[title or 0 :])


def own_lines(document: Document, title: int | None, own: Sequence[Section]) -> Sequence[Line]:
    """The lines above the title and those of the posting's sections: not what stands below "Similar jobs"."""
    count = sum(len(section.lines) + (section.heading is not None) for section in own)
    return document.lines[: (title or 0) + count]


def is_section(text: str) -> bool:
    name = named(text)
    return name is not None and name.extra_words <= 1
