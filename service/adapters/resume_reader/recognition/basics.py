"""Who it is, and how to reach them: what stands above the first heading, and under "Contact". Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.contacts import (
    LABEL,
    emails,
    phones,
    profile,
    profiles,
    urls,
    without_contacts,
)
from service.adapters.resume_reader.recognition.dates import find
from service.adapters.resume_reader.recognition.degrees import is_degree, without_degrees
from service.adapters.resume_reader.recognition.places import is_place, is_placelike
from service.adapters.resume_reader.recognition.vocabulary import listed, words_of
from service.adapters.resume_reader.recognition.words import (
    LINE_MAX_CHARS,
    PROSE_MAX_CHARS,
    bared,
    is_position,
    pieces,
)

Json = dict[str, Any]

# Of a person's name; longer ones are sentences.
NAME_MAX_CHARS = 60
NAME_WORDS_MAX = 5
LABEL_MAX_CHARS = 120
LABEL_WORDS_MAX = 12
# The first lines are where a name stands.
NAME_WITHIN_LINES = 12
# Shorter lines above the first heading are not what somebody says of themselves.
SUMMARY_WORDS_MIN = 7

_TITLES = frozenset({"curriculum vitae", "curriculum", "vitae", "resume", "résumé", "cv", "lebenslauf", "hoja de vida"})
_PARTICLES = listed(
    """
    al bin da de del della den der di do dos du el la le van von y zu zur af av ben ibn
    """
)
_TITLE = re.compile(
    r"(?:curriculum vitae|lebenslauf|résumé|resume|cv|hoja de vida)(?: (?:of|von|de))?\s*:?\s+(?=\S)", re.IGNORECASE
)
# How people are addressed, which stays with their names.
_ADDRESSED = re.compile(r"(?:(?:Prof|Dr|PD|med|rer|nat|phil|jur|pol|oec|habil|h\. ?c|Dr\.-Ing|Ing|Mag)\.? )+(?=\w)")
# Surnames that are professions: Robert Koch.
_SURNAMES = frozenset({"koch", "kaufmann", "lehrer"})
_NAME_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_])|\.)*,?")
_OPEN = re.compile(r"\([^()]*\Z")
_CITY = re.compile(r"(?P<city>[^,\d]{2,60}), (?P<region>[A-Z]{2})")
# A code before its town, or after it.
_ADDRESS = re.compile(r"\b[0-9]{4,6} [^\W\d_]{2}|\b[A-Z]{2} [0-9]{5}\b")


def basics(lines: Sequence[Line], contact: Sequence[Line], links: Sequence[str]) -> Json:
    """`basics` without what is not there. What these lines say beyond it is not looked after here."""
    everything = [*lines, *contact]
    texts = [line.text for line in everything]
    told: Json = {}
    name = _name(lines)
    parts = list(_parts(texts, name))
    told["name"] = name
    told["label"] = _title(texts, name) or next((part for label, part in parts if not label and _is_label(part)), "")
    told["email"] = _first(emails(text) for text in texts)
    told["phone"] = _first(phones(text) for text in texts).strip()
    addresses = [found[0].rstrip(".,;") for text in texts for found in urls(_without_emails(text))]
    told["url"] = next((address for address in addresses if not profile(address)), "")
    told["location"] = _location(parts, told["label"])
    told["profiles"] = [
        {"network": each.network, "username": each.username, "url": each.url}
        for each in profiles([*addresses, *links]).values()
    ]
    told["summary"] = _said(lines, name)
    return {key: value for key, value in told.items() if value and (not isinstance(value, str) or _fits(key, value))}


def _fits(key: str, value: str) -> bool:
    return len(value) <= (PROSE_MAX_CHARS if key == "summary" else LINE_MAX_CHARS)


def _name(lines: Sequence[Line]) -> str:
    """The line that stands out most and looks like a name, else the first that does."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(lines[:NAME_WITHIN_LINES]):
        for part in pieces(without_contacts(line.text)):
            bare = _bare(part, takes_states=number == 0 or line.level == 1)
            if looks_like_a_name(bare):
                found.append((line.level if line.kind == "heading" else 9, bare))
    return min(found, key=lambda each: each[0], default=(0, ""))[1]


