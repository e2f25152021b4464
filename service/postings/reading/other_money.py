"""Money in a posting that is not the salary: bonuses beside it, and funds, turnover, budgets, vouchers."""

import re

from service.postings.reading.findings import Span

# How far from an amount the words may stand that say what it is.
WITHIN_CHARS = 80

# Pay beside the salary, where the word belongs to the amount: "€80k OTE" and "bonus of $500", not "€60k plus bonus".
_BESIDE = (
    r"(?:bonus(?:es)?|ote|on[- ]target|incentives?|commissions?|provision(?:en)?|variable[rs]?|signing|sign[- ]on"
    r"|equity|stock|rsus?|options|prämien?|primes?|primas?|bono|comisiones|comisión|retention|referral|relocation|erfolgs)"
)
_BESIDE_BEHIND = re.compile(
    r"[\s(]{0,3}(?:(?:in|de|of|annual|yearly|gross|brut|target|performance|year[- ]end|jährlicher|als)\s){0,3}"
    + _BESIDE,
    re.IGNORECASE,
)
_BESIDE_BEFORE = re.compile(
    _BESIDE + r"[\s:)]{1,3}(?:(?:of|von|de|is|up|to|bis|zu|an|a|about|ca\.?|worth|hasta|over)\s{1,2}){0,4}$",
    re.IGNORECASE,
)
# What else is counted in money. A word of pay in the same clause outweighs it: "salary budget".
_ELSE = """
    raised raising funding funded fund funds series seed revenue revenues turnover valuation arr mrr budget budgets
    stipend allowance reimbursement reimbursed umsatz umsatzes finanzierung finanzierungsrunde zuschuss sachbezug
    gutschein gutscheine budgetverantwortung levée fonds financement chiffre abonnement ticket tickets titres
    remboursement presupuesto facturación financiación ronda inversión users customers clients market markets deals
    portfolio insurance coverage fine discount donation donations grant savings contracts contract invested investment
    investors assets transactions volume sales"""
ELSE = frozenset(_ELSE.split())
_PAY = """
    salary salaries pay pays paid compensation wage wages earn earnings remuneration ctc gehalt gehälter vergütung lohn
    verdienst entlohnung bezahlung mindestgehalt jahresgehalt monatsgehalt stundenlohn einstiegsgehalt salaire salaires
    rémunération rémunérations tjm salario sueldo retribución remuneración rate base"""
PAY = frozenset(_PAY.split())
_BEGINS = re.compile(r"[;,|•\n]|[.!?]\s(?=[^\W\d_a-z])")
_ENDS = re.compile(r"[;,|•\n(){}\[\]]|[.!?]\s|\s[–—-]\s")
_WORD = re.compile(r"[^\W\d_]+")


def is_beside_salary(line: str, span: Span) -> bool:
    before = line[max(0, span[0] - WITHIN_CHARS // 2) : span[0]]
    return bool(_BESIDE_BEHIND.match(line, span[1]) or _BESIDE_BEFORE.search(before))


def is_of_something_else(line: str, span: Span) -> bool:
    """Is the clause around the amounts about funds, turnover, vouchers ... and not about pay?"""
    before = _BEGINS.split(line[max(0, span[0] - WITHIN_CHARS) : span[0]])[-1]
    after = _ENDS.split(line[span[1] : span[1] + WITHIN_CHARS], maxsplit=1)[0]
    words = {word.lower() for word in _WORD.findall(f"{before} {after}")}
    return not words.isdisjoint(ELSE) and words.isdisjoint(PAY)
