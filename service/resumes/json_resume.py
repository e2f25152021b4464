"""The part of JSON Resume 1.x that is read here, and the check that a document may be taken in. Pure.

Fields left out and null are the same; unknown ones are neither looked at nor lost (the document is kept whole).
Lengths are far above any real résumé's and low enough that the largest document is read within some milliseconds.
"""

import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta

from service.kernel.errors import FieldError, InvalidRequest, pointer_step
from service.kernel.text import UNSTORABLE

DOCUMENT_MAX_BYTES = 1_000_000
# Strings, numbers, objects and lists in all: a long academic résumé has 3 000.
VALUES_MAX = 20_000
# A résumé nests five deep.
DEPTH_MAX = 32
# Faults named in one answer; who has more has a document of another kind.
FAULTS_MAX = 20
# The largest integer that every JSON reader keeps exactly (RFC 8259, section 6).
INTEGER_MAX = 2**53 - 1

Line = Annotated[str, Meta(max_length=1_000)]
Prose = Annotated[str, Meta(max_length=20_000)]
Words = Annotated[list[Line], Meta(max_length=200)]
Sentences = Annotated[list[Annotated[str, Meta(max_length=5_000)]], Meta(max_length=200)]


class Location(msgspec.Struct, frozen=True):
    city: Line | None = None
    region: Line | None = None
    countryCode: Line | None = None  # noqa: N815 - JSON Resume's own names


class Basics(msgspec.Struct, frozen=True):
    name: Line | None = None
    label: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    url: Line | None = None
    summary: Prose | None = None
    location: Location | None = None


class Work(msgspec.Struct, frozen=True):
    """A position, or voluntary work. An employer is `name` since 1.0, `company` in documents before it; a body one
    volunteers for is `organization`."""

    name: Line | None = None
    company: Line | None = None
    organization: Line | None = None
    position: Line | None = None
    startDate: Line | None = None  # noqa: N815
    endDate: Line | None = None  # noqa: N815
    description: Prose | None = None
    summary: Prose | None = None
    highlights: Sentences | None = None


class Project(msgspec.Struct, frozen=True):
    name: Line | None = None
    entity: Line | None = None
    startDate: Line | None = None  # noqa: N815
    endDate: Line | None = None  # noqa: N815
    description: Prose | None = None
    highlights: Sentences | None = None
    keywords: Words | None = None
    roles: Words | None = None


class Education(msgspec.Struct, frozen=True):
    institution: Line | None = None
    area: Line | None = None
    studyType: Line | None = None  # noqa: N815
    startDate: Line | None = None  # noqa: N815
    endDate: Line | None = None  # noqa: N815
    courses: Words | None = None


class Skill(msgspec.Struct, frozen=True):
    name: Line | None = None
    level: Line | None = None
    keywords: Words | None = None


class Language(msgspec.Struct, frozen=True):
    language: Line | None = None
    fluency: Line | None = None


class Certificate(msgspec.Struct, frozen=True):
    name: Line | None = None
    issuer: Line | None = None
    date: Line | None = None


class Award(msgspec.Struct, frozen=True):
    title: Line | None = None
    awarder: Line | None = None
    date: Line | None = None
    summary: Prose | None = None


class Publication(msgspec.Struct, frozen=True):
    name: Line | None = None
    publisher: Line | None = None
    releaseDate: Line | None = None  # noqa: N815
    summary: Prose | None = None


class JsonResume(msgspec.Struct, frozen=True):
    """A JSON Resume document (jsonresume.org, schema 1.x)."""

    basics: Basics | None = None
    work: Annotated[list[Work], Meta(max_length=200)] | None = None
    volunteer: Annotated[list[Work], Meta(max_length=200)] | None = None
    projects: Annotated[list[Project], Meta(max_length=200)] | None = None
    education: Annotated[list[Education], Meta(max_length=100)] | None = None
    skills: Annotated[list[Skill], Meta(max_length=300)] | None = None
    languages: Annotated[list[Language], Meta(max_length=100)] | None = None
    certificates: Annotated[list[Certificate], Meta(max_length=200)] | None = None
    awards: Annotated[list[Award], Meta(max_length=200)] | None = None
    publications: Annotated[list[Publication], Meta(max_length=500)] | None = None