def _bare(part: str, *, takes_states: bool) -> str:
    """What may be a name, without what is written around it: `CV: Jane Roe, PhD (2024)`."""
    label = LABEL.match(part) or _TITLE.match(part)
    bare = bared(part[label.end() :] if label else part)
    if dates := find(bare):
        before = _OPEN.sub("", bare[: dates.start_at])  # "(Stand:"
        bare = max(bared(before), bared(bare[dates.end_at :]), key=len)
    return without_degrees(bare, takes_states=takes_states)


def looks_like_a_name(text: str) -> bool:
    addressed = _ADDRESSED.match(text)
    words = text[addressed.end() if addressed else 0 :].split()
    if len(text) > NAME_MAX_CHARS or not 1 <= len(words) <= NAME_WORDS_MAX or text.casefold() in _TITLES:
        return False
    if len(words) == 1 and not addressed:  # in writing without blanks
        return 2 <= len(text) <= 4 and text.isalpha() and not text.isascii() and text.upper() == text.lower()
    is_written_so = all(
        _NAME_WORD.fullmatch(word)
        and (word[0].isupper() or word.lower() in _PARTICLES or word[0].lower() == word[0].upper())
        for word in words
    )
    is_titled = is_position(text) and words[-1].casefold() not in _SURNAMES
    return is_written_so and not is_titled and not is_placelike(text) and not is_degree(" ".join(words))


def _parts(texts: Sequence[str], name: str) -> Iterator[tuple[str, str]]:
    """What the lines say beside addresses and numbers, each with the label before it."""
    for text in texts:
        for part in pieces(without_contacts(text)):
            label = LABEL.match(part)
            bare = bared(part[label.end() :] if label else part)
            is_name = bool(name) and _bare(part, takes_states=True) == name
            if bare and not is_name and bare.casefold() not in _TITLES:
                yield (label["label"].casefold() if label else ""), bare


def _title(texts: Sequence[str], name: str) -> str:
    """`Engineer · Architect`: a line of nothing else, as it is."""
    for text in texts:
        found = pieces(text)
        if found and name not in found and all(map(_is_label, found)):
            return bared(text)
    return ""


def _is_label(text: str) -> bool:
    words = words_of(text)
    return (
        is_position(text) and len(text) <= LABEL_MAX_CHARS and len(words) <= LABEL_WORDS_MAX and text[-1] not in ".!?"
    )


def _location(parts: Sequence[tuple[str, str]], label: str) -> Json | None:
    for said, part in parts:
        is_labelled = said in {"address", "adresse", "anschrift", "dirección", "domicilio", "location", "wohnort"}
        is_told = part != label and (is_place(part) or (_ADDRESS.search(part) and "," in part))
        if (is_labelled or is_told) and len(part) <= LABEL_MAX_CHARS:
            city = _CITY.fullmatch(part)
            return {"city": city["city"], "region": city["region"]} if city else {"address": part}
    return None


def _said(lines: Sequence[Line], name: str) -> str:
    """The first run of sentences."""
    run: list[str] = []
    for line in lines:
        is_name = bool(name) and line.text.startswith(name)
        is_sentence = len(words_of(without_contacts(line.text))) >= SUMMARY_WORDS_MIN and not is_name
        if is_sentence or (run and line.kind == "paragraph" and line.text.rstrip().endswith(".")):
            run.append(line.text.strip())
        elif run:
            break
    return "\n".join(run)


def everything(lines: Sequence[Line], basics: Json) -> str:
    """All that stands below the name, for a text without any heading; empty where that is too much for a summary."""
    texts = [line.text.strip() for line in lines]
    name = basics.get("name", "")
    after = next((index for index, text in enumerate(texts) if name and name in text), -1)
    said = "\n".join(texts[after + 1 :])
    return said if len(said) <= PROSE_MAX_CHARS else ""


def _without_emails(text: str) -> str:
    for found in reversed(list(emails(text))):
        text = f"{text[: found.start()]} {text[found.end() :]}"
    return text


def _first(found: Iterable[Iterable[re.Match[str]]]) -> str:
    return next((match[0] for matches in found for match in matches), "")
