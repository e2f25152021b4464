"""A model's answer: the letter it wrote, and what it says each sentence rests on. Pure.

The body is what makes an answer a letter. A subject that is missing is replaced later, and a claim that cannot be read
costs the claim.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from service.adapters.language_model import find_object, without_thoughts
from service.emails.brief import Reference
from service.emails.by_model.body_reader import BodyReader
from service.emails.by_model.untrusted import visible
from service.emails.model import BODY_MAX_CHARS, Source
from service.kernel.text import one_line

# A letter of 400 words has some thirty sentences.
CLAIMS_MAX = 100
SOURCES_MAX = 20
CLAIM_MAX_CHARS = 2_000

_SOURCES = {source.value: source for source in Source}


class Garbled(Exception):
    """The answer is not the document that was asked for."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`text` as the model gave it; `grounds` may name places that are not there."""

    text: str
    grounds: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    body: str
    claims: tuple[Claim, ...]


def read(text: str) -> Letter:
    """Raises `Garbled`."""
    letter = find_object(text, _letter) or _letter_of_strings(without_thoughts(text))
    if letter is None:
        raise Garbled("The answer was not the JSON object that was asked for.")
    return letter


def _letter(document: dict[str, Any]) -> Letter | None:
    subject, body = document.get("subject"), document.get("body")
    if not isinstance(body, str) or not body.strip() or len(body) > BODY_MAX_CHARS:
        return None
    claims = document.get("claims")
    listed = cast("list[Any]", claims)[:CLAIMS_MAX] if isinstance(claims, list) else []
    return Letter(
        subject.strip() if isinstance(subject, str) else "",
        visible(body).strip(),
        tuple(claim for given in listed if (claim := _claim(given)) is not None),
    )


def _letter_of_strings(text: str) -> Letter | None:
    """The letter of a document that is broken behind its body, as its claims may be."""
    read_strings: dict[str, Any] = {}
    for member in ("subject", "body"):
        reader = BodyReader(member)
        value = reader.feed(text)
        read_strings |= {member: value} if reader.is_done else {}
    return _letter(read_strings)


def _claim(given: Any) -> Claim | None:
    if not isinstance(given, dict):
        return None
    claim = cast("dict[str, Any]", given)
    text, cited = claim.get("text"), claim.get("sources")
    if not isinstance(text, str) or not text.strip():
        return None
    places = cast("list[Any]", cited)[:SOURCES_MAX] if isinstance(cited, list) else [cited]
    return Claim(one_line(text[:CLAIM_MAX_CHARS]), tuple(ground for place in places for ground in _ground(place)))


def _ground(place: Any) -> Iterator[Reference]:
    """`{"source": "resume", "reference": "work/0"}`, or both in one string: `resume/work/0`. Some models write the
    source into the reference as well."""
    if isinstance(place, dict):
        cited = cast("dict[str, Any]", place)
        source, reference = cited.get("source"), cited.get("reference")
    else:
        source, _, reference = str(place).replace(":", "/", 1).partition("/")
    known = _SOURCES.get(source.strip().casefold()) if isinstance(source, str) else None
    if known is not None and isinstance(reference, str):
        yield known, one_line(reference[:CLAIM_MAX_CHARS]).removeprefix(f"{known.value}/").strip("/ ")
