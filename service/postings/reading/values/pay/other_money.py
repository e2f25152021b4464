"""Money in a posting that is not the salary: bonuses beside it, and funds, turnover, budgets, vouchers."""

import re

from service.postings.reading.findings import Span

# How far from an amount the words may stand that say what it is.
WITHIN_CHARS = 80

# "The salary range for this position, in all of the places that ... , is": what the law wants said makes it long.
PAY_WITHIN_CHARS = 250

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
    investors assets transactions volume sales homes houses apartments properties price prices priced cost costs value
    loan loans save saves saved worth häuser wohnungen immobilien preis preise kosten kunden maisons appartements prix
    coût coûts coûte logements clientes casas pisos viviendas precio precios coste costes tuition
    rent fee fees invoice invoices scholarship scholarships prize prizes miete studiengebühren loyer alquiler"""
ELSE = frozenset(_ELSE.split())
_PAY = """
    salary salaries pay pays paid compensation wage wages earn earnings remuneration ctc gehalt gehälter vergütung lohn
    verdienst entlohnung bezahlung mindestgehalt jahresgehalt monatsgehalt stundenlohn einstiegsgehalt salaire salaires
    rémunération rémunérations tjm salario sueldo retribución remuneración rate base"""
PAY = frozenset(_PAY.split())
# What else shows that a line is about pay; of those, two stand in talk of other money, too: "customer base".
_MORE_PAY = """
    zahlen zahlt bezahlen verdienen verdienst payons versons percevrez pagamos cobrarás ganarás earning range ranges
    band spanne gehaltsspanne fourchette banda rango fixe fixum fixgehalt fijo lpa tarif package"""
_SHOWS_PAY = (PAY - {"base", "rate"}) | frozenset(_MORE_PAY.split())
_PAY_COMPOUND = re.compile(r"gehalt|gehälter|lohn|vergütung|entgelt|salari", re.IGNORECASE)
# Others than employers pay, too: "clients pay €60,000 a year".
_OTHERS_PAY = re.compile(
    r"(?:clients?|customers?|users?|subscribers?|members?|tenants?|buyers?|patients?|students?|homeowners?|kunden"
    r"|nutzer|mieter|abonnenten|mitglieder|utilisateurs|abonnés|locataires|membres|clientes|usuarios|inquilinos|socios)"
    r"\s(?:[^\W\d_]{1,12}\s){0,2}(?:pay|pays|paid|paying|spend|zahlen|bezahlen|zahlten|paient|payent|paieront|pagan"
    r"|pagaron|gastan)(?![^\W_])",
    re.IGNORECASE,
)
# What may stand before an amount that is nearly all there is of its clause ("We offer $100,000 - $120,000"), and begin
# what stands behind it.
_LITTLE_BEFORE = """
    we offer offers offering offered wir bieten nous offrons proposons propose ofrecemos se ofrece up to from ab von
    bis zu zwischen between entre de desde hasta bei mit ca circa about around approx approximately rund etwa environ
    unos yearly annual annually monthly weekly daily hourly per jährlich monatlich annuel mensuel anual mensual base
    a an you dir euch"""
LITTLE_BEFORE = frozenset(_LITTLE_BEFORE.split())
_LITTLE_BEHIND = """
    plus and und et y or oder ou o depending based doe ote for für pour para in en im je nach selon según abhängig
    with mit avec con base basis gross brutto brut bruts bruto brutos b net netto netos p a pa per pro par por on as at
    equity bonus super dependiendo total full all"""
LITTLE_BEHIND = frozenset(_LITTLE_BEHIND.split())
# Beside a label that nobody knows ("Zone B: $150,000 - $180,000") stands so little else in the line.
LABEL_MAX_CHARS = 30
# "Data Engineer - €70k", "OTE £80k (base £50k)".
_INSERTED = re.compile(r"[()\[\]{}·]|\s[–—-]\s")
_LABEL = re.compile(r":\s{0,2}$")
_BEGINS = re.compile(r"[;,|•\n]|[.!?]\s(?=[^\W\d_a-z])")
_ENDS = re.compile(r"[;,|•\n(){}\[\]]|[.!?]\s|\s[–—-]\s")
_WORD = re.compile(r"[^\W\d_]+")


def is_beside_salary(line: str, span: Span) -> bool:
    before = line[max(0, span[0] - WITHIN_CHARS // 2) : span[0]]
    return bool(_BESIDE_BEHIND.match(line, span[1]) or _BESIDE_BEFORE.search(before))


def is_pay(line: str, span: Span, *, has_period: bool) -> bool:
    """Of an amount in a line that may be about anything: nothing says that it is other money, and a period behind it,
    a word of pay near it or the line's being little more says that it is pay."""
    before = line[max(0, span[0] - WITHIN_CHARS) : span[0]]
    clause = _BEGINS.split(before)[-1]
    after = _ENDS.split(line[span[1] : span[1] + WITHIN_CHARS], maxsplit=1)[0]
    words = _words(f"{clause} {after}")
    if _OTHERS_PAY.search(clause) or (not words.isdisjoint(ELSE) and words.isdisjoint(PAY)):
        return False
    near = line[max(0, span[0] - PAY_WITHIN_CHARS) : span[0]]
    return has_period or _shows_pay(f"{near} {after}") or _is_little_else(line, span, clause, after)


def _shows_pay(near: str) -> bool:
    return not _words(near).isdisjoint(_SHOWS_PAY) or _PAY_COMPOUND.search(near) is not None


def _is_little_else(line: str, span: Span, clause: str, after: str) -> bool:
    behind = _WORD.findall(after)
    if behind and behind[0].lower() not in LITTLE_BEHIND:
        return False
    label = _LABEL.search(clause)
    if label and len(line) - (span[1] - span[0]) <= LABEL_MAX_CHARS:
        return True
    return _words(_INSERTED.split(clause)[-1]) <= LITTLE_BEFORE


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}
