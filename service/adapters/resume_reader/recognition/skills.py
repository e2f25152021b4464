"""Skills: in lists, in groups with names, in tables. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.words import (
    LINE_MAX_CHARS,
    WORDS_MAX,
    any_of,
    bared,
    known,
    split_list,
    words_of,
)

Json = dict[str, Any]

# A skill is some words; more are a sentence, which is kept whole.
SKILL_WORDS_MAX = 8

_LABELLED = re.compile(r"(?P<label>[^:]{2,60}?)\s*:\s+(?=\S)|(?P<bare>[^:]{2,60}):\Z")
_RATED = re.compile(r"(?P<name>[^,;\t–—]{1,60}?)(?:\s+[-–—]\s+|\s*:\s+)(?P<level>[^,;\t]{1,40})")


@cache
def _measures() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """How well, and for how long."""
    levels, units = any_of("words.levels"), any_of("durations")
    level = (
        rf"(?:{levels})(?:\s(?:kenntnisse|level|knowledge|skills|niveau))?|[abc][12]|[0-9]{{1,3}} ?%|"
        r"[0-9]{1,2} ?/ ?[0-9]{1,2}|[★☆●○•*]{1,10}"
    )
    time = (
        rf"[<>~]?\s?[0-9]{{1,4}}(?:[.,][0-9])?\s?\+?(?:\s?(?:{units})\.?"
        r"(?: (?:of )?(?:experience|erfahrung|d['’]expérience|de experiencia))?)?"
    )
    return re.compile(level, re.IGNORECASE), re.compile(time, re.IGNORECASE)


def column_names() -> frozenset[str]:
    """What the columns of tables are called."""
    return known("words.column_groups") | known("words.column_members") | known("words.column_measures")


def is_level(text: str) -> bool:
    """`sehr gut`, `Expert`, `4/5`; `BASIC` is a language."""
    return _measures()[0].fullmatch(text) is not None and not (text.isupper() and len(text) > 2)


def is_measure(text: str) -> bool:
    """How well, or for how long: no skill."""
    return is_level(text) or _measures()[1].fullmatch(text) is not None


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
        elif _opens_group(line):
            group = {"name": bared(line.text.rstrip(":")), "keywords": []}
            found.append(group)
        else:
            if group is None:
                group = {"keywords": []}
                found.append(group)
            group["keywords"] += keywords(line.text)
    return [bounded for group in found if (bounded := _bounded(group))][:WORDS_MAX]


def keywords(text: str) -> Iterator[str]:
    """What a line lists; an "and" before its last stays with it. How well is left out."""
    yield from (each for each in split_list(text) if len(each) <= LINE_MAX_CHARS and not is_measure(each))


def _opens_group(line: Line) -> bool:
    label = _LABELLED.match(line.text)
    return len(line.text) <= LINE_MAX_CHARS and (line.kind == "heading" or bool(label and label["bare"]))


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
    told: Json = {"name": first, "keywords": [word for each in members for word in keywords(each)]}
    return told | {"level": next((each for each in others if is_level(each)), "")}


def _named_group(text: str) -> Json:
    """`Databases: PostgreSQL, Redis`; or a skill with how well it is known, `SAP – sehr gut`."""
    if (rated := _RATED.fullmatch(text)) and is_measure(rated["level"]):
        return {
            "name": bared(rated["name"]),
            "keywords": [],
            "level": rated["level"] * is_level(rated["level"]),
        }
    label = _LABELLED.match(text)
    if label and label["label"] and len(words_of(label["label"])) <= SKILL_WORDS_MAX:
        return {"name": bared(label["label"]), "keywords": list(keywords(text[label.end() :]))}
    return {}


def _bounded(group: Json) -> Json:
    told = {
        "name": group.get("name", ""),
        "level": group.get("level", ""),
        "keywords": group["keywords"][:WORDS_MAX],
    }
    return {name: value for name, value in told.items() if value}
