"""Notices that a posting is closed or paused, in English, German, French and Spanish."""

import re
from itertools import islice
from typing import NamedTuple

from service.postings.reading.findings import Span
from service.postings.reading.text.phrases import WORD, Match, Phrases, listed, words_of

# Notices are short: a paragraph that says it between other things speaks of something else.
NOTICE_MAX_CHARS = 300

# ... and says it once; a line that says more such words says other things with them.
TRIED_MAX = 4

# What says it whatever stands around.
_WHOLE = """
    no longer accepting applications; not accepting applications; not currently accepting applications;
    no longer accepting new applications; not accepting new applications; not accepting any new applications;
    no longer accepting applicants; no longer accepting candidates; no longer accepting resumes;
    no longer taking applications; stopped accepting applications; applications are no longer accepted;
    applications are not being accepted; no longer available; no longer open; no longer active; no longer advertised;
    no longer hiring; no longer recruiting; not currently hiring; not hiring for this; job listing is no longer;
    job no longer exists; position no longer exists; posting no longer exists; vacancy no longer exists;

    nicht mehr verfügbar; nicht länger verfügbar; nicht mehr online; nicht mehr aktuell; nicht mehr aktiv;
    nicht mehr ausgeschrieben; nicht mehr vakant; keine bewerbungen mehr; bewerbung nicht mehr möglich;
    bewerbungen nicht mehr möglich; bewerbung ist nicht mehr möglich; bewerbungen sind nicht mehr möglich;
    derzeit pausiert; bereits vergeben; vorübergehend geschlossen;

    n'est plus disponible; n'est actuellement plus disponible; n'est plus active; n'est plus à pourvoir;
    n'est plus d'actualité; n'est plus en ligne; n'est plus ouvert; n'est plus ouverte; n'est plus possible de postuler;
    offre plus disponible; n'accepte plus de candidatures; n'acceptons plus de candidatures; ne recrutons plus;
    ne sont plus acceptées; offre close; annonce close; candidatures closes; candidatures sont closes;
    candidatures sont désormais closes;

    ya no está disponible; ya no se encuentra disponible; ya no está activa; ya no está vigente; ya no está abierta;
    ya no está abierto; oferta no está disponible; oferta no disponible; ya no acepta solicitudes;
    ya no acepta candidaturas; ya no aceptamos; ya no se admiten; ya no se aceptan; no se aceptan más;
    no admite más inscripciones; temporalmente cerrada;

    nabídka již není aktuální; nabídka už není aktuální"""
# What has ended ...
_ENDED = """
    position; role; job; vacancy; posting; listing; opening; opportunity; advert; ad; requisition; offer; hiring;
    recruitment; recruiting; applications; application window; application period; application process;
    application phase; hiring process; application deadline; deadline; status;
    stelle; stellenanzeige; anzeige; stellenangebot; jobangebot; stellenausschreibung; ausschreibung; vakanz;
    bewerbungsfrist; bewerbungsphase; bewerbungsprozess; bewerbungsverfahren; bewerbungszeitraum; auswahlverfahren;
    besetzungsverfahren; bewerbungen;
    offre; annonce; poste; recrutement; candidatures; statut;
    oferta; puesto; vacante; anuncio; inscripción; inscripciones; proceso; selección; plazo; candidaturas;
    reclutamiento; convocatoria; estado"""
# ... and that it has; "Position filled" and "this position has unfortunately already been filled" alike.
_HAS_ENDED = """
    closed; filled; expired; passed; paused; on hold; put on hold; placed on hold; suspended; removed; withdrawn;
    cancelled; canceled; taken down; taken offline; deactivated; archived; frozen; on pause; unpublished;
    besetzt; vergeben; abgelaufen; beendet; abgeschlossen; geschlossen; pausiert; deaktiviert; ruht; ruhen; offline;
    vorbei; ausgesetzt; zurückgezogen; entfernt; gestoppt; gelöscht;
    pourvu; pourvue; expiré; expirée; clos; clôturé; clôturée; clôturées; fermé; fermée; fermées; terminé; terminée;
    suspendu; suspendue; suspendues; désactivée; archivée; retirée; annulée; supprimée; en pause; en suspens;
    cerrado; cerrada; cerradas; caducado; caducada; expirado; expirada; finalizado; finalizada; pausado; pausada;
    suspendido; suspendida; cubierto; cubierta; terminado; terminada; concluido; concluida; retirada; cancelada;
    vencido; vencida; archivada; desactivada; eliminada; en pausa"""
_VERB_WORDS = """
    is are was were has have had ist sind wurde wurden war haben hat ruht ruhen est sont a ont avons été está están
    ha han hemos sido fue"""
