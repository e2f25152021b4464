"""A model's answer: the letter it wrote, and what it says each sentence rests on. Pure."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from service.emails.brief import Reference
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


class CitedPlace(msgspec.Struct, frozen=True):
    source: str
    reference: str


class CitedClaim(msgspec.Struct, frozen=True):
    text: str
    sources: tuple[CitedPlace, ...] = ()


class _Document(msgspec.Struct, frozen=True):
    subject: str
    body: Annotated[str, Meta(max_length=BODY_MAX_CHARS)]
    claims: tuple[CitedClaim, ...] = ()


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
    """Raises `Garbled`. What stands before and after the document is overlooked: not every endpoint knows schemas."""
    document = _document(text)
    claims = tuple(_claim(claim) for claim in document.claims[:CLAIMS_MAX] if claim.text.strip())
    return Letter(document.subject.strip(), visible(document.body).strip(), claims)


def _document(text: str) -> _Document:
    start, end = text.find("{"), text.rfind("}")
    for candidate in (text, text[start : end + 1]):
        try:
            return msgspec.convert(_value(candidate), _Document)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            continue
    raise Garbled("The answer was not the JSON object that was asked for.")


def _value(text: str) -> Any:
    return msgspec.json.decode(text)


def _claim(claim: CitedClaim) -> Claim:
    places = (_place(cited) for cited in claim.sources[:SOURCES_MAX])
    return Claim(one_line(claim.text[:CLAIM_MAX_CHARS]), tuple(place for place in places if place is not None))


def _place(cited: CitedPlace) -> Reference | None:
    """Some models write the source into the reference as well: `resume/work/0`."""
    source = _SOURCES.get(cited.source.strip().casefold())
    if source is None:
        return None
    return source, one_line(cited.reference[:CLAIM_MAX_CHARS]).removeprefix(f"{source.value}/").strip("/")
