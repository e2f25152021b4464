"""How often pay comes: `per year`, `p. a.`, `/Std.`, `brut mensuel`, `al mes`, Jahresgehalt."""

import re

from service.postings.model import Period
from service.postings.reading.values.pay.amounts import currency_of

# How far from an amount its period may stand.
WITHIN_CHARS = 80
# Nobody writes a unit longer than this.
UNIT_MAX_CHARS = 100

_PERIODS: dict[Period, str] = {
    "hour": "hour hours hourly hr hrs h stunde stunden std stündlich heure heures horaire hora horas",
    "day": "day daily diem tag tage täglich jour jours journalier journalière tjm día días diario diaria",
    "week": "week weekly wk woche wöchentlich semaine hebdomadaire semana semanal",
    "month": """month monthly mo mth monat monatlich monate mtl monatl mois mensuel mensuels mensuelle mes mensual
        mensuales meses""",
    "year": """year yearly annual annually annum yr jahr jährlich jährl an ans annuel annuels annuelle année año años
        anual anuales ctc pa""",
}
PERIODS: dict[str, Period] = {word: period for period, words in _PERIODS.items() for word in words.split()}
# Jahresgehalt, Bruttojahresgehalt, Monatslohn, Stundensatz, Tagessatz
_IN_COMPOUNDS: dict[str, Period] = {
    "jahres": "year",
    "monats": "month",
    "stunden": "hour",
    "tages": "day",
    "wochen": "week",
}
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+")
_ABBREVIATED: dict[str, Period] = {"p.a.": "year", "p.m.": "month"}
# What may stand between an amount and its period: "60 000 € brut par an", "€14 gross an hour".
_FILLERS = """
    gross net brutto netto brut brute bruts bruto bruta brutos brutas neto netos total base per pro par por p a an al à
    au la le l el the je im in de der des of each every ca und et plus salary pay rate"""
FILLERS = frozenset(_FILLERS.split())
# Behind an amount: another number, or the next clause. Before it a bracket belongs to the clause: "Gehalt (jährlich):".
_ENDS = re.compile(r"\d|[;,|•\n]|[!?]|\.\s(?=[^\W\d_a-z])")
_BEGINS = re.compile(r"[;,|•\n]|[.!?]\s(?=[^\W\d_a-z])")


def period_of(written: str) -> Period | None:
    """`YEAR`, `per year`, `annual` ... as structured data writes its unit."""
    words = (match[0] for match in _WORD.finditer(written[:UNIT_MAX_CHARS]))
    return next((period for word in words if (period := _named(word))), None)


def behind(line: str, end: int) -> tuple[Period, int] | None:
    """The period written behind an amount, over nothing but words that lead to one, and where it ends."""
    after = line[end : end + WITHIN_CHARS]
    stop = _ENDS.search(after)
    after = after[: stop.start()] if stop else after
    for match in _WORD.finditer(after):
        abbreviated = _ABBREVIATED.get(after[match.start() : match.start() + 5].lower().replace(" ", "")[:4])
        if period := abbreviated or _named(match[0]):
            return period, end + (after.index(".", match.end() + 1) + 1 if abbreviated else match.end())
        if match[0].lower() not in FILLERS and not currency_of(match[0]):
            return None
    return None


def before(line: str, start: int) -> Period | None:
    """The nearest period named before an amount in its clause."""
    clause = _BEGINS.split(line[max(0, start - WITHIN_CHARS) : start])[-1]
    return next((period for word in reversed(_WORD.findall(clause)) if (period := _named(word))), None)


def _named(word: str) -> Period | None:
    lower = word.lower()
    return PERIODS.get(lower) or next((period for part, period in _IN_COMPOUNDS.items() if part in lower), None)
