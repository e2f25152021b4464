"""Who it is, and how to reach them: what stands above the first heading, and under "Contact". Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.contacts import (
    birth_at,
    emails,
    phones,
    profile,
    profiles,
    split_label,
    tells_day,
    urls,
    without_contacts,
)
from service.adapters.resume_reader.recognition.dates import find
from service.adapters.resume_reader.recognition.places import is_degree, is_place, is_placelike
from service.adapters.resume_reader.recognition.sections import part_names
from service.adapters.resume_reader.recognition.words import (
    LINE_MAX_CHARS,
    PROSE_MAX_CHARS,
    Json,
    bared,
    filled,
    is_position,
    joined,
    known,
    listed,
    pattern,
    pieces,
    words_of,
)
from service.vocabulary.languages import ResumeLabels

# Of a person's name; longer ones are sentences.
NAME_MAX_CHARS = 60
NAME_WORDS_MAX = 5
LABEL_MAX_CHARS = 120
LABEL_WORDS_MAX = 12
# The first lines are where a name stands.
NAME_WITHIN_LINES = 12
# Shorter lines above the first heading are not what somebody says of themselves.
SUMMARY_WORDS_MIN = 7
# Of a name that the address shows, the shortest.
OWNER_CHARS_MIN = 3

_PARTICLES = listed("al bin da de del della den der di do dos du el la le van von y zu zur af av ben ibn")
# How people are addressed, which stays with their names.
_ADDRESSED = re.compile(r"(?:(?:Prof|Dr|PD|med|rer|nat|phil|jur|pol|oec|habil|h\. ?c|Dr\.-Ing|Ing|Mag)\.? )+(?=\w)")
# Surnames that are professions: Robert Koch, Tom Baker.
_SURNAMES = listed(
    "koch kaufmann lehrer baker carpenter cook gardener master head chef leiter richter schaffer marechal"
)
_NAME_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_])|\.)*,?")
_LETTERS = re.compile(r"[^\W\d_]+")
# What Unicode does not take apart.
_WITHOUT_ACCENTS = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "đ": "d", "ı": "i"})
_DOCUMENT_NAME = r"(?i){document_names}(?: {of})?\s*:?\s+(?=\S)"
_OPEN = re.compile(r"\([^()]*\Z")
_CITY = re.compile(r"(?P<city>[^,\d]{2,60}), (?P<region>[A-Z]{2})")
_DIPLOMA = re.compile(r"\(?dipl\.?(?:[- ]?[^\W\d_]{2,10}\.?)?\)?", re.IGNORECASE)
_BEFORE_NAMES = re.compile(
    r"\A(?:(?:Dipl\.?[- ]?[^\W\d_]{2,10}\.?(?: ?\((?:FH|TU|Univ\.?)\))?|Mag\.|[MB]\.? ?(?:Sc|A|Eng)\.|MSc|BSc|MBA) )+"
    r"(?=\w)"
)
NAME_WITH_DEGREES_MAX_CHARS = 120
# A code before its town, or after it.
_ADDRESS = re.compile(r"\b[0-9]{4,6} [^\W\d_]{2}|\b[A-Z]{2} [0-9]{5}\b")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a line; `kind` is what its label announces, empty without one. A birth date is of its own kind."""

    kind: str
    text: str
    line: int
    level: int = 9  # of a heading


@cache
def _no_names() -> frozenset[str]:
    """Headings and labels, which in some writings look like names."""
    labels = (phrase for kind in ResumeLabels.__struct_fields__ for phrase in known(f"labels.{kind}"))
    return frozenset((*part_names(), *labels)) | known("document_names")


