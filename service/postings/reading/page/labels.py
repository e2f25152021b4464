"""Labels with their values: `Location: Berlin`, and a label with its value on the next line."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from service.postings.model import LINE_MAX_CHARS
from service.postings.reading.findings import Field, Finding, Span, at
from service.postings.reading.text.documents import Line
from service.postings.reading.text.phrases import Phrases, listed
from service.postings.reading.values import dates
from service.postings.reading.values.pay import salary
from service.postings.reading.values.terms import EMPLOYMENT, workplace

# Names and places as lines of their own.
NAME_MAX_CHARS = 80
LABEL_MAX_CHARS = 40
# A label that so often had no value that can be read has none.
TRIED_MAX = 20
LABEL_WORDS_MAX = 5

_LABELS: dict[Field, str] = {
    "title": """job title; position; role; title; stelle; stellenbezeichnung; stellentitel; berufsbezeichnung; poste;
        intitulé du poste; intitulé; titre du poste; puesto; título del puesto; vacante""",
    "company": """company; employer; company name; organization; unternehmen; firma; arbeitgeber; entreprise; employeur;
        recruteur; société; empresa; empleador; compañía""",
    "location": """location; job location; place; office; city; based in; standort; arbeitsort; einsatzort;
        dienstort; ort;
        beschäftigungsort; arbeitsplatz; lieu; localisation; lieu de travail; lieu du poste; ville; ubicación;
        localización; lugar; lugar de trabajo; localidad; población; ciudad""",
    "employment_type": """employment type; job type; type; contract; contract type; employment; hours; schedule;
        anstellungsart; vertragsart; arbeitszeit; arbeitszeitmodell; beschäftigungsart; beschäftigung; umfang; vertrag;
        befristung; type de contrat; contrat; temps de travail; type d'emploi; type de poste; durée du travail;
        tipo de contrato; contrato; jornada; tipo de jornada; jornada laboral; tipo de empleo""",
    "salary": """salary; compensation; pay; pay range; salary range; base salary; annual salary; gehalt; vergütung;
        jahresgehalt; monatsgehalt; gehaltsspanne; entgelt; bezahlung; lohn; mindestgehalt; salaire; rémunération;
        salaire brut; salaire annuel; salaire mensuel; fourchette de salaire; package; salario; remuneración; sueldo;
        salario bruto; rango salarial; banda salarial; retribución""",
    "remote": """remote; remote work; workplace; workplace type; work mode; work model; work arrangement; arbeitsmodell;
        homeoffice; home office; mobiles arbeiten; télétravail; mode de travail; modalidad; modalidad de trabajo;
        teletrabajo; modo de trabajo""",
    "posted_at": """date posted; posted; posted on; published; publication date; veröffentlicht; online seit;
        veröffentlicht am; eingestellt am; publié le; publiée le; date de publication; mise en ligne; publicado;
        publicada; fecha de publicación""",
    "valid_through": """valid through; apply by; closing date; application deadline; deadline; applications close;
        expires; closes; bewerbungsfrist; bewerbungsschluss; bewerbungsende; bewerbung bis; date limite;
        date limite de candidature; date de clôture; date d'expiration; clôture; fecha límite; fecha de cierre;
        fecha fin; fecha tope; plazo de inscripción; plazo""",
}
LABELS: Phrases[Field] = Phrases((name, field) for field, names in _LABELS.items() for name in listed(names))
_LABELLED = re.compile(r"([^:：\n]{2,40})[:：]\s{0,4}(?=\S)")


def labelled(lines: Sequence[Line], *, day_first: bool) -> Iterator[Finding]:
    """What the labels of the document say, of each field the first that can be read."""
    tried: Counter[Field] = Counter()
    found: set[Field] = set()
    for index, line in enumerate(lines):
        field, part = _label(line.text[:LINE_MAX_CHARS])
        if field is None or field in found or tried[field] >= TRIED_MAX:
            continue
        value, part = (line, part) if part else _next(line, lines[index + 1] if index + 1 < len(lines) else None)
        if value is None or part is None:
            continue
        tried[field] += 1
        if finding := _value(field, value, part, day_first=day_first):
            found.add(field)
            yield finding


def _next(label: Line, following: Line | None) -> tuple[Line | None, Span | None]:
    """The line below a label, where it may be its value."""
    if following is None or label.kind == "item" or following.text.endswith(":"):
        return None, None
    is_short = len(following.text) <= NAME_MAX_CHARS
    return (following, (0, len(following.text))) if is_short else (None, None)


def is_labelled(text: str) -> bool:
    return _LABELLED.match(text) is not None


def is_label(text: str) -> bool:
    """Is it nothing but a label, with its value below?"""
    return _label(text)[0] is not None


def _label(text: str) -> tuple[Field | None, Span | None]:
    match = _LABELLED.match(text)
    name = match[1] if match else text
    if len(name) > LABEL_MAX_CHARS or name.count(" ") >= LABEL_WORDS_MAX:
        return None, None
    label = next(
        (label for label in LABELS.find(name) if label.start == 0 and not name[label.end :].strip(" \u00a0:*?")), None
    )
    if label is None:
        return None, None
    return label.meaning, (match.end(), len(text)) if match else None


def _value(field: Field, line: Line, part: Span, *, day_first: bool) -> Finding | None:
    text = line.text[part[0] : min(part[1], part[0] + LINE_MAX_CHARS)]
    part = (part[0], part[0] + len(text))
    if field == "salary":
        found = salary.parse(text)
        return at(field, line, found[0], part=_moved(found[1], part[0])) if found else None
    if field in ("posted_at", "valid_through"):
        date = dates.find(text, end_of_day=field == "valid_through", day_first=day_first)
        return at(field, line, date[0], part=_moved(date[1], part[0])) if date else None
    if field == "employment_type":
        return _employment(line, text, part[0])
    if field == "remote":
        said = workplace(text, is_answer=True)
        return at(field, line, said[0], part=_moved(said[1:], part[0])) if said else None
    return at(field, line, part=part) if len(text) <= NAME_MAX_CHARS else None


def _employment(line: Line, text: str, offset: int) -> Finding | None:
    matches = list(EMPLOYMENT.find(text))
    if not matches:
        return None
    kinds = ", ".join(dict.fromkeys(match.meaning for match in matches))
    return at("employment_type", line, kinds, part=(offset + matches[0].start, offset + matches[-1].end))


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by
