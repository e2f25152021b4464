"""Bytes to typed values, strictly. What cannot be read is `malformed-json` (400); what can be read and is wrong is
`invalid-request` (422) and names the place."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeVar, cast
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Scope

from service.kernel.errors import FieldError, InvalidRequest, Kind, NotFound, ServiceError, pointer_step
from service.web.headers import header

T = TypeVar("T")

# What is wrong where no place in it is.
THE_BODY = "the body"

# A résumé nests five deep; ten times that is not a document anybody wrote.
JSON_DEPTH_MAX = 64
# PostgreSQL's bigint; nothing this service counts is larger.
INTEGER_MAX = 2**63 - 1
# Some milliseconds; a document with more places is not read by a person looking for one.
PLACES_SEARCHED_MAX = 10_000
# Above it a float no longer tells neighbouring integers apart.
EXACT_FLOAT_MAX = 2**53
# Three times what the widest list call takes.
QUERY_FIELDS_MAX = 50

# What the texts of a request are held to (`msgspec.Meta.pattern`, which is JSON Schema's too): no NUL, which PostgreSQL
# refuses; nothing that ends a line or steers a terminal (C0 and C1 controls, line and paragraph separators); no space.
# Python's `$` would let one line feed stand behind it.
NO_NUL = r"^[^\x00]*$"
ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$(?!\n)"
NO_SPACE = r"^[^\x00-\x20]+$(?!\n)"

_UNLIKE = {
    NO_NUL: "holds a NUL character",
    ONE_LINE: "must be one line without control characters",
    NO_SPACE: "holds a space or a control character",
}

_PATH = re.compile(r"^(?P<said>.*?)(?: - at `(?P<key>key` in `)?\$(?P<path>[^`]*)`)?$", re.DOTALL)
_CONTAINERS = frozenset({dict, list})
_FLOAT_FOR_INTEGER = re.compile(r"Expected `int[^`]*`, got `float`")
_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_LONG_NUMBER = re.compile(rb"\d{19}")
_JSON_TYPE = re.compile(r"application/([a-z0-9.+-]+\+)?json")
_CHARSET = re.compile(r"(?:^|;)\s*charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii"})
_FIELD = re.compile(r"(?:unknown|required) field `(?P<name>.*)`$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\[\.\.\.\]")
_UNMATCHED = re.compile(r"Expected `str` matching regex (?P<pattern>['\"].*['\"])$", re.DOTALL)
# `\ud800` without its other half, the backslash being none that stands for itself.
_HALF_PAIR = re.compile(
    rb"(?<!\\)(?:\\\\)*(?:\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F])", re.DOTALL
)


class MalformedJson(ServiceError):
    """The body is not JSON."""

    kind, slug, title = Kind.MALFORMED, "malformed-json", "The body is not valid JSON"


class UnsupportedMediaType(ServiceError):
    """The body is of a kind that this call does not take."""

    kind, slug, title = Kind.UNSUPPORTED, "unsupported-media-type", "The body is of another kind"


class MalformedRequest(ServiceError):
    """The request line or a header cannot be read in one way only."""

    kind, slug, title = Kind.MALFORMED, "malformed-request", "The request cannot be read"


def decode_body(raw: bytes, form: type[T]) -> T:
    """Raises MalformedJson, InvalidRequest. A megabyte takes 30 to 90 ms of a processor here."""
    value = _read(raw)
    _survey(raw, value)
    try:
        return _convert(value, form, strict=True)
    except InvalidRequest as error:
        if not _FLOAT_FOR_INTEGER.search(error.detail):
            raise
        # `5.0` is the integer 5 to JSON Schema, and our own schemas are read that way: once more, reading it so.
        return _convert(json.loads(raw, parse_float=_number), form, strict=True)


def decode_query(raw: bytes, form: type[T]) -> T:
    """Each parameter at most once, none that is not declared. Raises MalformedRequest, InvalidRequest."""
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=QUERY_FIELDS_MAX)
    except ValueError as error:
        raise MalformedRequest("The query string is not percent-encoded UTF-8, or has too many fields.") from error
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            _refuse(name, "is given more than once")
        if "\x00" in value or "\x00" in name:
            _refuse(name.replace("\x00", ""), "holds a NUL character")
        fields[name] = value
    return _convert(fields, form, strict=False, whole="the query")


def require_json(scope: Scope, *, otherwise: str | None = None) -> None:
    """A body that calls itself something else is refused (a browser can post text/plain across origins); one that
    says nothing is taken at its word. Raises UnsupportedMediaType, which names what is taken `otherwise` as well."""
    given = header(scope, b"content-type")
    if given is not None and not _JSON_TYPE.fullmatch(given.partition(";")[0].strip().lower()):
        taken = "application/json" + (f" or {otherwise}" if otherwise else "")
        raise UnsupportedMediaType(f"The body must be sent as Content-Type: {taken}.")


def require_media_type(scope: Scope, taken: Sequence[str]) -> str:
    """Which of `taken` the body calls itself; where it names a character set, that is UTF-8. Raises
    UnsupportedMediaType, also for a body that says nothing: nobody could tell what it is."""
    given, _, parameters = (header(scope, b"content-type") or "").partition(";")
    media_type = given.strip().lower()
    charset = _CHARSET.search(parameters)
    if media_type not in taken or (charset and charset[1].lower() not in _UTF_8):
        raise UnsupportedMediaType(f"The body must be sent as Content-Type: {' or '.join(taken)}, in UTF-8.")
    return media_type


def path_values(scope: Scope) -> Mapping[str, Any]:
    """The path parameters; one that no row can have is a row that does not exist. Raises NotFound."""
    values: Mapping[str, Any] = scope.get("path_params", {})
    for value in values.values():
        if (isinstance(value, int) and value > INTEGER_MAX) or (isinstance(value, str) and not value.isprintable()):
            raise NotFound("There is nothing with this id.")
    return values


def _read(raw: bytes) -> Any:
    if not raw.strip():
        raise MalformedJson("The body is empty; a JSON document is expected.")
    try:
        return msgspec.json.decode(raw)
    except UnicodeDecodeError as error:
        raise MalformedJson("The body is not UTF-8.") from error
    except RecursionError as error:
        raise _too_deep() from error
    except msgspec.ValidationError as error:  # a number that no number of ours holds
        raise _locate(str(error), Any) from error
    except msgspec.DecodeError as error:
        said = "A text in it holds half of a surrogate pair (`\\ud800`), which is no character"
        raise MalformedJson(f"{said if _HALF_PAIR.search(raw) else error}.") from error


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= EXACT_FLOAT_MAX else value


def _survey(raw: bytes, value: Any) -> None:
    """What the parser lets pass: depth, names that occur twice, NUL, integers of more than 64 bits. Level by level, so
    that depth costs no stack; scalars are looked at only where the bytes give a reason to."""
    looks_closer = b"\\u0000" in raw or _LONG_NUMBER.search(raw) is not None
    members, depth, level = 0, 0, [value]
    while level:
        if depth > JSON_DEPTH_MAX:
            raise _too_deep()
        objects = cast("list[dict[str, Any]]", [item for item in level if type(item) is dict])
        lists = cast("list[list[Any]]", [item for item in level if type(item) is list])
        members += sum(map(len, objects))
        inner = [each for item in objects for each in item.values()]
        inner += [each for item in lists for each in item]
        if looks_closer and (any(map(_is_unstorable, inner)) or any("\0" in name for item in objects for name in item)):
            raise _invalid(_place(value), "holds a NUL character or an integer of more than 64 bits")
        level = [each for each in inner if type(each) in _CONTAINERS]
        depth += 1
    # Outside of its texts a document has one colon for each member; an object that was read has one for each name.
    if members != _TEXT.sub(b"", raw).count(b":"):
        raise MalformedJson("A name occurs twice in one object.")


def _is_unstorable(item: Any) -> bool:
    """PostgreSQL's text takes no NUL, its bigint no 65th bit."""
    return (type(item) is str and "\0" in item) or (type(item) is int and abs(item) > INTEGER_MAX)


