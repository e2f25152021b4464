"""Sections that are lists: skills, languages, certificates, awards, publications, interests, references. Pure."""

import re
from collections.abc import Iterator, Sequence

from service import vocabulary
from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.dates import cut_dates, find
from service.adapters.resume_reader.recognition.words import (
    ENTRIES_MAX,
    LINE_MAX_CHARS,
    WORDS_MAX,
    Json,
    bared,
    filled,
    is_position,
    known,
    pattern,
    split_list,
    stripped,
    words_of,
)

# A skill is some words; more are a sentence, which is kept whole.
SKILL_WORDS_MAX = 8

_GAP = re.compile(r"\s*[\t|]\s*")
_NAME = re.compile(r"[^:]{2,60}:")
_LABELLED = re.compile(r"(?P<label>[^:]{2,60}?)\s*:\s+(?=\S)")
# How well, and for how long.
_LEVEL = (
    r"(?i){words.levels}(?:\s(?:kenntnisse|level|knowledge|skills|niveau))?|[abc][12]|[0-9]{1,3} ?%|"
    r"[0-9]{1,2} ?/ ?[0-9]{1,2}|[★☆●○•*]{1,10}"
)
_TIME = (
    r"(?i)[<>~]?\s?[0-9]{1,4}(?:[.,][0-9])?\s?\+?(?:\s?{durations}\.?"
    r"(?: (?:of )?(?:experience|erfahrung|d['’]expérience|de experiencia))?)?"
)
# A language and how well: as the Common European Framework has it, or in words.
_FLUENCY = (
    r"(?i)(?P<language>[^\W\d_][^\W\d_ -]*(?: [^\W\d_]+)?)\s*(?:[-–—:(|\t]\s*|\s)"
    r"(?P<fluency>\(?(?:[abc][12](?:[ ./+-].{0,40})?|.{0,20}{words.fluency}.{0,60}))\s*\)?\s*"
)
_RATED = re.compile(r"(?P<name>[^,;\t–—]{1,60}?)(?:\s+[-–—]\s+|\s*:\s+)(?P<level>[^,;\t]{1,40})")


def column_names() -> frozenset[str]:
    """What the columns of tables are called."""
    return known("words.column_groups") | known("words.column_members") | known("words.column_measures")


def is_level(text: str) -> bool:
    """`sehr gut`, `Expert`, `4/5`; `BASIC` is a language."""
    return pattern(_LEVEL).fullmatch(text) is not None and not (text.isupper() and len(text) > 2)


def is_measure(text: str) -> bool:
    """How well, or for how long: no skill."""
    return is_level(text) or pattern(_TIME).fullmatch(text) is not None


def is_header(text: str) -> bool:
    """Whether a line is the names of a table's columns."""
    names = cells(text)
    return len(names) > 1 and all(name.casefold() in column_names() for name in names)


def cells(text: str) -> list[str]:
    return [bare for cell in text.split("\t") if (bare := bared(cell))]


def skills(lines: Sequence[Line]) -> list[Json]:
    """Groups where they have names, and one group of what has none."""
    found: list[Json] = []
    group: Json | None = None
    columns: list[str] = []  # of the table that is open
    for line in lines:
        if line.kind == "columns":
            columns, group = cells(line.text), None
            continue
        columns = columns if "\t" in line.text else []
        if (row := _row(line.text, columns)) or (row := _named_group(line.text)):
            found.append(row)
            group = None
        elif len(line.text) <= LINE_MAX_CHARS and (line.kind == "heading" or _NAME.fullmatch(line.text)):
            group = {"name": bared(line.text.rstrip(":")), "keywords": []}
            found.append(group)
        else:
            if group is None:
                group = {"keywords": []}
                found.append(group)
            group["keywords"] += keywords(line.text)
    bounded = (filled({**group, "keywords": group["keywords"][:WORDS_MAX]}) for group in found)
    return [group for group in bounded if group][:WORDS_MAX]


def keywords(text: str) -> Iterator[str]:
    """What a line lists; an "and" before its last stays with it. How well is left out."""
    yield from (each for each in split_list(text) if not is_measure(each))


def _row(text: str, columns: Sequence[str]) -> Json:
    """A row of a table: the skill, or what a list of them is called; nothing for a line of skills side by side."""
    first, *others = cells(text) or [""]
    if not first or not others or len(first) > LINE_MAX_CHARS:
        return {}
    said = [each for each in others if not is_measure(each)]
    lists = [each for each in said if "," in each or ";" in each]
    names = [name.casefold() for name in columns[1:]]
    if not columns and not lists and said:
        return {}
    listed = known("words.column_members")
    members = lists or [each for each, name in zip(others, names, strict=False) if each in said and name in listed]
    level = next((each for each in others if is_level(each)), "")
    return {"name": first, "level": level, "keywords": [word for each in members for word in keywords(each)]}


