"""The letter's text out of a JSON document that is still being written. Pure."""

import re
from enum import Enum

from service.adapters.language_model import THOUGHT_END, THOUGHT_END_MAX_CHARS

# What may stand before the document of an answer that is heard while it is written.
_START = re.compile(r"(?:```\w{0,20}\s{0,20})?(?=\{)")
_MAY_BECOME_START = re.compile(r"(?:`{1,2}|```\w{0,20}\s{0,20})?")
# What stands for half of a surrogate pair that never got its other half.
_REPLACEMENT = "\ufffd"
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
# No member of the answer has a longer name.
KEY_MAX_CHARS = 50


class _In(Enum):
    """What the string being read is."""

    NOTHING = "no string"
    KEY = "a name of the outermost object"
    MEMBER = "the member that is wanted"
    OTHER = "any other string"


class DocumentStart:
    """Lets nothing through before an answer's document begins: what a model thinks, drafts among it, is not heard.

    Some endpoints swallow the mark at which a thought begins. So what does not begin with a brace is taken for a
    thought, until one ends; prose before the document costs no more than that nothing is heard of it before its end.
    """

    def __init__(self) -> None:
        self._is_open = False
        self._is_thought = False
        self._waiting = ""

    def feed(self, piece: str) -> str:
        if self._is_open:
            return piece
        self._waiting = (self._waiting + piece).lstrip("\ufeff \t\r\n")
        while end := THOUGHT_END.search(self._waiting):
            self._waiting, self._is_thought = self._waiting[end.end() :].lstrip(), False
        if not self._is_thought and (start := _START.match(self._waiting)):
            self._is_open = True
            return self._waiting[start.end() :]
        if self._is_thought or not _MAY_BECOME_START.fullmatch(self._waiting):
            self._waiting, self._is_thought = self._waiting[-THOUGHT_END_MAX_CHARS:], True
        return ""


class BodyReader:
    """Takes the document piece by piece, at any cut, and gives the new characters of one string of its outermost
    object. What was given so far is always a beginning of the whole string. What is no JSON gives whatever can be read
    of it: nothing is checked here, and a document that breaks off is no error."""

    def __init__(self, member: str = "body") -> None:
        self._member = member
        self._depth = 0
        self._in = _In.NOTHING
        self._is_value_next = False
        self._key = ""
        self._escape: str | None = None  # what was read of an escape since its backslash
        self._high = ""  # the first half of a surrogate pair
        self._out: list[str] = []
        self.is_done = False

    def feed(self, piece: str) -> str:
        self._out.clear()
        for character in piece:
            if self.is_done:
                break
            if self._in is _In.NOTHING:
                self._structure(character)
            elif self._escape is not None:
                self._escaped(character)
            elif character == "\\":
                self._escape = ""
            elif character == '"':
                self._close()
            else:
                self._decoded(character)
        return "".join(self._out)

    def _structure(self, character: str) -> None:
        if character == '"' and self._depth:
            self._open()
        elif character == "{" or (character == "[" and self._depth):
            self._depth += 1
        elif character in "}]":
            self._depth = max(0, self._depth - 1)
        elif self._depth == 1 and character in ":,":
            self._is_value_next = character == ":"

    def _open(self) -> None:
        if self._depth != 1:
            self._in = _In.OTHER
        elif not self._is_value_next:
            self._in, self._key = _In.KEY, ""
        else:
            self._in = _In.MEMBER if self._key == self._member else _In.OTHER

    def _close(self) -> None:
        self._flush_half()
        self.is_done = self._in is _In.MEMBER
        self._in = _In.NOTHING

    def _escaped(self, character: str) -> None:
        so_far = (self._escape or "") + character
        if so_far[0] != "u":
            self._escape = None
            self._decoded(_ESCAPES.get(character, character))
        elif len(so_far) < 5:
            self._escape = so_far
        else:
            self._escape = None
            self._decoded(_code_unit(so_far[1:]))

    def _decoded(self, character: str) -> None:
        if self._high and "\udc00" <= character <= "\udfff":
            pair = self._high + character
            self._high = ""
            self._emit(pair.encode("utf-16", "surrogatepass").decode("utf-16"))
            return
        self._flush_half()
        if "\ud800" <= character <= "\udbff":
            self._high = character
        else:
            self._emit(_REPLACEMENT if "\udc00" <= character <= "\udfff" else character)

    def _flush_half(self) -> None:
        if self._high:
            self._high = ""
            self._emit(_REPLACEMENT)

    def _emit(self, character: str) -> None:
        if self._in is _In.MEMBER:
            self._out.append(character)
        elif self._in is _In.KEY and len(self._key) < KEY_MAX_CHARS:
            self._key += character


def _code_unit(digits: str) -> str:
    try:
        return chr(int(digits, 16))
    except ValueError:
        return _REPLACEMENT
