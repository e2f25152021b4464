"""A position's head: what of it is whose, where, and what as. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence

from service.adapters.resume_reader.recognition.contacts import urls
from service.adapters.resume_reader.recognition.places import is_place, is_placelike, without_place
from service.adapters.resume_reader.recognition.words import (
    LINE_MAX_CHARS,
    around_at,
    bared,
    is_employer,
    is_part_of_employer,
    is_position,
    pieces,
    stripped,
)

# What a form has before what it tells, in the four languages.
LABELS = {
    "title": "position job title title role designation stelle funktion tätigkeit poste fonction puesto cargo rol",
    "employer": "company employer organization organisation firma arbeitgeber unternehmen entreprise employeur société "
    "empresa compañía",
    "place": "location place city ort standort arbeitsort lieu ville ubicación lugar ciudad",
    "dates": "date dates period duration zeitraum dauer datum période durée periodo período fechas fecha duración",
}
_ROLES = {word: role for role, words in LABELS.items() for word in words.replace("job title", "").split()}
_ROLES["job title"] = "title"
_NAMES = "|".join(sorted(_ROLES, key=len, reverse=True))
_LABEL = re.compile(rf"\s*(?P<label>{_NAMES})\s*:\s*", re.IGNORECASE)
# French sets a blank before the colon, which is a mark between pieces otherwise.
_SPACED_LABEL = re.compile(rf"(?:(?<=\t)|(?<=\| )|\A)(?P<label>{_NAMES})\s:", re.IGNORECASE)

COMMA = re.compile(r",\s+(?!(?:Inc|Ltd|LLC|LLP|Co|GmbH|Corp|S\.A|SA|SE|AG|KG|SL|S\.L)\b)")
# "Contadora en Telefónica" and "Ingeniero en Sistemas": whose, or in what.
_EN = re.compile(r"\s+en\s+[A-ZÁÉÍÓÚÑ]")


def label_of(text: str) -> str:
    """Which of `LABELS` a line begins with, if any."""
    found = _LABEL.match(text)
    return _ROLES[found["label"].casefold()] if found else ""


class Head:
    """What a position's head says. `title` and `employer` are empty where nothing tells which is which."""

    def __init__(self, heads: Sequence[str]) -> None:
        told = {role: text for role, text in reversed([*_fields(heads)]) if role}
        parts = parts_of(heads)
        self.url = taken_url(parts)
        self.place = told.get("place", "") or (taken(parts[::-1], is_place) if len(parts) > 1 or told else "")
        if self.place in parts:
            parts.remove(self.place)
        self.title, self.employer = told.get("title", ""), told.get("employer", "")
        self.is_title_first: bool | None = None
        if not (self.title and self.employer):
            self._tell_apart(parts)
        self._cut_place()
        self.rest = parts

    def _tell_apart(self, parts: list[str]) -> None:
        title = None if self.title else index_of(parts, lambda part: is_position(part) and not is_employer(part))
        title = index_of(parts, is_position) if title is None and not self.title else title
        employer = index_of(parts, is_employer) if title is None else None
        if len(parts) > 1 and title is not None:
            self.is_title_first = title == 0
        elif len(parts) > 1 and employer is not None:
            self.is_title_first = employer > 0
        self.title = self.title or (parts.pop(title) if title is not None else "")
        self.employer = self.employer or taken(parts, is_employer)
        if self.employer:
            self.title = self.title or taken(parts, bool)
        elif self.title or (len(parts) == 1 and self.place):
            self.employer = self._unnamed(parts)

    def _unnamed(self, parts: list[str]) -> str:
        """Whom it was for, where no word says that it is somebody: what is not written like a place goes first."""
        if _EN.search(self.title):
            return ""
        found = taken(parts, lambda part: not is_placelike(part) and not is_part_of_employer(part))
        return found or taken(parts, lambda part: not is_part_of_employer(part))

    def _cut_place(self) -> None:
        """`Microsoft, Redmond, WA` is both."""
        for name in ("employer", "title"):
            before, place = without_place(getattr(self, name))
            if before and place and not self.place:
                self.place = place
                setattr(self, name, before)


def parts_of(heads: Sequence[str]) -> list[str]:
    """The pieces of a head that have no label; a comma parts what names a position from what does not."""
    found: list[str] = []
    for piece in (part for role, text in _fields(heads) if not role for part in around_at(text)):
        before, place = without_place(piece)
        halves = [half for each in COMMA.split(before) if (half := bared(each))]
        told = [is_position(half) for half in halves]
        found += [*halves, *([place] if place else [])] if any(told) and not all(told) else [piece]
    return [part for part in found if len(part) <= LINE_MAX_CHARS]


def is_complete(heads: Sequence[str]) -> bool:
    """Whether nothing is missing: whose, and what as."""
    told = {role for role, _ in _fields(heads)}
    return len([part for part in parts_of(heads) if not is_place(part)]) + len(told & {"title", "employer"}) > 1


def _fields(heads: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pieces of a head, each with the role that its label gives it, if any; what stands with the dates is none."""
    for head in heads:
        for piece in pieces(_SPACED_LABEL.sub(r"\g<label>:", head)):
            label = _LABEL.match(piece)
            role = _ROLES[label["label"].casefold()] if label else ""
            value = bared(piece[label.end() :]) if label else piece
            if value and role != "dates" and len(value) <= LINE_MAX_CHARS and _ROLES.get(piece.casefold()) != "dates":
                yield role, value


def index_of(parts: Sequence[str], tells: Callable[[str], bool]) -> int | None:
    return next((index for index, part in enumerate(parts) if tells(part)), None)


def taken(parts: list[str], tells: Callable[[str], object]) -> str:
    """The first part that tells, taken out; empty where none does."""
    index = index_of(parts, lambda part: bool(tells(part)))
    return "" if index is None else parts.pop(index)


def taken_url(parts: list[str]) -> str:
    for index, part in enumerate(parts):
        if found := next(urls(part), None):
            parts[index : index + 1] = stripped((part[: found.start()], part[found.end() :]))
            return found[0].rstrip(".,")
    return ""
