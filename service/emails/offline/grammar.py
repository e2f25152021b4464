"""The little English grammar the composer needs to join a résumé's lines to its own words. Pure."""

import re

# Past tenses that do not end in -ed, of the verbs résumés are made of.
_IRREGULAR = """
began bought broke brought built came caught chose cut did drew drove found gave got grew held hit kept knew
laid led left made met oversaw overcame put ran rebuilt redid rewrote rose sat saw set shrank sold sought spent
spoke split spoken stood swapped taught thought threw told took undertook upheld went won wrote withstood
"""
# Words in -ed that begin noun phrases as often as sentences: "Distributed systems", "Automated testing".
_DOUBTFUL = """
accelerated advanced applied automated based certified complicated connected containerised containerized
dedicated detailed distributed embedded experienced federated focused hosted integrated licensed limited managed
mixed motivated needed related seed shared skilled speed structured unified unsupervised supervised typed used
varied embed exceed feed need proceed succeed indeed breed
"""
# What follows a verb and does not follow an adjective.
_OBJECT_STARTS = """
a an the all any both each every its my our their this these three two four five six several to for with into
from over across and or between by on in as out up customer customers
"""
_VOWEL_SOUNDS = re.compile(r"^(?:[aeio]|u(?!ni|s[aeiu]|k\b|tili)|hour|honest|heir|honou?r)", re.IGNORECASE)
_CONSONANT_SOUNDS = re.compile(r"^(?:eu|one\b|once\b|ubiq)", re.IGNORECASE)
_SPELT_OUT = re.compile(r"^(?:[A-Z]{2,}|[A-Z])(?=\b|[^a-z])")
# Offices of which there is one: "I am Head of Data at ...".
_OFFICES = re.compile(
    r"^(?:chief|c[a-z]o\b|head\b|vp\b|vice|president|director|founder|co-?founder|owner)", re.IGNORECASE
)


def past_clause(line: str) -> str | None:
    """What stands after "I": `Cut the latency` gives `cut the latency`; None where the line is no such sentence."""
    text = line.strip().rstrip(".;,! ")
    text = re.sub(r"^I\s+(?=[a-z])", "", text)
    words = text.split()
    if len(words) < 3:
        return None
    at = 1 if words[0].casefold().endswith("ly") and len(words) > 3 else 0
    if not is_past(words[at], words[at + 1]):
        return None
    return words[0][0].lower() + words[0][1:] + text[len(words[0]) :]


def is_past(word: str, following: str) -> bool:
    plain = word.rstrip(",").casefold().rsplit("-", 1)[-1]
    if not plain.isalpha() or (word.isupper() and len(word) > 1):
        return False
    if plain in _IRREGULAR.split():
        return True
    if not plain.endswith("ed") or len(plain) < 4:
        return False
    return plain not in _DOUBTFUL.split() or following.casefold() in _OBJECT_STARTS.split() or following[0].isdigit()


def with_article(title: str) -> str:
    """`an SRE`, `a Unix Engineer`, `Head of Data`."""
    if _OFFICES.match(title):
        return title
    if _SPELT_OUT.match(title):
        return f"{'an' if title[0] in 'AEFHILMNORSX' else 'a'} {title}"
    sounds_like_vowel = _VOWEL_SOUNDS.match(title) and not _CONSONANT_SOUNDS.match(title)
    return f"{'an' if sounds_like_vowel else 'a'} {title}"
