"""A position's header: whose it was, where, and what as. Pure.

The employer belongs to the header, not to one of its lines: what stands behind a comma after the position is a team
where another part of the header, or of the one above, can be the employer.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from service.adapters.resume_reader.recognition.contacts import urls
from service.adapters.resume_reader.recognition.dates import is_duration
from service.adapters.resume_reader.recognition.places import (
    is_employer,
    is_place,
    is_placelike,
    is_townlike,
    without_place,
    without_remark,
    without_town,
)
from service.adapters.resume_reader.recognition.words import (
    LINE_MAX_CHARS,
    bared,
    has_legal_form,
    is_position,
    is_team,
    known,
    may_be_team,
    pattern,
    phrase_of,
    pieces,
    stripped,
    words_of,
)

COMMA = re.compile(r",\s+(?!(?:Inc|Ltd|LLC|LLP|Co|GmbH|Corp|S\.A|SA|SE|AG|KG|SL|S\.L|Lda|Ltda|Unipessoal)\b)|、")
# "Contadora en Telefónica" and "Ingeniero en Sistemas": whose, or in what.
_AT = r"\s+(?:{at}|@)\s+(?=[^\W\d_a-zà-ÿ]|[0-9])"
_EN = re.compile(r"\s+en\s+[A-ZÁÉÍÓÚÑ]")
# What a form writes before a value about a position. French sets a blank before the colon, which is a mark between
# pieces otherwise.
ROLES = ("place", "dates", "employer", "title")
_NAMES = "|".join(f"(?P<{role}>{{labels.{role}}})" for role in ROLES)
_LABEL = rf"(?i)\s*(?:{_NAMES})\s*:\s*"
_SPACED_LABEL = rf"(?i)(?:(?<=\t)|(?<=\| )|\A)(?P<label>{_NAMES})\s:"
_UNKNOWN_LABEL = re.compile(r"[^\W\d_][^:]{1,30}:\s")


def label_of(text: str) -> str:
    """What the label announces that a line begins with, if any: a name of `ROLES`."""
    found = pattern(_LABEL).match(text)
    return (found.lastgroup or "") if found else ""


class Header:
    """What a position's header says. `title` and `employer` are empty where nothing tells which is which.

    `team` stands behind a comma after the title, and is the employer only where `takes_team` is asked for it.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        told = {role: text for role, text in reversed([*_fields(lines)]) if role}
        parts = parts_of(lines)
        self.url = take_url(parts)
        self.place = told.get("place", "") or (take(parts, is_place, last=True) if len(parts) > 1 or told else "")
        self.title, self.employer = told.get("title", ""), told.get("employer", "")
        self.team, self.is_title_first = "", _is_title_first(parts)
        self._find_title(parts)
        self._find_employer(parts)
        self._split_places(parts)
        self.rest = parts

    def take_team(self) -> None:
        """For want of another: `Senior Engineer, Acme`."""
        if self.team and not self.employer and not may_be_team(self.team):
            self.title = bared(self.title.removesuffix(self.team))
            self.employer, self.team = self.team, ""
            self._split_places([])

    def _find_title(self, parts: list[str]) -> None:
        title = ""
        if not self.title:
            title = take(parts, lambda part: is_position(part) and not is_employer(part)) or take(parts, is_position)
        self.title = self.title or title
        halves = _halves(title)
        names = [half for half, is_title in halves if not is_title]
        if halves and halves[-1][1] and not halves[0][1]:  # "Globex, Platform Lead"
            self.title = halves[-1][0]
            parts.insert(0, bared(title.removesuffix(self.title)))
        elif known := next((name for name in names if has_legal_form(name) or _is_whole_employer(name)), ""):
            self.title = bared(title[: title.index(known)])
            parts.insert(0, bared(title[title.index(known) :]))
        elif names:
            self.team = bared(title[title.index(names[0]) :])

    def _find_employer(self, parts: list[str]) -> None:
        if self.employer:
            return
        self.employer = take(parts, has_legal_form) or take(parts, is_employer)
        if self.employer:
            self.title = self.title or take(parts, bool)
        elif (self.title and not _EN.search(self.title)) or (len(parts) == 1 and self.place):
            # Where no word says that it is somebody: what is not written like a place goes first.
            # "Payments Platform" is nothing but what a team works on.
            areas = [part for part in parts if not words_of(phrase_of("areas").sub("", part))]
            names = [
                part for part in parts if not (is_position(part) or is_team(part) or is_place(part) or part in areas)
            ]
            self.employer = min(names, key=lambda name: (is_placelike(name), may_be_team(name)), default="")
            parts[:] = [part for part in parts if part != self.employer]

    def _split_places(self, parts: list[str]) -> None:
        """`Microsoft, Redmond, WA` is both, and so is `Globex, Toronto`; `Siemens, Digital Industries` is one of it."""
        for name in ("employer", "title"):
            before, place = without_place(getattr(self, name))
            if before and place and not (self.place and name == "title"):
                self.place = self.place or place
                setattr(self, name, before)
        self.employer, remark = without_town(self.employer)
        self.place = self.place or remark
        before, comma, tail = self.employer.rpartition(", ")
        if comma and (is_townlike(tail) or may_be_team(tail)) and not has_legal_form(tail):
            self.employer = before
            self.place = self.place or (without_remark(tail) if is_townlike(tail) else "")
        if self.employer and self.title and not self.place:
            self.place = without_remark(take(parts, is_townlike))