def _named_group(text: str) -> Json:
    """`Databases: PostgreSQL, Redis`; or a skill with how well it is known, `SAP – sehr gut`."""
    if (rated := _RATED.fullmatch(text)) and is_measure(rated["level"]):
        return {"name": bared(rated["name"]), "level": rated["level"] * is_level(rated["level"]), "keywords": []}
    label = _LABELLED.match(text)
    if label and len(words_of(label["label"])) <= SKILL_WORDS_MAX:
        return {"name": bared(label["label"]), "keywords": list(keywords(text[label.end() :]))}
    return {}


def languages(lines: Sequence[Line]) -> list[Json]:
    """Languages that people speak; what is listed under the same heading and is none is left to others."""
    return [each for line in lines for text in _spoken(line.text) if (each := _language(text))][:ENTRIES_MAX]


def certificates(lines: Sequence[Line]) -> list[Json]:
    """`Certified Administrator, CNCF, 2022`: what, from whom, when. A level after a comma is part of what it is."""
    found: list[Json] = []
    for line in lines:
        text, dates = cut_dates(line.text)
        parts = [part for each in _GAP.split(text) if (part := bared(each)) and len(part) <= LINE_MAX_CHARS]
        if len(parts) == 1 and parts[0].count(", ") == 1 and not is_position(parts[0].partition(", ")[2]):
            parts = stripped(parts[0].split(", "))
        if parts:
            issuer = parts[1] if len(parts) > 1 else ""
            found.append(filled({"name": parts[0], "issuer": issuer, "date": dates and dates.since}))
    return found[:ENTRIES_MAX]


def awards(lines: Sequence[Line]) -> list[Json]:
    """What and when; from whom is not told apart from what for."""
    found: list[Json] = []
    for line in lines:
        text, dates = cut_dates(line.text)
        title = max(map(bared, text.split("\t")), key=len)
        if title and len(title) <= LINE_MAX_CHARS:
            found.append(filled({"title": title, "date": dates and dates.since}))
    return found[:ENTRIES_MAX]


def publications(lines: Sequence[Line]) -> list[Json]:
    """A title goes on over several lines, up to the one that ends in a full stop."""
    runs: list[str] = []
    for line in lines:
        goes_on = line.kind == "paragraph" and (line.text[:1].islower() or not runs[-1:] or runs[-1][-1:] not in ".!?)")
        if runs and goes_on and len(runs[-1]) + len(line.text) < LINE_MAX_CHARS:
            runs[-1] += f"\n{line.text}"
        else:
            runs.append(line.text)
    found = ((text, find(text)) for text in runs if len(text) <= LINE_MAX_CHARS)
    return [filled({"name": text, "releaseDate": dates and dates.since}) for text, dates in found][:ENTRIES_MAX]


def interests(lines: Sequence[Line]) -> list[Json]:
    return [{"name": each} for line in lines for each in keywords(line.text)][:ENTRIES_MAX]


def references(lines: Sequence[Line]) -> list[Json]:
    return [{"reference": line.text.strip()} for line in lines][:ENTRIES_MAX]


def _spoken(text: str) -> Iterator[str]:
    """`German (native), English – C1` is two; "Spanish: lu, écrit, parlé" is one."""
    merged: list[str] = []
    for part in filter(str.strip, re.split(r"[;•·|\t]|,(?![^(]*\))|\s/\s", text)):
        is_language = any(word in vocabulary.language_names() for word in words_of(part)[:2])
        if merged and not is_language:
            merged[-1] = text[text.find(merged[-1]) : text.find(part, text.find(merged[-1])) + len(part)]
        else:
            merged.append(part)
    yield from merged


def _language(text: str) -> Json:
    bare = bared(text)
    words = words_of(bare)
    if not words or len(bare) > LINE_MAX_CHARS or not any(word in vocabulary.language_names() for word in words[:2]):
        return {}
    if found := pattern(_FLUENCY).fullmatch(bare):
        return {"language": bared(found["language"]), "fluency": bared(found["fluency"])}
    head, _, rest = (bare, "", "") if len(words) == 1 else bare.partition(" ")
    return filled({"language": bared(head), "fluency": bared(rest)})