_VERBS = frozenset(_VERB_WORDS.split())
_SMALL = """
    now currently already temporarily just recently unfortunately sadly officially permanently indefinitely meanwhile
    since been being for at this the our present sorry please note we ve and
    jetzt nun derzeit aktuell momentan zurzeit zur zeit bereits schon inzwischen mittlerweile leider vorübergehend
    vorläufig endgültig bis auf weiteres diese dieses die der das worden wir
    actuellement déjà désormais temporairement provisoirement malheureusement maintenant définitivement momentanément
    ce cet cette le la l les nous
    ya actualmente temporalmente ahora de momento lamentablemente definitivamente recientemente provisionalmente esta
    este el los las se encuentra"""
_BETWEEN = frozenset(_SMALL.split()) | _VERBS
# As many small words as anybody puts in a row, and some.
_BETWEEN_MAX = 8
_LEADS = frozenset(" ".join(words_of(lead)) for lead in listed(_ENDED))
_OURS = frozenset(("we", "wir", "nous", "hemos"))

CLOSED: Phrases[bool] = Phrases(
    (phrase, is_whole) for is_whole, phrases in ((True, _WHOLE), (False, _HAS_ENDED)) for phrase in listed(phrases)
)
# What makes a notice one of what may come: "once the position has been filled", "si l'offre n'est plus disponible".
_MAY_COME = """
    if; when; once; until; till; unless; should; whether; after the; after this; wenn; falls; sobald; sofern; ob; bevor;
    nachdem; bis die; bis diese; bis der; bis eine; si; s'il; s'ils; quand; lorsque; dès; jusqu'à ce que; après que;
    cuando; caso; hasta que; después de que; una vez"""
CONDITIONAL: Phrases[bool] = Phrases((phrase, True) for phrase in listed(_MAY_COME))
# ... behind it, or what makes it no notice at all: "filled with joy", "closed out", "closed-loop".
_GOES_ON = re.compile(
    r"-\w|,?\s(?:when|once|if|as soon|with|out|wenn|sobald|falls|mit|lorsque|dès|quand|si|par voie|cuando|una vez"
    r"|en cuanto)\b",
    re.IGNORECASE,
)
# "Wir teilen mit, dass die Stelle besetzt ist."
_VERB_BEHIND = re.compile(r"\s(?:ist|sind|wurden?|worden)\b")
# "Applications have closed" says it; "who had such a role has closed deals" does not.
_HAS = frozenset(("has", "have", "had"))
_OBJECT_BEHIND = re.compile(r"\s(?!(?:and|as|at|but|by|due|early|for|in|now|on|since|to)\b)[a-z]")


class _Word(NamedTuple):
    lower: str
    start: int
    end: int


def find(text: str) -> Span | None:
    """Where a line says that the posting is closed or paused; not what will be when it is."""
    if len(text) > NOTICE_MAX_CHARS:
        return None
    for said in islice(CLOSED.find(text), TRIED_MAX):
        begin = max(text.rfind(mark, 0, said.start) for mark in ".!?;") + 1
        if any(CONDITIONAL.find(text, begin, said.start)) or _GOES_ON.match(text, said.end):
            continue
        if span := (said.start, said.end) if said.meaning else _ended(text, said, begin):
            return span
    return None


def _ended(text: str, said: Match[bool], begin: int) -> Span | None:
    """`closed`, with what is closed before it or, where "we have filled this position", behind it."""
    before = [_Word(word[0].lower(), *word.span()) for word in WORD.finditer(text, begin, said.start)]
    lead = next((at for at in reversed(range(len(before))) if before[at].lower not in _BETWEEN), -1)
    if len(before) - lead > _BETWEEN_MAX:
        return None
    if lead >= 0 and _is_lead(before, lead):
        stands_alone = all(word.lower in _BETWEEN or _is_lead(before, at) for at, word in enumerate(before))
        is_said = _is_said(text, before[lead].end, said.end, stands_alone=stands_alone)
        return (before[lead].start, said.end) if is_said else None
    ours = next((word for word in before[lead + 1 :] if word.lower in _OURS), None)
    if ours is None:
        return None
    behind = WORD.finditer(text, said.end, min(len(text), said.end + NOTICE_MAX_CHARS))
    what = next((word for word in behind if word[0].lower() not in _BETWEEN), None)
    return (ours.start, what.end()) if what and what[0].lower() in _LEADS else None


def _is_said(text: str, start: int, end: int, *, stands_alone: bool) -> bool:
    """Is what follows its subject a statement, or all there is?"""
    spoken = words_of(text[start:end])
    if not _HAS.isdisjoint(spoken) and "been" not in spoken and _OBJECT_BEHIND.match(text, end):
        return False
    return stands_alone or not _VERBS.isdisjoint(spoken) or _VERB_BEHIND.match(text, end) is not None


def _is_lead(words: list[_Word], at: int) -> bool:
    return words[at].lower in _LEADS or (at > 0 and f"{words[at - 1].lower} {words[at].lower}" in _LEADS)
