"""How to reach somebody: addresses, numbers, pages, profiles, found in a line; and the labels of a form. Pure."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache

import phonenumbers

from service import vocabulary
from service.adapters.resume_reader.recognition.words import known, pattern

_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.ASCII)
_URL = re.compile(
    r"(?:(?P<scheme>https?://)|(?<![\w@./-]))(?P<host>(?:www\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}"
    r"[a-z]{2,24})(?![\w@-])(?P<rest>[:/][^\s|,;<>()\[\]\"']{0,300})?",
    re.IGNORECASE,
)
# "asp.net", "B.Sc": such names without a page's marks are addresses only from this length on.
BARE_NAME_CHARS_MIN = 4

# What a form writes before a value about the person; Japanese and Chinese forms set a blank between the two.
_KINDS = ("personal", "page", "address", "name", "email", "phone", "birth")
_LABEL = (
    rf"(?i)\s*(?:{'|'.join(f'(?P<{kind}>{{labels.{kind}}})' for kind in _KINDS)})"
    r"\s*(?:\.?:(?!//)|\.(?=\s|\d)|://|(?<=[\u3040-\u9fff])\s)\s*"
)
# Announced by its label, whose colon may be missing, or by the star of a genealogist.
_BIRTH = r"(?i)(?:(?<!\w){labels.birth}(?!\w)\s*[.:]*|(?<!\S)\*(?=\s?[0-9]{1,2}\.))\s*"
_UNKNOWN_LABEL = re.compile(r"[^\W\d_][^:@/(]{4,30}:\s+(?=\S)")
_PHONE = re.compile(r"(?<![\w/.,])(?:\(?\+?[0-9][0-9()\s./·–-]{5,22}[0-9])(?![\w/,])")
# What is written in digits and is no number to call: a date, years, or a Swedish personal number.
_NO_PHONE = re.compile(
    r"[0-9]{1,2}\s?([./·–-]|\s)\s?[0-9]{1,2}\s?\1\s?(?:19|20)?[0-9]{2}"
    r"|(?:19|20)[0-9]{2}\s?([./·–-]|\s)\s?[0-9]{1,2}\s?\2\s?[0-9]{1,2}"
    r"|(?:(?:(?:[0-9]{1,2}\s?[./-]\s?){0,2}(?:19|20)[0-9]{2})\s?[-–/.]?\s*){1,4}"
    r"|[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[-+ ][0-9]{4}"
    r"|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
)
# A full date. Above the first section it is usually a birthday, whatever its label says.
_FULL_DATE = re.compile(
    r"(?<!\d)(?:(?:\d{1,2}\s?[./-]\s?){2}(?:19|20)\d\d|(?:19|20)\d\d(?:[./-]\d{1,2}){2})(?!\d)",
)
DIGITS_MIN, DIGITS_MAX = 7, 15  # E.164 has fifteen at the most
# Shorter ones that do not begin as numbers to dial are as often anything else.
BARE_DIGITS_MIN = 9

_HOST = re.compile(r"(?:https?://)?(?:[a-z]{2,3}\.)?([\w-]+)\.[a-z]+/", re.IGNORECASE)


def split_label(text: str) -> tuple[str, str]:
    """Which kind of value a piece says that it is, empty where it does not say it, and the value; `unknown` where its
    label is: short ones ("T:", "Mob.:") announce numbers as a rule."""
    if label := pattern(_LABEL).match(text):
        return label.lastgroup or "", text[label.end() :].strip()
    bare = text.strip(" .:").casefold()
    if kind := next((kind for kind in _KINDS if bare in known(f"labels.{kind}")), ""):
        return kind, ""
    return ("unknown", text[unknown.end() :]) if (unknown := _UNKNOWN_LABEL.match(text)) else ("", text)


def birth_at(text: str) -> int:
    """Where a piece begins to tell when or where somebody was born; its length where it does not."""
    found = pattern(_BIRTH).search(text)
    is_told = found is not None and (not text[found.end() :].strip() or any(map(str.isdigit, text[found.end() :])))
    return found.start() if found is not None and is_told else len(text)


def tells_day(text: str) -> bool:
    return _FULL_DATE.search(text) is not None or birth_at(text) < len(text)


def emails(text: str) -> Iterator[re.Match[str]]:
    yield from _EMAIL.finditer(text)


def urls(text: str) -> Iterator[re.Match[str]]:
    """Web addresses, those of mailboxes aside; a host is what the public suffix list says it is."""
    for found in _URL.finditer(text):
        host = found["host"].lower()
        name, _, ending = host.removeprefix("www.").partition(".")
        is_marked = bool(found["scheme"] or host.startswith("www.") or found["rest"])
        is_bare = len(name) >= BARE_NAME_CHARS_MIN and host == found["host"]
        is_host = bool(ending) and vocabulary.public_suffixes().privatesuffix(host) is not None
        if is_host and (is_marked or is_bare) and text[found.end() : found.end() + 1] != "@":
            yield found


def phones(text: str, *, is_labelled: bool = False) -> Iterator[re.Match[str]]:
    """Numbers that can be called: never a date; without a country's code or a label, only what is valid somewhere that
    the languages read here are spoken."""
    for found in _PHONE.finditer(text):
        digits = sum(character.isdecimal() for character in found[0])
        is_dialled = is_labelled or digits >= BARE_DIGITS_MIN or found[0][0] in "0(+"
        is_number = DIGITS_MIN <= digits <= DIGITS_MAX and is_dialled and not _NO_PHONE.fullmatch(found[0].strip("() "))
        if is_number and (is_labelled or _is_valid(found[0])):
            yield found


def _is_valid(number: str) -> bool:
    has_code = number.lstrip("(").startswith("+")
    is_number = phonenumbers.is_possible_number if has_code else phonenumbers.is_valid_number
    for region in (None,) if has_code else vocabulary.territories():
        with suppress(phonenumbers.NumberParseException):
            if is_number(phonenumbers.parse(number, region)):
                return True
    return False


@cache
def _profile() -> re.Pattern[str]:
    pages = "|".join(f"(?:{page})" for page in vocabulary.profiles())
    return re.compile(rf"(?:https?://)?(?:[a-z]{{2,3}}\.)?(?:{pages})/?", re.IGNORECASE)


def profile(url: str) -> dict[str, str]:
    """The profile that a page is, its network by its host's name as it is written; empty where it is none."""
    found, host = _profile().match(url), _HOST.match(url)
    if found is None or host is None:
        return {}
    return {"network": host[1], "username": next(filter(None, found.groups())), "url": url}


def profiles(addresses: Iterable[str]) -> list[dict[str, str]]:
    """One of each network, the first."""
    found: dict[str, dict[str, str]] = {}
    for address in addresses:
        if one := profile(address.rstrip(".,;/")):
            found.setdefault(one["network"].lower(), one)
    return list(found.values())


def without_contacts(text: str) -> str:
    """The line with a gap where an address or a number stood."""
    for find in (emails, urls, phones):
        for found in reversed(list(find(text))):
            text = f"{text[: found.start()]}\t{text[found.end() :]}"
    return text
