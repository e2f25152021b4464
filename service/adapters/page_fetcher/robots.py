"""robots.txt (RFC 9309): which paths of a site a fetcher of our name may ask for. Pure."""

import re
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

# The RFC asks for at least 500 KiB; what comes after is not read.
ROBOTS_MAX_BYTES = 512_000

# The longest files met have a few thousand lines; looking at this many takes some 10 ms.
LINES_MAX = 10_000

# Real files hold a few hundred rules of some twenty characters. Whatever is kept of a site is matched against a path
# of 4096 characters within 25 ms, and takes 0.2 MB.
RULES_MAX = 1_000
PATTERN_MAX_CHARS = 300
KEPT_MAX_CHARS = 20_000

LINE = re.compile(r"^[ \t]*(user-agent|allow|disallow)[ \t]*:[ \t]*([^#\n]*)", re.IGNORECASE | re.MULTILINE)
ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` may hold `*` (any run of characters) and end in `$` (the path's end)."""

    is_allow: bool
    pattern: str

    def matches(self, path: str) -> bool:
        """Each part at its first place after the one before: linear, where a regular expression could go astray."""
        is_anchored = self.pattern.endswith("$")
        first, *rest = self.pattern.removesuffix("$").split("*")
        if not path.startswith(first):
            return False
        if not rest:
            return not is_anchored or path == first
        at = len(first)
        *middle, last = rest
        for part in middle:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return path.endswith(last) and len(path) - len(last) >= at if is_anchored else path.find(last, at) >= 0


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules that concern us."""

    rules: tuple[Rule, ...] = ()

    def allows(self, target: str) -> bool:
        """Whether a path with its query may be fetched: the longest matching rule decides, `Allow` among equals."""
        path = _normalise(target)
        if path == "/robots.txt":
            return True
        matching = [rule for rule in self.rules if rule.matches(path)]
        return not matching or max(matching, key=lambda rule: (len(rule.pattern), rule.is_allow)).is_allow


ALLOW_ALL = Robots()


class _Group:
    """The rules of one name as they are read, within the bounds of what is kept."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._left_chars = KEPT_MAX_CHARS

    def add(self, verb: str, value: str) -> None:
        """A pattern that is too long is cut where it forbids, which forbids more, and left out where it allows."""
        is_allow = verb == "allow"
        if len(self.rules) >= RULES_MAX or self._left_chars <= 0 or (is_allow and len(value) > PATTERN_MAX_CHARS):
            return
        pattern = _normalise(value[:PATTERN_MAX_CHARS])[:PATTERN_MAX_CHARS]
        self._left_chars -= len(pattern)
        if self._left_chars >= 0:
            self.rules.append(Rule(is_allow, pattern))


def parse(content: bytes, *, product: str) -> Robots:
    """The rules for `product` (`Overture` of `Overture/1.0`), else those for everybody; never fails."""
    groups = {product.lower(): _Group(), "*": _Group()}
    named: set[str] = set()  # of the two, those that the lines just read are about
    has_own_group = is_naming = False
    text = content[:ROBOTS_MAX_BYTES].decode("utf-8", errors="replace").removeprefix("\ufeff")
    lines = LINE.finditer(text.replace("\r\n", "\n").replace("\r", "\n"))
    for line in islice(lines, LINES_MAX):
        verb, value = line[1].lower(), line[2].strip()
        if verb == "user-agent":
            token = _token(value)
            named = {name for name in groups if name == token or (is_naming and name in named)}
            is_naming = True
            has_own_group = has_own_group or product.lower() in named
        else:
            is_naming = False
            for name in named if value else ():
                groups[name].add(verb, value)
    return Robots(tuple(groups[product.lower() if has_own_group else "*"].rules))


def _token(value: str) -> str:
    """Some write the version too."""
    return value.partition("/")[0].strip().lower()


def _normalise(path: str) -> str:
    """One spelling of every path: unreserved characters plain, the others escaped, in upper case."""
    text = ESCAPE.sub(_unescape, path)
    return quote(text, safe="/%:?#[]@!$&'()*+,;=~-._")


def _unescape(match: re.Match[str]) -> str:
    character = chr(int(match[0][1:], 16))
    return character if UNRESERVED.fullmatch(character) else match[0].upper()