def basics(lines: Sequence[Line], contact: Sequence[Line], links: Sequence[str]) -> Json:
    """`basics` without what is not there. What these lines say beyond it is not looked after here."""
    found = [*_pieces(lines), *_pieces(contact, first=len(lines))]
    texts = [piece.text for piece in found if piece.kind not in ("birth", "personal")]
    told: Json = {}
    told["name"] = name = _name(found, is_owner=owner_test([line.text for line in (*lines, *contact)], links))
    unlabelled = [part for piece in found if not piece.kind for part in pieces(without_contacts(piece.text))]
    parts = [bared(part) for part in unlabelled if bared(part) and _bare(part, takes_states=True) != name]
    told["label"] = _title(lines, name) or next((part for part in parts if _is_label(part)), "")
    told["email"] = next((match[0] for text in texts for match in emails(text)), "")
    told["phone"] = _phone(found)
    addresses = [match[0].rstrip(".,;") for text in texts for match in urls(_without_emails(text))]
    told["url"] = next((address for address in addresses if not profile(address)), "")
    homes = [bared(piece.text) for piece in found if piece.kind == "address"]
    told["location"] = _location(homes, [part for part in parts if part != told["label"]])
    told["profiles"] = profiles([*addresses, *links])
    told["summary"] = _prose(lines, name)
    bounds = {"summary": PROSE_MAX_CHARS}
    return filled({key: value for key, value in told.items() if len(value) <= bounds.get(key, LINE_MAX_CHARS)})


def owner_test(texts: Sequence[str], links: Sequence[str]) -> Callable[[str], bool]:
    """Tells the name that somebody's e-mail address or profile is made of: `dana.whitlock@`, `in/danawhitlock`."""
    addresses = [found[0].partition("@")[0] for text in texts for found in emails(text)]
    pages = [found[0] for text in texts for found in urls(_without_emails(text))]
    owners = [_plain(owner) for owner in (*addresses, *(each["username"] for each in profiles([*pages, *links])))]

    def is_owner(text: str) -> bool:
        is_name = looks_like_a_name(text, may_be_title=True)
        words = [plain for word in text.split() if is_name and len(plain := _plain(word)) >= OWNER_CHARS_MIN]
        return len(words) > 1 and any(all(word in owner for word in words) for owner in owners)

    return is_owner


def _plain(text: str) -> str:
    """Its letters as addresses have them: without accents."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(_WITHOUT_ACCENTS))
    return "".join(_LETTERS.findall(text))


def _pieces(lines: Sequence[Line], *, first: int = 0) -> Iterator[_Piece]:
    """A label that stands alone announces what follows it, in its line or in the next."""
    announced = ""
    for number, line in enumerate(lines, first):
        for part in pieces(line.text) if line.kind != "columns" else ():
            born = birth_at(part)
            kind, value = split_label(part[:born])
            if kind and not value and born == len(part):
                announced = kind
                continue
            if announced == "birth" or (born < len(part) and not value):
                yield _Piece("birth", part, number)
            else:
                level = line.level if line.kind == "heading" else 9
                yield _Piece(kind or announced, value, number, level)
                if born < len(part):
                    yield _Piece("birth", part[born:], number)
            announced = "birth" if not any(map(str.isdigit, part[born:])) and born < len(part) else ""


def births(lines: Sequence[Line]) -> Iterator[str]:
    """Lines that tell when somebody was born."""
    numbers = {piece.line for piece in _pieces(lines) if piece.kind == "birth"}
    yield from (lines[number].text for number in sorted(numbers))


def _name(found: Sequence[_Piece], *, is_owner: Callable[[str], bool]) -> str:
    """What is labelled so, what the address is made of, what stands out most, or else the first that looks like a
    name."""
    names: list[tuple[tuple[bool, bool, int, bool], str]] = []
    for piece in found:
        if piece.kind not in ("", "name", "unknown"):
            continue
        for part in pieces(without_contacts(piece.text)):
            bare = _bare(part, takes_states=piece.line == 0 or piece.level == 1)
            is_early = piece.line < NAME_WITHIN_LINES and not piece.kind
            is_placed = piece.kind == "name" or is_owner(bare) or is_early
            if looks_like_a_name(bare, may_be_title=is_owner(bare)) and is_placed:
                is_heading = bare.isupper() and piece.line > 0  # of a language that is not known
                names.append(((piece.kind != "name", not is_owner(bare), piece.level, is_heading), bare))
    return min(names, key=lambda each: each[0], default=((True, True, 0, True), ""))[1]


def _bare(part: str, *, takes_states: bool) -> str:
    """What may be a name, without what is written around it: `CV: Jane Roe, PhD (2024)`."""
    title = pattern(_DOCUMENT_NAME).match(part)
    bare = bared(part[title.end() :] if title else part)
    if dates := find(bare):
        before = _OPEN.sub("", bare[: dates.start_at])  # "(Stand:"
        bare = max(bared(before), bared(bare[dates.end_at :]), key=len)
    return _without_degrees(bare, takes_states=takes_states)


def _without_degrees(name: str, *, takes_states: bool) -> str:
    """`Jane Roe, PhD, PMP` is Jane Roe. `takes_states` tells that `Jane Roe, MA` stands where a name does: what is two
    letters behind a comma may as well be a place's state."""
    if len(name) > NAME_WITH_DEGREES_MAX_CHARS:
        return name
    words = _BEFORE_NAMES.sub("", name).split(" ")
    while len(words) > 1:
        bare = words[-1].strip("(),").rstrip(".").casefold()
        is_behind_comma = words[-2].endswith(",") and words[-1].strip("(),").isupper()
        is_short = bare in known("words.degrees_behind_commas") and is_behind_comma and (takes_states or bare == "ba")
        if not (bare in known("words.degrees_behind_names") or is_short or _DIPLOMA.fullmatch(words[-1])):
            break
        words.pop()
    return bared(" ".join(words))


