"""Places, as a line names them: a town with its state, its region or its country; and degrees. Pure.

`Cambridge, MA` ends in what is a degree as well, `Denver, CO` in what a firm may end in; places are looked for first. A
town alone is one where it is known, or where a header has told everything else.
"""

import re

from service import vocabulary
from service.adapters.resume_reader.recognition.words import (
    is_organisation,
    is_position,
    known,
    listed,
    may_be_team,
    words_of,
)

# Of a place; longer ones are sentences.
PLACE_MAX_CHARS = 100

_COMMA = re.compile(r"(?<=\S), ?|、")
_TOWN = re.compile(r"[^\W\d_][\w.'’/-]*(?: [^\W_][\w.'’/-]*){0,4}")
_CODE_WITH_ZIP = re.compile(r" [0-9]{5}(?:-[0-9]{4})?\Z")
_SHAPE = re.compile(
    r"(?:[^\W\d_][\w.'’-]*(?:[ -][^\W\d_][\w.'’-]*){0,3}, ?)"
    r"[^\W\d_][\w.'’-]*(?:[ -][^\W\d_&][\w.'’-]*){0,4}(?:, ?[^\W\d_][\w .'’-]{1,30})?"
)
_REMARK = re.compile(r"\s*\([^()]*\)\Z")
# How names of towns of several words begin, or what stands within them: San Mateo, Frankfurt am Main.
_TOWN_OF_WORDS = re.compile(
    r"(?:San|Santa|Santo|St\.?|Saint|São|New|Los|Las|Den|Bad|El|La|Le|Les|Port|Fort|Mount)\s\w|"
    r"\s(?:am|an|der|de|del|la|sur|en|upon|on|im|ob|bei|do|da)\s"
)
# Two letters are as often a state, a firm or a product; they are a degree at the beginning, or before what it is in.
_SHORT = listed("ba bs jd ma md ms")
_SHORT_DEGREE = re.compile(
    r"(?:\A|\()(?:BA|BS|JD|MA|MD|MS)\b(?!\s+(?:Office|Excel|Word))|\b(?:BA|BS|MA|MS)(?:,| (?:in|of)) |, (?:BA|BS)\Z"
)
_SPACED = re.compile(r"\b([BM])\. (?=Sc|A\b|Eng|Ed)")
_COMPOUND = re.compile(r"dipl(?:om)?[.-]|diplom(?=[a-zäöü]{4})")


def is_place(text: str) -> bool:
    """`Berlin, Germany`, `Mountain View, CA`, `Remote`, `Toronto`."""
    before, place = without_place(text)
    return bool(place) and not before and len(text) <= PLACE_MAX_CHARS


def is_placelike(text: str) -> bool:
    """Whether it is written like a place and names neither a position nor a firm: `Lyon, Rhône`, `UniCredit, Milan`."""
    is_written_so = len(text) <= PLACE_MAX_CHARS and _SHAPE.fullmatch(text) is not None
    return is_place(text) or (is_written_so and not _names_something_else(text))


def is_townlike(text: str) -> bool:
    """Whether what stands behind an employer's name is a town: one word that is nothing else, or several as towns
    have them. `Digital Industries` may be a division."""
    bare = without_remark(text)
    if bare.casefold() in vocabulary.cities() or is_place(bare):
        return True
    is_written_so = _TOWN.fullmatch(bare) is not None and bare[0].isupper() and not bare.isupper()
    is_one = " " not in bare or _TOWN_OF_WORDS.search(bare) is not None
    return is_written_so and is_one and not _names_something_else(bare) and not may_be_team(bare)


def is_employer(text: str) -> bool:
    """The `CO` of `Denver, CO` is no company's."""
    return is_organisation(without_place(text)[0])


def without_remark(text: str) -> str:
    """`Hull (parallel role)` is Hull."""
    return _REMARK.sub("", text)


def without_town(text: str) -> tuple[str, str]:
    """`Exemple SARL (Lyon)` is both; the second is empty where the remark is no town."""
    bare = without_remark(text)
    remark = text[len(bare) :].strip(" ()")
    return (bare, remark) if remark and is_townlike(remark) else (text, "")


def without_place(text: str) -> tuple[str, str]:
    """What stands before the place that a text ends in, and the place: `Acme` and `Boston, MA`. Empty where none is."""
    starts = [0, *(comma.end() for comma in _COMMA.finditer(text))][-3:]
    for start in starts:
        if _is_place(_COMMA.split(text[start:])):
            return text[:start].rstrip(", "), text[start:]
    return text, ""


def _is_place(fields: list[str]) -> bool:
    """A town, perhaps its state or region, and that or a country at the end; alone, one that is known."""
    town, *around = fields
    if not around:
        name = town.casefold()
        return name in known("remote") or name in vocabulary.cities() or name in vocabulary.countries()
    if not _TOWN.fullmatch(town) or not town[0].isupper() or _names_something_else(town):
        return False
    return all(map(_is_region, around[:-1])) and (
        _is_region(around[-1]) or around[-1].casefold() in vocabulary.countries()
    )


def _is_region(text: str) -> bool:
    regions = vocabulary.regions()
    return _CODE_WITH_ZIP.sub("", text) in regions.codes or text.casefold() in regions.names


def _names_something_else(text: str) -> bool:
    return is_position(text) or is_organisation(text) or not known("words.degrees").isdisjoint(words_of(text))


def is_degree(text: str) -> bool:
    """The `MA` of `Harvard University, Cambridge, MA` is none."""
    before, _ = without_place(_SPACED.sub(r"\1.", text))
    words = words_of(before)
    if any((word in known("words.degrees") and word not in _SHORT) or _COMPOUND.match(word) for word in words):
        return True
    return any(word in _SHORT for word in words) and _SHORT_DEGREE.search(before) is not None
