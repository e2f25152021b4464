"""Money in a posting that is not the salary: bonuses beside it, and funds, turnover, budgets, vouchers."""

import re
from dataclasses import dataclass
from functools import cache

from service.postings.reading.findings import Span
from service.postings.reading.text.phrases import any_of, words_in

# How far from an amount the words may stand that say what it is.
WITHIN_CHARS = 80

# "The salary range for this position, in all of the places that ... , is": what the law wants said makes it long.
PAY_WITHIN_CHARS = 250

# Beside a label that nobody knows ("Zone B: $150,000 - $180,000") stands so little else in the line.
LABEL_MAX_CHARS = 30
# "Data Engineer - €70k", "OTE £80k (base £50k)".
_INSERTED = re.compile(r"[()\[\]{}·]|\s[–—-]\s")
_LABEL = re.compile(r":\s{0,2}$")
_BEGINS = re.compile(r"[;,|•\n]|[.!?]\s(?=[^\W\d_a-z])")
_ENDS = re.compile(r"[;,|•\n(){}\[\]]|[.!?]\s|\s[–—-]\s")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class _Words:
    # Pay beside the salary, where the word belongs to the amount: "€80k OTE", "bonus of $500"; not "€60k plus bonus".
    beside_behind: re.Pattern[str]
    beside_before: re.Pattern[str]
    # Others than employers pay, too: "clients pay €60,000 a year".
    others_pay: re.Pattern[str]
    # What else is counted in money. A word of pay in the same clause outweighs it: "salary budget".
    other: frozenset[str]
    pay: frozenset[str]
    # What else shows that a line is about pay; "base" and "rate" stand in talk of other money, too: "customer base".
    shows_pay: frozenset[str]
    compounds: re.Pattern[str]
    # What may stand before an amount that is nearly all there is of its clause ("We offer $100,000 - $120,000"), and
    # begin what stands behind it.
    little_before: frozenset[str]
    little_behind: frozenset[str]


@cache
def _words() -> _Words:
    beside, before, behind = _any_of("beside"), _any_of("before_beside"), _any_of("behind_beside")
    pay = words_in(lambda language: language.posting.pay.words)
    payers = rf"{_any_of('payers')}\s(?:[^\W\d_]{{1,12}}\s){{0,2}}{_any_of('payers_pay')}(?![^\W_])"
    return _Words(
        beside_behind=re.compile(rf"[\s(]{{0,3}}(?:{before}\s){{0,3}}{beside}", re.IGNORECASE),
        beside_before=re.compile(rf"{beside}[\s:)]{{1,3}}(?:{behind}\s{{1,2}}){{0,4}}$", re.IGNORECASE),
        others_pay=re.compile(payers, re.IGNORECASE),
        other=words_in(lambda language: language.posting.pay.other_money),
        pay=pay,
        shows_pay=(pay - {"base", "rate"}) | words_in(lambda language: language.posting.pay.more),
        compounds=re.compile(_any_of("compounds"), re.IGNORECASE),
        little_before=words_in(lambda language: language.posting.pay.little_before),
        little_behind=words_in(lambda language: language.posting.pay.little_behind),
    )


def _any_of(table: str) -> str:
    return any_of(lambda language: getattr(language.posting.pay, table))


def is_beside_salary(line: str, span: Span) -> bool:
    before = line[max(0, span[0] - WITHIN_CHARS // 2) : span[0]]
    return bool(_words().beside_behind.match(line, span[1]) or _words().beside_before.search(before))


def is_pay(line: str, span: Span, *, has_period: bool) -> bool:
    """Of an amount in a line that may be about anything: nothing says that it is other money, and a period behind it,
    a word of pay near it or the line's being little more says that it is pay."""
    before = line[max(0, span[0] - WITHIN_CHARS) : span[0]]
    clause = _BEGINS.split(before)[-1]
    after = _ENDS.split(line[span[1] : span[1] + WITHIN_CHARS], maxsplit=1)[0]
    words = _words_of(f"{clause} {after}")
    if _words().others_pay.search(clause) or (not words.isdisjoint(_words().other) and words.isdisjoint(_words().pay)):
        return False
    near = line[max(0, span[0] - PAY_WITHIN_CHARS) : span[0]]
    return has_period or _shows_pay(f"{near} {after}") or _is_little_else(line, span, clause, after)


def _shows_pay(near: str) -> bool:
    return not _words_of(near).isdisjoint(_words().shows_pay) or _words().compounds.search(near) is not None


def _is_little_else(line: str, span: Span, clause: str, after: str) -> bool:
    behind = _WORD.findall(after)
    if behind and behind[0].lower() not in _words().little_behind:
        return False
    label = _LABEL.search(clause)
    if label and len(line) - (span[1] - span[0]) <= LABEL_MAX_CHARS:
        return True
    return _words_of(_INSERTED.split(clause)[-1]) <= _words().little_before


def _words_of(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}
