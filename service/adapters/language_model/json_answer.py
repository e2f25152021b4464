"""The JSON object in what a model said: whatever stands around it, and though it is not quite JSON. Pure.

Models think aloud before they answer, put prose and fences around the object, wrap it under one more name or encode it
twice, and write line breaks and trailing commas where JSON has none. All of that is read here, by every caller alike.
"""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar, cast

Value = TypeVar("Value")

# Braces in prose and objects inside of others are tried as well; more of them are no answer.
OBJECTS_TRIED_MAX = 200
# Rewriting what may follow a brace takes as long as the answer is.
REPAIRS_MAX = 10

_TAG = r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|analysis|scratchpad|seed:think)"
THOUGHT_END = re.compile(
    rf"</\s*{_TAG}\s*>|\[/THINK\]|◁/think▷|<\|channel\|>\s*final\s*<\|message\|>|<\|end_of_thought\|>", re.IGNORECASE
)
# No mark of the end of a thought is longer: one that is cut in two is found in so much of what came before.
THOUGHT_END_MAX_CHARS = 60
_THOUGHT_START = re.compile(
    rf"<\s*{_TAG}\s*>|\[THINK\]|◁think▷|<\|channel\|>\s*analysis\s*<\|message\|>|<\|begin_of_thought\|>", re.IGNORECASE
)

_DECODER = json.JSONDecoder(strict=False)  # line breaks and tabs in strings are read
_OBJECT = re.compile(r'\{(?=\s*["}])')
# A string as it stands, else a comma before the end of its list, else a backslash before what JSON does not escape.
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_BAD_ESCAPE = re.compile(r'\\(?:(["\\/bfnrtu])|(.))', re.DOTALL)


def without_thoughts(text: str) -> str:
    """What is said after the last thought; nothing where a thought does not end.

    Some endpoints swallow the mark at which a thought begins, so what stands before an end is all thought.
    """
    ends = [match.end() for match in THOUGHT_END.finditer(text)]
    said = text[ends[-1] :] if ends else text
    begins = _THOUGHT_START.search(said)
    return said[: begins.start()] if begins else said


def find_object(text: str, read: Callable[[dict[str, Any]], Value | None]) -> Value | None:
    """What `read` makes of the last object that it makes something of; thoughts are not looked at.

    `read` gives None for an object that is not the one asked for, such as one around it. None where there is none.
    """
    return _find(without_thoughts(text), read, is_encoded_twice=False)


def _find(text: str, read: Callable[[dict[str, Any]], Value | None], *, is_encoded_twice: bool) -> Value | None:
    found, at, repairs = None, 0, 0
    strings = [text] if not is_encoded_twice and text.lstrip().startswith('"') else []
    for _ in range(OBJECTS_TRIED_MAX):
        match = _OBJECT.search(text, at)
        if match is None:
            break
        at = match.end()
        decoded = _decode_object(text, match.start())
        if decoded is None and repairs < REPAIRS_MAX:
            repairs += 1
            repaired = _repair(text[match.start() :])
            decoded = _decode_object(repaired, 0)
            if decoded is not None:
                text, at = repaired, 1
        if decoded is None:
            continue
        value, end = decoded
        this = read(value)
        if this is not None:
            found, at = this, end
        strings += [inner for inner in value.values() if isinstance(inner, str) and "{" in inner]
    if found is not None or is_encoded_twice:
        return found
    inner = (_find(string, read, is_encoded_twice=True) for string in map(_unquote, strings))
    return next((value for value in inner if value is not None), None)


def _decode_object(text: str, at: int) -> tuple[dict[str, Any], int] | None:
    try:
        value, end = cast("tuple[dict[str, Any], int]", _DECODER.raw_decode(text, at))
    except (ValueError, RecursionError):
        return None
    return _whole_characters(value), end


def _repair(text: str) -> str:
    return _STRING_OR_COMMA.sub(lambda match: _fix_escapes(match[1]) if match[1] else "", text)


def _fix_escapes(string: str) -> str:
    return _BAD_ESCAPE.sub(lambda match: match[0] if match[1] else match[2], string)


def _unquote(text: str) -> str:
    """A string of JSON decoded; as it is where it is none."""
    try:
        value = _DECODER.raw_decode(text.lstrip())[0]
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, str) else text


def _whole_characters(value: dict[str, Any]) -> dict[str, Any]:
    """Halves of surrogate pairs, which can be escaped and neither sent nor stored, become what stands for them."""
    written = json.dumps(value, ensure_ascii=False)
    whole = written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value if whole == written else json.loads(whole)