def _place(value: Any) -> str:
    """The pointer of what is refused; empty where finding it would take longer than it helps."""
    pending: list[tuple[str, Any]] = [("", value)]
    looked_at = 0
    while pending and looked_at < PLACES_SEARCHED_MAX:
        pointer, item = pending.pop()
        if _is_unstorable(item):
            return pointer
        if type(item) not in _CONTAINERS:
            continue
        pairs: list[tuple[Any, Any]] = [*(item.items() if type(item) is dict else enumerate(item))]
        if any(_is_unstorable(name) for name, _ in pairs):
            return pointer
        looked_at += len(pairs)
        if looked_at < PLACES_SEARCHED_MAX:
            pending.extend((f"{pointer}{pointer_step(str(name))}", each) for name, each in pairs)
    return ""


def _too_deep() -> MalformedJson:
    return MalformedJson(f"The body nests deeper than {JSON_DEPTH_MAX} levels.")


def _convert(value: Any, form: type[T], *, strict: bool, whole: str = THE_BODY) -> T:
    try:
        return msgspec.convert(value, form, strict=strict)
    except msgspec.ValidationError as error:
        raise _locate(str(error), form, whole) from error


def in_words(said: str, form: Any) -> str:
    """What msgspec says of a value; instead of a pattern, which is no sentence, what `form` says of it in words: a text
    that has a pattern has a description."""
    found = _UNMATCHED.fullmatch(said)
    if found is None:
        return said
    for pattern, words in _UNLIKE.items():
        if repr(pattern) == found["pattern"]:
            return words
    words = _description_of(found["pattern"], msgspec.inspect.type_info(form))
    return f"must be {words}" if words else "is not written as it must be"


