"""What scripts hold as data: JSON-LD, and application state a page was rendered from. Nothing is run."""

import re
from collections.abc import Iterable, Iterator

import msgspec

from service.adapters.page_parser import AppState

# Assignments looked at in one page, and characters of script scanned for the end of their values: a hostile script
# opens a brace that never closes a hundred thousand times.
ASSIGNMENTS_MAX = 200
SCANNED_MAX_CHARS = 3_000_000
NAME_MAX_CHARS = 100

JSON_TYPES = ("application/json", "text/json")

ASSIGNMENT = re.compile(
    r"(?:\b(?:window|self|globalThis)\s{0,4}(?:\.\s{0,4}([A-Za-z_$][\w$.]{0,60})|\[\s{0,4}[\"']([\w$.:-]{1,60})[\"']\s{0,4}\])"
    # A local variable is a page's state only if its name says so; minified code is full of others.
    r"|\b(?:var|let|const)\s{1,4}(__[\w$]{1,60}|[A-Za-z_$][\w$]{0,40}(?:[Ss]tate|[Dd]ata|[Pp]rops|STATE|DATA|PROPS)))"
    r"\s{0,4}=\s{0,4}(?:JSON\.parse\(\s{0,4}(?=\")|(?=[{\[]))"
)
STRING = r'"(?:[^"\\]++|\\.)*+"'
TOKEN = re.compile(rf"{STRING}|'(?:[^'\\]++|\\.)*+'|`(?:[^`\\]++|\\.)*+`|[{{}}\[\]]", re.DOTALL)
JSON_STRING = re.compile(STRING, re.DOTALL)
# What `serialize-javascript` and its like leave in otherwise plain JSON.
UNDEFINED = re.compile(rf"({STRING})|\bundefined\b", re.DOTALL)


class EmbeddedData:
    """Texts kept in the order of their worth, until `max_chars` is reached; what does not fit is left out whole."""

    def __init__(self, *, max_chars: int) -> None:
        self.is_full = False
        self._left = max_chars

    def fits(self, text: str) -> bool:
        if len(text) > self._left:
            self.is_full = True
            return False
        self._left -= len(text)
        return True


def media_type(written: str | None) -> str:
    return (written or "").split(";", 1)[0].strip().lower()


def assigned_states(scripts: Iterable[str]) -> Iterator[AppState]:
    """`window.__X__ = {...}` and its relatives, where the value is JSON (or JSON but for `undefined`)."""
    assignments, scanned = 0, 0
    for script in scripts:
        position = 0
        while assignments < ASSIGNMENTS_MAX and scanned < SCANNED_MAX_CHARS:
            match = ASSIGNMENT.search(script, position)
            if match is None:
                break
            assignments += 1
            limit = min(len(script), match.end() + SCANNED_MAX_CHARS - scanned)
            end = _end_of_value(script, match.end(), limit)
            scanned += (end or limit) - match.end()
            position = end or match.end()
            state = _json(script[match.end() : end]) if end else None
            if state is not None and len(state) > len("{}"):
                yield AppState((match[1] or match[2] or match[3])[:NAME_MAX_CHARS], state)


def is_json(text: str) -> bool:
    """Also False for what is nested too deep for the decoder."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return False
    return True


def _end_of_value(script: str, start: int, limit: int) -> int | None:
    """Where the object, list or string that begins at `start` ends; strings are stepped over."""
    if script[start] == '"':
        string = JSON_STRING.match(script, start, limit)
        return string.end() if string else None
    depth = 0
    for token in TOKEN.finditer(script, start, limit):
        match token[0]:
            case "{" | "[":
                depth += 1
            case "}" | "]":
                depth -= 1
                if not depth:
                    return token.end()
            case _:
                pass
    return None


def _json(value: str) -> str | None:
    if value.startswith('"'):
        try:
            value = msgspec.json.decode(value, type=str)
        except (msgspec.DecodeError, UnicodeEncodeError):
            return None
    if is_json(value):
        return value
    value = UNDEFINED.sub(lambda found: found[1] or "null", value)
    return value if is_json(value) else None
