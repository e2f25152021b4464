"""The little English grammar the composer needs to join a résumé's lines to its own words. Pure."""

import re
import tomllib
from functools import cache
from importlib.resources import files

_VOWEL_SOUNDS = re.compile(r"^(?:[aeio]|u(?!ni|s[aeiu]|k\b|tili)|hour|honest|heir|honou?r)", re.IGNORECASE)
_CONSONANT_SOUNDS = re.compile(r"^(?:eu|one\b|once\b|ubiq)", re.IGNORECASE)
_SPELT_OUT = re.compile(r"^(?:[A-Z]{2,}|[A-Z])(?=\b|[^a-z])")
# Offices of which there is one: "I am Head of Data at ...".
_OFFICES = re.compile(
    r"^(?:chief|c[a-z]o\b|head\b|vp\b|vice|president|director|founder|co-?founder|owner)", re.IGNORECASE
)
_RESPONSIBLE = re.compile(
    r"^(?:(?P<was>was|am|is)\s+)?(?:also\s+)?(?P<what>(?:responsible\s+for|in\s+charge\s+of)\s+\S.*)", re.IGNORECASE
)
# Fewer letters are an abbreviation.
SHOUTED_LETTERS_LEAST = 8


@cache
def _words(table: str) -> frozenset[str]:
    return frozenset(_english()[table].split())


@cache
def _english() -> dict[str, str]:
    return tomllib.loads(files("service.emails.offline").joinpath("english.toml").read_text(encoding="utf-8"))


def clause(line: str, *, is_current: bool = False, is_project: bool = False) -> str | None:
    """What stands after "I": `Cut the latency` gives `cut the latency`, and of work that goes on `Lead a team` gives
    `lead a team`; None where the line is no such sentence. A project is the object its own lines leave out."""
    text = re.sub(r"^I\s+(?=[a-z])", "", line.strip().rstrip(".;,! "))
    if responsible := _RESPONSIBLE.match(text):
        is_now = is_current and (responsible["was"] or "am").casefold() != "was"
        return f"{'am' if is_now else 'was'} {_lowered(responsible['what'])}"
    words = text.split()
    if len(words) < 3:
        return None
    at = 1 if words[0].casefold().endswith("ly") and len(words) > 3 else 0
    verb, following = words[at], words[at + 1].casefold()
    if _is_passive(verb, following):
        return f"was {_lowered(text)}"
    base = _base(verb, following) if is_current else None
    if (base is None and not is_past(verb, following)) or _is_by_others(verb, words[at + 1 :]):
        return None
    words[at] = verb if base is None else base
    if following in _words("prepositions") and _is_transitive(verb):
        if not is_project:
            return None
        words.insert(at + 1, "it")
    return _lowered(" ".join(words))


def is_fragment(line: str) -> bool:
    """Whether a line that is no clause begins with a verb all the same, or is written in capitals: it cannot be made a
    part of a letter."""
    text = line.strip()
    letters = [character for character in text if character.isalpha()]
    if len(letters) >= SHOUTED_LETTERS_LEAST and sum(map(str.isupper, letters)) > 0.7 * len(letters):
        return True
    words = text.rstrip(".;,! ").split()
    if len(words) < 2 or not words[0].isascii():
        return False
    following = words[1].casefold()
    is_verb = is_past(words[0], following) or _base(words[0], following) is not None
    return is_verb or _is_passive(words[0], following) or _RESPONSIBLE.match(text) is not None


def is_past(word: str, following: str) -> bool:
    plain = word.rstrip(",").casefold().rsplit("-", 1)[-1]
    if not plain.isalpha() or (word.isupper() and len(word) > 1):
        return False
    if plain in _words("irregular"):
        return True
    if not plain.endswith("ed") or len(plain) < 4:
        return False
    return plain not in _words("doubtful") or following.casefold() in _words("object_starts") or following[0].isdigit()


def _base(word: str, following: str) -> str | None:
    """The base form of a verb in the present: `Lead a team`, `Create and maintain backups`, `Leads the team`; None for
    `Design of APIs`, `Lead engineer for payments`."""
    plain = word.rstrip(",").casefold()
    if (word.isupper() and len(word) > 1) or following in {"of", "as"}:
        return None
    if plain in _words("verbs"):
        has_object = word.endswith(",") or following in _words("object_starts") or not following.isalpha()
        return word if has_object or following.endswith("s") or plain not in _words("nouns_too") else None
    stems = (plain.removesuffix("s"), plain.removesuffix("es"), plain.removesuffix("ies") + "y")
    stem = next((stem for stem in stems if stem != plain and stem in _words("verbs")), None)
    return stem if following in _words("determiners") else None


def _is_by_others(verb: str, behind: list[str]) -> bool:
    """`Used by 300 people` is nothing that the candidate did."""
    return verb.casefold().endswith("ed") and behind[0].casefold() == "by" and not behind[-1].endswith("%")


def _is_passive(verb: str, following: str) -> bool:
    plain = verb.casefold()
    return plain in _words("awarded") or (plain in _words("passive") and following in _words("prepositions"))


def _is_transitive(verb: str) -> bool:
    """Of a past tense or a base form."""
    plain = verb.casefold()
    stems = {plain, plain[:-1], plain[:-2], plain[:-3], plain[:-3] + "y"}
    return bool(stems & _words("transitive")) or plain in {"built", "made", "rewrote", "wrote"}


def _lowered(text: str) -> str:
    first, _, rest = text.partition(" ")
    return f"{first[0].lower()}{first[1:]} {rest}"


def with_article(title: str) -> str:
    """`an SRE`, `a Unix Engineer`, `Head of Data`."""
    if _OFFICES.match(title):
        return title
    if _SPELT_OUT.match(title):
        return f"{'an' if title[0] in 'AEFHILMNORSX' else 'a'} {title}"
    sounds_like_vowel = _VOWEL_SOUNDS.match(title) and not _CONSONANT_SOUNDS.match(title)
    return f"{'an' if sounds_like_vowel else 'a'} {title}"


def calm(title: str) -> str:
    """`Senior Engineer` of `SENIOR ENGINEER`; abbreviations stay as they are."""
    if not title.isupper() or len(title) < SHOUTED_LETTERS_LEAST:
        return title
    return " ".join(word.capitalize() if len(word) > 3 else word for word in title.split())
