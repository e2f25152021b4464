"""The check that a JSON Resume document may be taken in, and its description for others. Pure."""

import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

import msgspec

from service.kernel.errors import FieldError, InvalidRequest, pointer_step
from service.kernel.text import UNSTORABLE
from service.resumes.model import JsonResume, sections_of

DOCUMENT_MAX_BYTES = 1_000_000
# Strings, numbers, objects and lists in all: a long academic résumé has 3 000.
VALUES_MAX = 20_000
# A résumé nests five deep.
DEPTH_MAX = 32
# Faults named in one answer; who has more has a document of another kind.
FAULTS_MAX = 20
# The largest integer that every JSON reader keeps exactly (RFC 8259, section 6).
INTEGER_MAX = 2**53 - 1


def read(document: Mapping[str, Any]) -> JsonResume:
    """What is read of a document. Raises InvalidRequest, its pointers from the document's root."""
    if faults := list(islice(_faults(document), FAULTS_MAX)):
        raise _invalid(*faults)
    if len(msgspec.json.encode(document)) > DOCUMENT_MAX_BYTES:
        raise _invalid(FieldError("", f"is larger than {DOCUMENT_MAX_BYTES // 1000} kB"))
    try:
        return sections_of(document)
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
