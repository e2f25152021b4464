"""Amounts of money as they are written: `€1.234,56`, `$120K`, `60 T€`, `30 mil euros`, `CHF 90'000.-`, `₹12,00,000`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import islice
from typing import NamedTuple

from service import vocabulary
from service.postings.reading.text.phrases import CJK, any_of

# A line with more numbers is a table or a telephone list.
AMOUNTS_MAX = 8
# No salary has more digits than this, in any currency.
AMOUNT_MAX = Decimal(10**12)
# Currencies of which words are multiples of thousand: "K€", "TEUR".
_K_CURRENCY = r"(?:€|[$£]|(?:EUR|CHF)(?![^\W\d_]))"
_SPACE = r"[ \u00a0\u202f\u2009]"
_TAIL = r"(?:[.,](?:\d{1,2}(?!\d)|[-–—]{1,2}))?"
_THOUSANDS = r"\d{1,3}(?P<mark>[.,'’ \u00a0\u202f\u2009])\d{3}(?:(?P=mark)\d{3}){0,3}(?!\d)"
_LAKHS = r"\d{1,2}(?:,\d{2}){1,2},\d{3}(?!\d)"
_MILLIONS = re.compile(
    rf"[mb](?![^\W_])|{_SPACE}?(?:[MB](?![^\W_])|[Mm]n(?![^\W_])|bn(?![^\W_])|[Mm]io|[Mm]rd|[Mm]illi|[Bb]illion|M€|Md"
    r"|Cr(?:ores?)?(?![^\W_])|crores?(?![^\W_])|億|亿)"
)
# The longest name of a nation beside an amount, with its brackets.
_NAMED_MAX_CHARS = 40
_TIMES = {"lakh": 100_000, "myriad": 10_000, "times": 1000, "times_before": 1000}


class Amount(NamedTuple):
    """`line[start:end]` states so many of the currency's major unit."""

    value: Decimal
    times: int  # 1000 where it was written with a k
    currency: str | None
    may_be: tuple[str, ...]  # whose money the sign may be, where it is shared and nothing with the amount says so
    is_open_ended: bool  # "120k+"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Patterns:
    amount: re.Pattern[str]
    money: re.Pattern[str]
    # Whose money it is, right behind an amount, in brackets or not, another amount's code excepted; and right before.
    named_behind: re.Pattern[str]
    named_before: re.Pattern[str]
    # Pesos of a country that is not named are no dollars.
    pesos: re.Pattern[str]


def found_in(line: str) -> Iterator[Amount]:
    """The first amounts of a line, with and without a currency; millions are no amount anybody is paid."""
    for match in islice(_patterns().amount.finditer(line), AMOUNTS_MAX):
        value = number(match["number"])
        if value is None or _MILLIONS.match(line, match.end()) or _MILLIONS.match(line, match.end("number")):
            continue
        times = next((times for group, times in _TIMES.items() if match[group]), 1)
        sign = match["before"] or match["before_k"] or match["after"] or ""
        written = match["code"] or match["named"] or sign
        currency = _currencies().get(written) or ("INR" if match["lakh"] else None)
        may_be = vocabulary.currencies().shared.get(written, ())
        yield Amount(value * times, times, currency, may_be, bool(match["plus"] or match["more"]), *match.span())


def speaks_of_money(line: str, end: int) -> bool:
    return _patterns().money.search(line, 0, end) is not None


def named_beside(line: str, start: int, end: int, may_be: Sequence[str]) -> tuple[str, int, int] | None:
    """Whose money `line[start:end]` is, as a code or a nation right behind or before it says, and the place of both.
    Only one of those that its sign may be: `$60,000 (€55,000)` and `$80,000 PLN` name no dollar."""
    begin = max(0, start - _NAMED_MAX_CHARS)
    behind = _patterns().named_behind.match(line, end)
    before = _patterns().named_before.search(line[begin:start])
    places = ((behind, start, behind.end() if behind else end), (before, begin + before.start() if before else 0, end))
    for match, *place in places:
        if match and (code := _nations().get(match["name"].lower(), match["name"])) in may_be:
            return code, place[0], place[1]
    return None


def is_pesos(line: str, end: int) -> bool:
    return _patterns().pesos.match(line, end) is not None


def number(written: str) -> Decimal | None:
    """`1.234,50`, `1,234.50`, `120'000`, `60.000,-` and `45.5`: three digits after a mark are thousands."""
    bare = re.sub(r"['’\s]|[.,][-–—]+$", "", written)
    head, mark, tail = max((bare.rpartition(mark) for mark in ".,"), key=lambda parts: len(parts[0]))
    if mark and len(tail) != 3:
        bare = head.replace(".", "").replace(",", "") + "." + tail
    else:
        bare = bare.replace(".", "").replace(",", "")
    try:
        value = Decimal(bare)
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= AMOUNT_MAX else None


def minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(vocabulary.minor_digits(currency)).to_integral_value())


def major(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-vocabulary.minor_digits(currency))


def currency_of(written: str) -> str | None:
    return _currencies().get(written.strip()) or _currencies().get(written.strip().upper())


def codes_in(line: str) -> set[str]:
    """What a line names apart from its amounts: "Salary (EUR): 50.000 - 60.000"."""
    names = re.findall(r"(?<![^\W_])[A-Z]{3}(?![^\W_])|[€£¥₹]", line)
    codes = vocabulary.currencies().codes
    return {code for name in names if (not name.isalpha() or name in codes) and (code := currency_of(name))}


@cache
def _currencies() -> dict[str, str]:
    """Codes by all that is written for them; a name in lower case may begin with a capital."""
    known = vocabulary.currencies()
    found = {code: code for code in known.codes}
    found |= {sign: code for code, signs in known.written.items() for sign in signs}
    for language in vocabulary.languages().values():
        for code, names in language.posting.currencies.items():
            found |= {written: code for name in names for written in (name, name.capitalize())}
    return {sign: codes[0] for sign, codes in known.shared.items()} | found


@cache
def _nations() -> dict[str, str]:
    tables = (language.posting.nations for language in vocabulary.languages().values())
    return {name: code for table in tables for code, names in table.items() for name in names}


@cache
def _patterns() -> _Patterns:
    codes = rf"(?:(?<![^\W_])(?:{'|'.join(vocabulary.currencies().codes)})(?![^\W_]))"
    longest_first = sorted(_currencies(), key=len, reverse=True)
    words = [re.escape(name) for name in longest_first if _is_word(name)]
    # Whose dollar `NT$` is, is said there or not known.
    signs = [r"(?<![^\W\d_])\$" if name == "$" else re.escape(name) for name in longest_first if not _is_word(name)]
    # A name of letters ends where they do: `EUR60,000` is one, `EURO-Palette` is none.
    currency = rf"(?:{'|'.join(signs)}|(?<![^\W_])(?:{'|'.join(words)})(?![^\W\d_]))"
    thousand = any_of(lambda language: language.posting.pay.thousands)
    times = (
        rf"(?:[kK](?![^\W_])|[kKT](?={_K_CURRENCY})|(?i:{thousand})(?![^\W_]))|(?P<myriad>[万萬])"
        r"|(?P<lakh>L(?=PA(?![^\W_]))|(?:[Ll]akhs?|[Ll]acs?)(?![^\W_])|(?(lead)L(?![^\W_])|(?!)))"
    )
    money = any_of(lambda language: language.posting.pay.money)
    nations = "|".join(map(re.escape, sorted(_nations(), key=len, reverse=True)))
    named = rf"(?P<name>{codes}|(?<![^\W_])(?i:{nations})(?![^\W_]))"
    return _Patterns(
        amount=re.compile(
            rf"(?P<lead>(?:(?P<named>{codes}){_SPACE}?(?=[$¥￥R]))?"
            rf"(?:(?<![^\W_])(?P<times_before>[kKT])(?P<before_k>{_K_CURRENCY})|(?P<before>{currency})){_SPACE}?)?"
            rf"(?(lead)|(?<![^\W{CJK}])(?<![.,]))(?P<number>(?:{_LAKHS}|{_THOUSANDS}|\d{{1,9}}){_TAIL})"
            rf"(?:{_SPACE}?(?P<times>{times}))?(?P<plus>\+)?(?![\d%])"
            rf"(?(lead)(?:{_SPACE}?(?P<code>{codes})(?!{_SPACE}?\d))?|(?:{_SPACE}?(?P<after>{currency}))?)"
            r"(?P<more>\+|以上|起|[～〜](?!\s?[\d¥￥€$£]))?"
        ),
        money=re.compile(currency),
        named_behind=re.compile(
            rf"{_SPACE}?[(\[]?(?:{money}{_SPACE})?{named}(?!{_SPACE}?[$¥￥]?{_SPACE}?\d)"
            rf"(?:{_SPACE}{money}(?![^\W_]))?[)\]]?"
        ),
        named_before=re.compile(rf"[(\[]?{named}[)\]]?:?{_SPACE}{{0,2}}$"),
        pesos=re.compile(rf"{_SPACE}pesos(?![^\W_])", re.IGNORECASE),
    )


def _is_word(name: str) -> bool:
    return name[0].isascii() and name[0].isalpha() and name[-1] != "$"
