"""Amounts of money as they are written: `€1.234,56`, `$120K`, `60 T€`, `30 mil euros`, `CHF 90'000.-`, `₹12,00,000`."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import NamedTuple

from service.postings.reading.text.phrases import listed

# A line with more numbers is a table or a telephone list.
AMOUNTS_MAX = 8
# No salary has more digits than this, in any currency.
AMOUNT_MAX = Decimal(10**12)

_CODES = """
    USD EUR GBP CHF CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN INR JPY CNY HKD SGD KRW BRL MXN ARS CLP COP ZAR ILS
    TRY AED SAR UAH RUB THB IDR MYR PHP VND ISK KWD BHD OMR JOD QAR TND MAD EGP TWD PEN UYU PYG CRC DOP GTQ NGN KES GHS
    PKR BDT LKR KZT GEL RSD XOF XAF LYD IQD DZD UGX RWF"""
CODES = tuple(_CODES.split())
_OTHER_NAMES = """
    EUR € Euro Euros euro euros; GBP £ pounds; JPY ¥ ￥ 円; INR ₹ Rs Rs. rupees; RUB ₽; PLN zł zl; CZK Kč; TRY ₺; KRW ₩;
    USD $ US$ USD$ dollars; CAD C$ CA$ CAD$; AUD A$ AU$ AUD$; NZD NZ$; SGD S$; HKD HK$; BRL R$ reais;
    CHF Franken Fr. francs SFr.; MXN MX$ MXN$; HUF Ft; RON lei; ILS ₪; VND ₫; UAH ₴; PHP ₱; THB ฿;
    CNY 元 RMB; MYR RM; ZAR rand"""
CURRENCIES = {
    **{code: code for code in CODES},
    **{name: names.split()[0] for names in listed(_OTHER_NAMES) for name in names.split()[1:]},
}
# Signs and names that several countries share, and whose money they may be: the first's, where nothing else is said.
_SHARED = """
    $ USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU; dollars USD CAD AUD NZD SGD HKD; ¥ JPY CNY; ￥ JPY CNY;
    Rs INR PKR LKR; Rs. INR PKR LKR"""
SHARED = {written.split()[0]: tuple(written.split()[1:]) for written in listed(_SHARED)}
# What says beside a shared sign whose money it is, apart from the code: "$90,000 Canadian", "$25,000 pesos mexicanos".
_NATIONS = """
    CAD CDN Canadian canadiens canadienses; AUD Australian australiens australianos; MXN Mexican mexicanos;
    ARS argentinos; CLP chilenos; COP colombianos; UYU uruguayos"""
NATIONS = {name: named.split()[0] for named in listed(_NATIONS) for name in named.split()[1:]}
# ISO 4217, minor units, where they are not two digits.
MINOR_DIGITS = {
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK", "PYG", "XOF", "XAF", "UGX", "RWF"), 0),
    **dict.fromkeys(("KWD", "BHD", "OMR", "JOD", "TND", "LYD", "IQD"), 3),
}

_LONGEST_FIRST = sorted(CURRENCIES, key=len, reverse=True)
_WORDS = [re.escape(name) for name in _LONGEST_FIRST if name[0].isascii() and name[-1] != "$" and name[0].isalpha()]
_SIGNS = [
    re.escape(name) for name in _LONGEST_FIRST if not (name[0].isascii() and name[0].isalpha()) or name[-1] == "$"
]
# A name of letters ends where they do: `EUR60,000` is one, `EURO-Palette` is none.
_CURRENCY = rf"(?:{'|'.join(_SIGNS)}|(?<![^\W_])(?:{'|'.join(_WORDS)})(?![^\W\d_]))"
_CODE = rf"(?:(?<![^\W_])(?:{'|'.join(CODES)})(?![^\W_]))"
_SPACE = r"[ \u00a0\u202f\u2009]"
_TAIL = r"(?:[.,](?:\d{1,2}(?!\d)|[-–—]{1,2}))?"
_THOUSANDS = r"\d{1,3}(?P<mark>[.,'’ \u00a0\u202f\u2009])\d{3}(?:(?P=mark)\d{3}){0,3}(?!\d)"
_LAKHS = r"\d{1,2}(?:,\d{2}){1,2},\d{3}(?!\d)"
_K_CURRENCY = r"(?:€|[$£]|(?:EUR|CHF)(?![^\W\d_]))"
_TIMES = (
    rf"[kK](?![^\W_])|[kKT](?={_K_CURRENCY})|(?:[Tt]sd|TSD)\.?(?![^\W_])|(?:mil|thousand|tausend)(?![^\W_])"
    r"|(?P<lakh>L(?=PA(?![^\W_]))|(?:[Ll]akhs?|[Ll]acs?)(?![^\W_])|(?(lead)L(?![^\W_])|(?!)))"
)
AMOUNT = re.compile(
    rf"(?P<lead>(?:(?P<named>{_CODE}){_SPACE}?(?=[$¥￥R]))?"
    rf"(?:(?<![^\W_])(?P<times_before>[kKT])(?P<before_k>{_K_CURRENCY})|(?P<before>{_CURRENCY})){_SPACE}?)?"
    rf"(?(lead)|(?<![\w.,]))(?P<number>(?:{_LAKHS}|{_THOUSANDS}|\d{{1,9}}){_TAIL})"
    rf"(?:{_SPACE}?(?P<times>{_TIMES}))?(?P<plus>\+)?(?![\d%])"
    rf"(?(lead)(?:{_SPACE}?(?P<code>{_CODE})(?!{_SPACE}?\d))?|(?:{_SPACE}?(?P<after>{_CURRENCY}))?)(?P<more>\+)?"
)
MONEY = re.compile(_CURRENCY)
MILLIONS = re.compile(
    rf"[mb](?![^\W_])|{_SPACE}?(?:[MB](?![^\W_])|[Mm]n(?![^\W_])|bn(?![^\W_])|[Mm]io|[Mm]rd|[Mm]illi|[Bb]illion|M€|Md"
    r"|Cr(?:ores?)?(?![^\W_])|crores?(?![^\W_]))"
)
_NAMED = rf"(?:{_CODE}|(?<![^\W_])(?:{'|'.join(NATIONS)})(?![^\W_]))"
# Right behind an amount, in brackets or not, another amount's code excepted; and right before one.
_NAMED_BEHIND = re.compile(
    rf"{_SPACE}?[(\[]?(?:(?:dollars|dólares|pesos){_SPACE})?(?P<name>{_NAMED})(?!{_SPACE}?[$¥￥]?{_SPACE}?\d)"
    rf"(?:{_SPACE}(?:dollars|dólares|pesos)(?![^\W_]))?[)\]]?"
)
# Pesos of a country that is not named are no dollars.
PESOS = re.compile(rf"{_SPACE}pesos(?![^\W_])", re.IGNORECASE)
_NAMED_BEFORE = re.compile(rf"[(\[]?(?P<name>{_NAMED})[)\]]?:?{_SPACE}{{0,2}}$")
# The longest of these with its brackets.
_NAMED_MAX_CHARS = 40


class Amount(NamedTuple):
    """`line[start:end]` states so many of the currency's major unit."""

    value: Decimal
    times: int  # 1000 where it was written with a k
    currency: str | None
    may_be: tuple[str, ...]  # whose money the sign may be, where it is shared and nothing with the amount says so
    is_open_ended: bool  # "120k+"
    start: int
    end: int