def parts_of(lines: Sequence[str]) -> list[str]:
    """The pieces of a header that have no label, cut at "at"; how one is employed, and for how long, is none."""
    found: list[str] = []
    texts = (part for role, text in _fields(lines) if not role for part in pattern(_AT).split(text, maxsplit=1))
    for piece in stripped(texts):
        before, place = without_place(piece)
        bare = without_remark(piece)
        is_told = is_duration(piece) or (
            phrase_of("contracts").search(bare) and not is_position(piece) and not is_employer(piece)
        )
        is_labelled = _UNKNOWN_LABEL.match(piece) and not is_position(piece.partition(":")[0])
        if not is_told and not is_labelled:
            found += [_without_team(before), place] if before and place else [_without_team(piece)]
    return [part for part in found if len(part) <= LINE_MAX_CHARS]


def _without_team(piece: str) -> str:
    """`Sales Department, Northwind Traders` is the latter."""
    commas = [] if is_position(piece) else [*COMMA.finditer(piece)]
    if commas and is_team(piece[: commas[0].start()]):
        return piece[commas[0].end() :]
    return piece[: commas[-1].start()] if commas and is_team(piece[commas[-1].end() :]) else piece


def is_complete(lines: Sequence[str], *, surely: bool = False) -> bool:
    """Whether nothing is missing: whose, and what as. `surely`: what follows the title in its line may be a team."""
    told = {role for role, _ in _fields(lines)} & {"title", "employer"}
    parts = [part for part in parts_of(lines) if not is_place(part) and not is_team(part)]
    halves = [half for part in parts for half in _halves(part)]
    is_named = any(has_legal_form(half) or _is_whole_employer(half) for half, is_title in halves if not is_title)
    if halves and (is_named or not surely):
        return True
    if surely:  # one word may be a town
        parts = [part for part in parts if " " in part or is_position(part) or not is_townlike(part)]
    if not told and not any(map(is_position, parts)):  # "Kestrel Freight -- Leeds" names nothing that somebody was
        parts = [part for part in parts if not is_townlike(part)] if any(map(is_employer, parts)) else []
    return len(parts) + len(told) > 1


def _is_title_first(parts: Sequence[str]) -> bool | None:
    """Whether the first part is what somebody was; None where nothing tells."""
    if len(parts) < 2:
        return None
    titles, employers = list(map(is_position, parts)), list(map(is_employer, parts))
    surely = [is_title and not is_employer for is_title, is_employer in zip(titles, employers, strict=True)]
    if any(titles):
        return surely[0] if any(surely) else titles[0]
    return not employers[0] if any(employers) else None


def _halves(part: str) -> list[tuple[str, bool]]:
    """A part at its commas, each with whether it names a position, where some do and others do not."""
    halves = [(half, is_position(half)) for each in COMMA.split(part) if (half := bared(each))]
    told = [is_title for _, is_title in halves]
    return halves if any(told) and not all(told) else []


def _is_whole_employer(text: str) -> bool:
    return is_employer(text) and not is_team(text)


def _fields(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pieces of a header, each with the role that its label gives it, if any; a label of dates makes none."""
    for line in lines:
        for piece in pieces(pattern(_SPACED_LABEL).sub(r"\g<label>:", line)):
            label, role = pattern(_LABEL).match(piece), label_of(piece)
            value = bared(piece[label.end() :]) if label else piece
            is_date = role == "dates" or piece.casefold() in known("labels.dates")
            if value and not is_date and len(value) <= LINE_MAX_CHARS:
                yield role, value


def take(parts: list[str], tells: Callable[[str], object], *, last: bool = False) -> str:
    """The first part that tells, or the last, taken out; empty where none does."""
    found = [index for index, part in enumerate(parts) if tells(part)]
    return parts.pop(found[-1 if last else 0]) if found else ""


def take_url(parts: list[str]) -> str:
    for index, part in enumerate(parts):
        if found := next(urls(part), None):
            parts[index : index + 1] = stripped((part[: found.start()], part[found.end() :]))
            return found[0].rstrip(".,")
    return ""