def _description_of(pattern: str, form: msgspec.inspect.Type) -> str | None:
    """What the type of a text with this pattern (in quotes) is described as, wherever it stands in `form`."""
    pending: list[tuple[Any, str | None]] = [(form, None)]
    seen: set[int] = set()
    while pending:
        node, described = pending.pop()
        if isinstance(node, msgspec.inspect.StrType) and repr(node.pattern) == pattern and described:
            return described
        if isinstance(node, msgspec.inspect.Metadata):
            extra = cast("dict[str, str]", node.extra_json_schema or {})  # pyright: ignore[reportUnknownMemberType]
            pending.append((node.type, extra.get("description", described)))
        elif isinstance(node, tuple):
            pending.extend((each, described) for each in cast("tuple[Any, ...]", node))
        elif isinstance(node, msgspec.Struct) and id(node) not in seen:
            seen.add(id(node))
            is_union = isinstance(node, msgspec.inspect.UnionType)
            inner = (getattr(node, name) for name in node.__struct_fields__)
            pending.extend((each, described if is_union else None) for each in inner)
    return None


def _locate(message: str, form: Any, whole: str = THE_BODY) -> InvalidRequest:
    """msgspec's message, `Expected ... - at `$.a.b[0]``, with its place as a JSON Pointer."""
    found = _PATH.match(message)
    said, path = (found["said"], found["path"] or "") if found else (message, "")
    steps = [pointer_step(match[1] or match[2]) for match in _STEP.finditer(path) if match[1] or match[2]]
    if field := _FIELD.search(said):
        steps.append(pointer_step(field["name"]))
    return _invalid("".join(steps), in_words(said, form), whole)


def _refuse(name: str, what: str) -> NoReturn:
    raise _invalid(pointer_step(name), what)


def _invalid(pointer: str, what: str, whole: str = THE_BODY) -> InvalidRequest:
    place = pointer or whole
    # A name of the caller's may hold half a surrogate pair: it goes back only in a form that encodes.
    pointer, place, what = (text.encode("utf-8", "backslashreplace").decode("utf-8") for text in (pointer, place, what))
    return InvalidRequest(f"{place}: {what}.", errors=[FieldError(pointer, what)])