def read(document: Mapping[str, Any]) -> JsonResume:
    """What is read of a document. Raises InvalidRequest, its pointers from the document's root."""
    if faults := list(islice(_faults(document), FAULTS_MAX)):
        raise _invalid(*faults)
    if len(msgspec.json.encode(document)) > DOCUMENT_MAX_BYTES:
        raise _invalid(FieldError("", f"is larger than {DOCUMENT_MAX_BYTES // 1000} kB"))
    try:
        return msgspec.convert(document, JsonResume)
    except msgspec.ValidationError as error:
        raise _invalid(_located(str(error))) from error


def schema() -> dict[str, Any]:
    """The JSON Schema of what is read, without references, for the description of the HTTP interface."""
    whole = msgspec.json.schema(JsonResume)
    inlined = _inlined(whole["$defs"]["JsonResume"], whole["$defs"])
    return {"properties": inlined["properties"]}


def _inlined(value: Any, definitions: Mapping[str, Any]) -> Any:
    match value:
        case {"$ref": str(reference)}:
            return _inlined(definitions[reference.rpartition("/")[2]], definitions)
        case dict():
            fields = cast("dict[str, Any]", value)
            return {name: _inlined(inner, definitions) for name, inner in fields.items()}
        case list():
            return [_inlined(inner, definitions) for inner in cast("list[Any]", value)]
        case _:
            return value


def _faults(document: Mapping[str, Any]) -> Iterator[FieldError]:
    """What neither PostgreSQL nor an encoder would take, wherever it stands. Iterative: depth costs no stack."""
    pending: list[tuple[str, int, Any]] = [("", 0, document)]
    values = 0
    while pending:
        pointer, depth, value = pending.pop()
        values += 1
        if values > VALUES_MAX or depth > DEPTH_MAX:
            yield FieldError("", f"holds more than {VALUES_MAX} values, or nests deeper than {DEPTH_MAX} levels")
            return
        match value:
            case str():
                yield from _text_faults(pointer, value)
            case float() if not math.isfinite(value):
                yield FieldError(pointer, "is not a finite number")
            case int() if abs(value) > INTEGER_MAX:
                yield FieldError(pointer, "is an integer out of range")
            case dict():
                for name, inner in cast("dict[str, Any]", value).items():
                    yield from _text_faults(pointer, name)
                    pending.append((f"{pointer}{pointer_step(name)}", depth + 1, inner))
            case list():
                for index, inner in enumerate(cast("list[Any]", value)):
                    pending.append((f"{pointer}/{index}", depth + 1, inner))
            case _:
                pass


def _text_faults(pointer: str, text: str) -> Iterator[FieldError]:
    if found := UNSTORABLE.search(text):
        what = "a NUL character" if found[0] == "\0" else "half of a surrogate pair"
        yield FieldError(pointer, f"holds {what}")


_PATH = re.compile(r"^(?P<said>.*) - at `\$(?P<path>[^`]*)`$", re.DOTALL)


def _located(message: str) -> FieldError:
    """msgspec's `Expected ... - at `$.work[0].name`` as a place and what is wrong with it."""
    found = _PATH.match(message)
    if found is None:
        return FieldError("", message)
    steps = re.findall(r"[^.\[\]]+", found["path"])
    return FieldError("".join(map(pointer_step, steps)), found["said"])


def _invalid(*faults: FieldError) -> InvalidRequest:
    first = faults[0]
    return InvalidRequest(
        f"The résumé cannot be taken: {first.pointer or 'as a whole'}: {first.detail}.", errors=faults
    )
