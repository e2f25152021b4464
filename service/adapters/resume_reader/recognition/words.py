"""What a piece of a line is, by its words, and how a line falls into pieces. Pure."""

import re
from collections.abc import Iterable, Iterator

from service.adapters.resume_reader.recognition.places import without_place
from service.adapters.resume_reader.recognition.vocabulary import EMPLOYER, POSITION, SCHOOL, listed, words_of

# As the model of a résumé has them, which takes no more: a line, prose, the words or sentences of an entry, the
# entries of a section.
LINE_MAX_CHARS = 1_000
PROSE_MAX_CHARS = 20_000
WORDS_MAX = 200
ENTRIES_MAX = 100

# German puts words together: Backendentwickler, Vertriebsleiterin.
_POSITION_ENDING = re.compile(
    r"(?:entwickler|ingenieur|leiter|berater|manager|designer|techniker|arzt|ärztin|pfleger|lehrer|assistent|architekt)(?:in)?\Z"
)
_SCHOOL_ENDING = re.compile(r"(?:schule|universität|gymnasium|akademie|kolleg)\Z")
# What stands between the pieces of a line: a gap, or a mark with blanks around it.
_SEPARATOR = re.compile(r"\s*\t\s*|\s+[|•·–—―−‒/:]\s+|\s+-{1,2}\s+|\s*[|•·]\s*|\s+@\s+|\s*;\s+")
_AT = re.compile(r"\s+(?:at|@|bei|chez)\s+(?=[A-ZÄÖÜÉÈÀ0-9])")
_PART_OF_EMPLOYER = re.compile(
    r"\b(?:team|department|dept|division|squad|abteilung|bereich|équipe|service|equipo|departamento|full[- ]?time|"
    r"part[- ]?time|freelance|contract|permanent|temporary|vollzeit|teilzeit|befristet|unbefristet|cdi|cdd|alternance|"
    r"temps plein|temps partiel|jornada completa|media jornada|indefinido)\b",
    re.IGNORECASE,
)
# What stands above a part of an entry, and is no entry: "Key achievements", "Aufgaben und Erfolge".
_INNER = listed(
    """
    accomplishments achievements activities contributions coursework courses deliverables duties environment
    highlights impact projects responsibilities results skills stack tasks technologies tools
    aufgaben aufgabenbereich aufgabengebiet ergebnisse erfolge hauptaufgaben projekte schwerpunkte technologien
    tätigkeiten verantwortlichkeiten verantwortungsbereich
    compétences missions outils projets responsabilités résultats réalisations tâches
    actividades competencias funciones herramientas logros proyectos responsabilidades resultados tareas tecnologías
    """
)
INNER_WORDS_MAX = 4
_EDGES = " ,;:|•·–—-"


def is_position(text: str) -> bool:
    words = words_of(text)
    return any(
        word.rpartition("-")[2] in POSITION or word in POSITION or _POSITION_ENDING.search(word) for word in words
    )


def is_employer(text: str) -> bool:
    """The `CO` of `Denver, CO` is no company's."""
    return any(word in EMPLOYER or word in SCHOOL for word in words_of(without_place(text)[0]))


def is_part_of_employer(text: str) -> bool:
    """`Platform Team`, `Full-time`: what stands beside a position and is not whom it was for."""
    return _PART_OF_EMPLOYER.search(text) is not None


def is_school(text: str) -> bool:
    return any(word in SCHOOL or _SCHOOL_ENDING.search(word) for word in words_of(text))


def is_inner(text: str) -> bool:
    """Whether a line that stands out names a part of an entry rather than the next one."""
    words = words_of(text)
    is_named = bool(words) and (words[0] in _INNER or words[-1] in _INNER)
    return is_named and len(words) <= INNER_WORDS_MAX and not is_position(text) and not is_employer(text)


def pieces(text: str) -> list[str]:
    """A line at its gaps and marks; never empty ones."""
    return stripped(_SEPARATOR.split(text))


def around_at(text: str) -> list[str]:
    """`Engineer at Globex` is two."""
    return stripped(_AT.split(text, maxsplit=1))


def stripped(texts: Iterable[str]) -> list[str]:
    return [bare for text in texts if (bare := bared(text))]


def bared(text: str) -> str:
    """Without the marks at its edges; a parenthesis that is closed inside stays."""
    text = " ".join(text.split()).strip(_EDGES)
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1].strip()
    if text.count("(") != text.count(")"):
        text = text.removesuffix("(").removeprefix(")")
        text = text.removesuffix(")") if text.count(")") > text.count("(") else text
        text = text.removeprefix("(") if text.count("(") > text.count(")") else text
    return text.strip(_EDGES)


def split_list(text: str) -> Iterator[str]:
    """`Python (Django, Flask), Go; SQL` at its commas, semicolons and bullets, parentheses aside."""
    depth, start = 0, 0
    for at, character in enumerate(text):
        depth = max(0, depth + (character in "([") - (character in ")]"))
        is_split = character in ",;•·|\t▪●" or (character == "/" and text[at - 1 : at] == " " == text[at + 1 : at + 2])
        if is_split and depth == 0:
            if bare := bared(text[start:at]):
                yield bare
            start = at + 1
    if bare := bared(text[start:]):
        yield bare
