"""robots.txt (RFC 9309): which paths of a site a fetcher of our name may ask for. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import quote

# The RFC asks for at least 500 KiB; what comes after is not read.
ROBOTS_MAX_BYTES = 512_000

# Real files hold a few hundred; matching all of them against a path of 4096 characters stays below 10 ms.
RULES_MAX = 2_000

LINE_END = re.compile(r"\r\n?|\n")
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
        path = _normalised(target)
        if path == "/robots.txt":
            return True
        matching = [rule for rule in self.rules if rule.matches(path)]
        return not matching or max(matching, key=lambda rule: (len(rule.pattern), rule.is_allow)).is_allow


ALLOW_ALL = Robots()


def parse(content: bytes, *, product: str) -> Robots:
    """The rules for `product` (`Overture` of `Overture/1.0`), else those for everybody; never fails."""
    ours: list[Rule] = []
    everybodys: list[Rule] = []
    has_own_group = False
    names: list[str] = []
    is_naming = False
    text = content[:ROBOTS_MAX_BYTES].decode("utf-8", errors="replace").removeprefix("\ufeff")
    for line in LINE_END.split(text):
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        match key.lower():
            case "user-agent":
                names = [*names, _token(value)] if is_naming else [_token(value)]
                is_naming = True
                has_own_group = has_own_group or names[-1] == product.lower()
            case "allow" | "disallow" as verb:
                is_naming = False
                if value:
                    rule = Rule(verb == "allow", _normalised(value))
                    ours.extend([rule] if product.lower() in names else [])
                    everybodys.extend([rule] if "*" in names else [])
            case _:
                pass
    return Robots(tuple((ours if has_own_group else everybodys)[:RULES_MAX]))


def _token(value: str) -> str:
    """Some write the version too."""
    return value.partition("/")[0].strip().lower()


def _normalised(path: str) -> str:
    """One spelling of every path: unreserved characters plain, the others escaped, in upper case."""
    text = ESCAPE.sub(_unescaped, path)
    return quote(text, safe="/%:?#[]@!$&'()*+,;=~-._")


def _unescaped(match: re.Match[str]) -> str:
    character = chr(int(match[0][1:], 16))
    return character if UNRESERVED.fullmatch(character) else match[0].upper()