def looks_like_a_name(text: str, *, may_be_title: bool = False) -> bool:
    addressed = _ADDRESSED.match(text)
    words = text[addressed.end() if addressed else 0 :].split()
    if len(text) > NAME_MAX_CHARS or not 1 <= len(words) <= NAME_WORDS_MAX or text.casefold() in _no_names():
        return False
    if len(words) == 1 and not addressed:  # in writing without blanks
        return 2 <= len(text) <= 4 and text.isalpha() and not text.isascii() and text.upper() == text.lower()
    is_written_so = all(
        _NAME_WORD.fullmatch(word)
        and (word[0].isupper() or word.lower() in _PARTICLES or word[0].lower() == word[0].upper())
        for word in words
    )
    is_titled = not may_be_title and is_position(text) and words[-1].casefold() not in _SURNAMES
    return is_written_so and not is_titled and not is_placelike(text) and not is_degree(" ".join(words))


def _title(lines: Sequence[Line], name: str) -> str:
    """`Engineer · Architect`: a line of nothing else, as it is."""
    found = [(line, pieces(line.text)) for line in lines]
    titles = (line for line, parts in found if parts and name not in parts and all(map(_is_label, parts)))
    return next((bared(line.text) for line in titles), "")


def _is_label(text: str) -> bool:
    is_short = len(text) <= LABEL_MAX_CHARS and len(words_of(text)) <= LABEL_WORDS_MAX and text[-1] not in ".!?"
    return is_short and is_position(text) and split_label(text)[0] == "" and not find(text)


def _phone(found: Sequence[_Piece]) -> str:
    """What is labelled so, or else the first number that stands without a label of another kind."""
    for kind in ("phone", ""):
        for piece in found:
            if piece.kind == kind and (number := next(phones(piece.text, is_labelled=bool(kind)), None)):
                return number[0].strip()
    return ""


def _location(homes: Sequence[str], parts: Sequence[str]) -> Json:
    told = [part for part in parts if is_place(part) or (_ADDRESS.search(part) and "," in part and not find(part))]
    for place in (*homes, *told):
        if place and len(place) <= LABEL_MAX_CHARS:
            city = _CITY.fullmatch(place)
            return {"city": city["city"], "region": city["region"]} if city else {"address": place}
    return {}


def _prose(lines: Sequence[Line], name: str) -> str:
    """The first run of sentences."""
    run: list[str] = []
    for line in lines:
        is_name = bool(name) and line.text.startswith(name)
        is_long = len(words_of(without_contacts(line.text))) >= SUMMARY_WORDS_MIN
        is_sentence = is_long and not is_name and not tells_day(line.text)
        if is_sentence or (run and line.kind == "paragraph" and line.text.rstrip().endswith(".")):
            run.append(line.text.strip())
        elif run:
            break
    return "\n".join(run)


def everything(lines: Sequence[Line], basics: Json) -> str:
    """All that stands below the name, for a text without any heading; empty where that is too much for a summary."""
    texts = [line.text.strip() for line in lines if not tells_day(line.text)]
    name = basics.get("name", "")
    after = next((index for index, text in enumerate(texts) if name and name in text), -1)
    return joined(texts[after + 1 :])


def _without_emails(text: str) -> str:
    for found in reversed(list(emails(text))):
        text = f"{text[: found.start()]} {text[found.end() :]}"
    return text