def found_in(line: str) -> Iterator[Amount]:
    """The first amounts of a line, with and without a currency; millions are no amount anybody is paid."""
    for match in islice(AMOUNT.finditer(line), AMOUNTS_MAX):
        value = number(match["number"])
        if value is None or MILLIONS.match(line, match.end()) or MILLIONS.match(line, match.end("number")):
            continue
        times = 100_000 if match["lakh"] else 1000 if match["times"] or match["times_before"] else 1
        sign = match["before"] or match["before_k"] or match["after"] or ""
        written = match["code"] or match["named"] or sign
        currency = CURRENCIES.get(written) or ("INR" if match["lakh"] else None)
        may_be = SHARED.get(written, ())
        yield Amount(value * times, times, currency, may_be, bool(match["plus"] or match["more"]), *match.span())


def named_beside(line: str, start: int, end: int, may_be: Sequence[str]) -> tuple[str, int, int] | None:
    """Whose money `line[start:end]` is, as a code or a nation right behind or before it says, and the place of both.
    Only one of those that its sign may be: `$60,000 (€55,000)` and `$80,000 PLN` name no dollar."""
    begin = max(0, start - _NAMED_MAX_CHARS)
    behind = _NAMED_BEHIND.match(line, end)
    before = _NAMED_BEFORE.search(line[begin:start])
    places = ((behind, start, behind.end() if behind else end), (before, begin + before.start() if before else 0, end))
    for match, *place in places:
        if match and (code := NATIONS.get(match["name"], match["name"])) in may_be:
            return code, place[0], place[1]
    return None


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
    return int(amount.scaleb(MINOR_DIGITS.get(currency, 2)).to_integral_value())


def major(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-MINOR_DIGITS.get(currency, 2))


def currency_of(written: str) -> str | None:
    return CURRENCIES.get(written.strip()) or CURRENCIES.get(written.strip().upper())
