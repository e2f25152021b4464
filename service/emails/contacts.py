"""What in a text somebody could be led to: addresses, links, hosts and telephone numbers, however disguised. Pure.

Mail programs make a link of every host they know, and readers one of every host they can make out. So a host is what
the public suffix list and IDNA say it is, in any script, with its dots spaced, spelled out or in brackets; and a number
is one whether it stands in digits or in words.
"""

import re
import unicodedata
from functools import cache

from service.vocabulary import public_suffixes, technologies

# RFC 6761, RFC 6762, RFC 9476 and ICANN's `.internal`: no public suffixes, and resolved by somebody all the same.
_SPECIAL_SUFFIXES = frozenset({"alt", "example", "internal", "invalid", "local", "localhost", "test"})
# Letters of other scripts that are drawn like Latin ones (Unicode's confusables).
_DRAWN_ALIKE = str.maketrans("асԁеһіјӏорԛѕԝухкмтвнναοερτικχυıɡ", "acdehijlopqswyxkmtbhvaoeptikxuig")

_LOCAL = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}"
_ADDRESS = re.compile(rf"{_LOCAL}@(?:[^\W_][\w.-]{{0,253}}|\[[\da-fA-F:.]{{2,45}}\])")
_LINK = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\b(?:mailto|tel|sms|skype|whatsapp):(?=\S))[^\s<>\"“”„«»)]+", re.IGNORECASE
)
_NUMERIC_HOST = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{2,5}|/)[^\s<>\"“”„«»)]*")

# The words for a dot that mean other things as well stand only before endings that are no words.
_DOT = (
    r"(?:[.\u3002]|\s+\.(?:\s+|(?!(?i:net)\b))|\s*[\[({]\s*(?:\.|(?i:dot|punkt|point|punto|ponto))\s*[\])}]\s*"
    r"|\s+(?i:dot)\s+|\s+(?i:punkt|point|punto|ponto)\s+(?=(?i:com|org|net|info|io)\b))"
)
_AT = r"(?:\s*[\[({]\s*(?:@|(?i:at))\s*[\])}]\s*|\s+(?:AT|@)\s+)"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_NAME = rf"{_LABEL}(?:{_DOT}{_LABEL}){{1,8}}"
_HOST = re.compile(rf"(?<![\w@.])(?P<host>{_NAME})(?::\d{{2,5}})?(?:/[^\s<>\"“”„«»)]*)?")
_DISGUISED_ADDRESS = re.compile(rf"(?<![\w@.]){_LOCAL}{_AT}(?P<host>{_NAME})")
_ANY_DOT = re.compile(_DOT)
_ANY_AT = re.compile(_AT)
# `B.Sc`, `M.Tech` and `Co.Ltd`, whose second halves are endings of hosts; `Thanks.In short`, which lacks a space.
_NO_HOST = re.compile(
    r"(?i:[BM]\.(?:Sc|Com|Tech|Ed|Eng|Arch|Phil|Pharm|Des)|(?:Co|Pte|Pvt|Pty)\.(?:Ltd|Inc|LLC))"
    r"|\w+\.(?:As|At|Be|Do|In|Is|It|Me|My|No|So|To|Us)"
)

# Seven digits and more with the separators people write; dates ("2019 - 2023") and amounts are told apart below.
_PHONE = re.compile(
    r"(?<![\w.])\+?\(?\d(?:(?:[ \t\u00a0]?[()\-–/][ \t\u00a0]?|[)][ \t\u00a0]?[(]|[ \t\u00a0.])?\d){6,17}(?!\w)"
)
_DATES = re.compile(r"(?:19|20)\d\d\s*[-–/]\s*(?:19|20)\d\d|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4}")
_GROUPED_AMOUNT = re.compile(r"\d{1,3}(?:[.,\s\u00a0]\d{3})+(?:[.,]\d{1,2})?")
_SPELLED = {
    word: digit
    for words in (
        "zero one two three four five six seven eight nine",
        "null eins zwei drei vier fünf sechs sieben acht neun",
        "zéro un deux trois quatre cinq six sept huit neuf",
        "cero uno dos tres cuatro cinco seis siete ocho nueve",
        "oh eine zwo",
    )
    for digit, word in enumerate(words.split())
}
_DIGIT_WORD = rf"(?:{'|'.join(sorted(_SPELLED, key=len, reverse=True))})"
_SPELLED_PHONE = re.compile(
    rf"\b(?:plus\s+)?(?:(?:double|triple)\s+)?(?:{_DIGIT_WORD}|\d{{1,4}})"
    rf"(?:[\s,.–-]{{1,3}}(?:(?:double|triple)\s+)?(?:{_DIGIT_WORD}|\d{{1,4}})){{4,19}}\b",
    re.IGNORECASE,
)

_DIGITS_LEAST = 7
# What every link, host and number has within it; most of what is read has none, and patterns that may begin anywhere
# are slow.
_MAY_HOLD = re.compile(r"[:.\u3002]|\b(?:dot|punkt|point|punto|ponto)\b", re.IGNORECASE)
_HAS_DIGIT = re.compile(r"\d")
_HAS_DIGIT_WORDS = re.compile(rf"\b{_DIGIT_WORD}[\s,.–-]{{1,3}}(?:{_DIGIT_WORD}|\d|double|triple)", re.IGNORECASE)


def contacts(text: str) -> list[str]:
    """The addresses, links, host names and phone numbers in `text`, as they stand in its compatibility form: full-width
    and circled characters are resolved."""
    resolved = unicodedata.normalize("NFKC", text)
    found: list[str] = []
    if "@" in resolved:
        found += _ADDRESS.findall(resolved)
        resolved = _ADDRESS.sub(" ", resolved)
    if _MAY_HOLD.search(resolved):
        for pattern in (_LINK, _NUMERIC_HOST):
            found += pattern.findall(resolved)
            resolved = pattern.sub(" ", resolved)
        if _ANY_AT.search(resolved):
            found += [match.group() for match in _DISGUISED_ADDRESS.finditer(resolved) if _is_host(match)]
            resolved = _DISGUISED_ADDRESS.sub(lambda match: " " if _is_host(match) else match.group(), resolved)
        found += [match.group() for match in _HOST.finditer(resolved) if _is_host(match)]
    if _HAS_DIGIT.search(resolved):
        found += [match.group() for match in _PHONE.finditer(resolved) if not _is_amount_or_date(match.group().strip())]
    if _HAS_DIGIT_WORDS.search(resolved):
        spelled = (match.group() for match in _SPELLED_PHONE.finditer(resolved))
        found += [number for number in spelled if _is_spelled_number(number)]
    return list(dict.fromkeys(contact.strip(" \t\u00a0'’`").rstrip(".,;:!?'’") for contact in found))


def contact_key(contact: str) -> str:
    """What two writings of one contact have in common: the digits of a number, the bare lower-case form of the rest."""
    if not re.search(r"[^\W\d_]", contact) or _SPELLED_PHONE.fullmatch(contact):
        return _digits_of(contact).lstrip("0")
    plain = _ANY_DOT.sub(".", _ANY_AT.sub("@", contact)).casefold()
    bare = re.sub(r"^(?:[a-z][a-z0-9+.-]*://|mailto:|tel:)?(?:www\.)?", "", plain)
    return bare.rstrip("/")


def bare_name(contact: str) -> str:
    """`Booking` of `Booking.com`, which may be a company's name; empty for what is more than a name."""
    name = re.fullmatch(r"([A-Za-z][\w-]*)\.[A-Za-z]{2,20}", contact)
    return name[1] if name else ""


def _is_host(match: re.Match[str]) -> bool:
    host = _ANY_DOT.sub(".", match["host"])
    is_name = host.casefold() in _dotted_technologies() or _NO_HOST.fullmatch(host)
    return _is_suffix(host.rpartition(".")[2]) and not (is_name and match.group() == match["host"])


@cache
def _is_suffix(label: str) -> bool:
    forms = {label.casefold(), label.casefold().translate(_DRAWN_ALIKE)}
    return any(form in _SPECIAL_SUFFIXES or public_suffixes().is_public(form) for form in forms)


@cache
def _dotted_technologies() -> frozenset[str]:
    """Names of technologies that look like hosts."""
    names = {written.casefold() for written, _ in technologies() if "." in written}
    return frozenset({*names, "vb.net", "ado.net", "ml.net", "socket.io", "draw.io"})


def _is_amount_or_date(number: str) -> bool:
    return bool(_DATES.fullmatch(number) or _GROUPED_AMOUNT.fullmatch(number))


def _is_spelled_number(number: str) -> bool:
    return re.search(r"[^\W\d_]", number) is not None and len(_digits_of(number)) >= _DIGITS_LEAST


def _digits_of(number: str) -> str:
    digits, times = "", 1
    for word in re.findall(r"[^\W\d_]+|\d", number.casefold()):
        if word in {"double", "triple"}:
            times = 2 if word == "double" else 3
        elif word.isdigit() or word in _SPELLED:
            digits += times * str(int(word) if word.isdigit() else _SPELLED[word])
            times = 1
    return digits
