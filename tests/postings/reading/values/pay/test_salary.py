import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.postings.model import Salary
from service.postings.reading.values.pay import amounts, salary
from tests.thread_time import TENFOLD, assert_takes_at_most


@pytest.mark.parametrize(
    ("text", "least", "most", "currency", "period"),
    [
        ("USD 100000", 10_000_000, 10_000_000, "USD", "year"),
        ("$120k–$150k", 12_000_000, 15_000_000, "USD", "year"),
        ("60 - 80k EUR", 6_000_000, 8_000_000, "EUR", "year"),
        ("€60.000 - 80.000 per year", 6_000_000, 8_000_000, "EUR", "year"),
        ("65.000 bis 80.000 Euro pro Jahr", 6_500_000, 8_000_000, "EUR", "year"),
        ("60 000 € brut par an", 6_000_000, 6_000_000, "EUR", "year"),
        ("CHF 120'000", 12_000_000, 12_000_000, "CHF", "year"),
        ("$45.50 per hour", 4_550, 4_550, "USD", "hour"),
        ("45-55 €/h", 4_500, 5_500, "EUR", "hour"),
        ("120 000 – 150 000 Kč monthly", 12_000_000, 15_000_000, "CZK", "month"),
        ("¥6,000,000 per year", 6_000_000, 6_000_000, "JPY", "year"),
        ("KWD 1,500 per month", 1_500_000, 1_500_000, "KWD", "month"),
        ("A$90,000 annually", 9_000_000, 9_000_000, "AUD", "year"),
    ],
)
def test_amounts_come_out_in_minor_units(text: str, least: int, most: int, currency: str, period: str) -> None:
    for read in (salary.parse, salary.find):
        found = read(f"We pay {text}.")
        assert found is not None
        read_salary, (start, end) = found
        assert (read_salary.min, read_salary.max, read_salary.currency, read_salary.period) == (
            least,
            most,
            currency,
            period,
        )
        assert f"We pay {text}."[start:end] == read_salary.text


@pytest.mark.parametrize(
    ("text", "least", "most", "currency", "period"),
    [
        ("We pay $120k–$150k", 12_000_000, 15_000_000, "USD", "year"),
        ("65.000 bis 80.000 Euro pro Jahr", 6_500_000, 8_000_000, "EUR", "year"),
        ("24.000€-27.000€ b/a", 2_400_000, 2_700_000, "EUR", "year"),
        ("USD$100,000-USD$120,000", 10_000_000, 12_000_000, "USD", "year"),
        ("Fixe 40k€ + variable 10k€", 4_000_000, 4_000_000, "EUR", "year"),
        ("45-55 K€ brut annuel selon profil", 4_500_000, 5_500_000, "EUR", "year"),
        ("entre 35 et 40 K€ brut/an", 3_500_000, 4_000_000, "EUR", "year"),
        ("De 34 000 € à 40 000 € brut par an", 3_400_000, 4_000_000, "EUR", "year"),
        ("De 34\u202f000 à 40\u202f000 € brut annuel", 3_400_000, 4_000_000, "EUR", "year"),
        ("TJM : 450 €", 45_000, 45_000, "EUR", "day"),
        ("2 300 € brut mensuel", 230_000, 230_000, "EUR", "month"),
        ("2 100,50 € brut par mois sur 13 mois", 210_050, 210_050, "EUR", "month"),
        ("Jahresgehalt: 60 T€", 6_000_000, 6_000_000, "EUR", "year"),
        ("60-80 T€ p.a.", 6_000_000, 8_000_000, "EUR", "year"),
        ("TEUR 60 - 75 im Jahr", 6_000_000, 7_500_000, "EUR", "year"),
        ("ab 45.000,- Euro brutto/Jahr", 4_500_000, None, "EUR", "year"),
        ("ab EUR 3.200,-- brutto pro Monat (14x jährlich)", 320_000, None, "EUR", "month"),
        ("€ 2.500,- brutto/Monat, Überzahlung möglich", 250_000, 250_000, "EUR", "month"),
        ("14,50 €/Std.", 1_450, 1_450, "EUR", "hour"),
        ("EUR 14,50 pro Stunde", 1_450, 1_450, "EUR", "hour"),
        ("3.500 € brutto im Monat", 350_000, 350_000, "EUR", "month"),
        ("60.000 € p. a.", 6_000_000, 6_000_000, "EUR", "year"),
        ("Bruttojahresgehalt zwischen 52.000 € und 61.500 €", 5_200_000, 6_150_000, "EUR", "year"),
        ("bis zu 70.000 € im Jahr", None, 7_000_000, "EUR", "year"),
        ("CHF 90'000.- bis 110'000.- pro Jahr", 9_000_000, 11_000_000, "CHF", "year"),
        ("CHF 90’000 – 110’000 (100%)", 9_000_000, 11_000_000, "CHF", "year"),
        ("Fr. 32.50 pro Stunde", 3_250, 3_250, "CHF", "hour"),
        ("30.000€ - 36.000€ brutos/año", 3_000_000, 3_600_000, "EUR", "year"),
        ("Entre 30 mil y 36 mil euros brutos anuales", 3_000_000, 3_600_000, "EUR", "year"),
        ("1.800 € brutos al mes", 180_000, 180_000, "EUR", "month"),
        ("hasta 45K € brutos", None, 4_500_000, "EUR", "year"),
        ("desde 28.000 € al año", 2_800_000, None, "EUR", "year"),
        ("$25,000 MXN mensuales", 2_500_000, 2_500_000, "MXN", "month"),
        ("jusqu'à 55k€ par an", None, 5_500_000, "EUR", "year"),
        ("jusqu’à 55 000 € annuels", None, 5_500_000, "EUR", "year"),
        ("à partir de 38 000 € par an", 3_800_000, None, "EUR", "year"),
        ("$50,000.00/yr - $60,000.00/yr", 5_000_000, 6_000_000, "USD", "year"),
        ("$45.50 per hour", 4_550, 4_550, "USD", "hour"),
        ("£450-£500 per day", 45_000, 50_000, "GBP", "day"),
        ("up to £80,000 per annum", None, 8_000_000, "GBP", "year"),
        ("from US$ 100,000 to US$ 130,000 a year", 10_000_000, 13_000_000, "USD", "year"),
        ("$120K+ base salary", 12_000_000, None, "USD", "year"),
        ("£50,000 base, £80,000 OTE", 5_000_000, 5_000_000, "GBP", "year"),
        ("OTE: £80k (base £50k)", 5_000_000, 5_000_000, "GBP", "year"),
        ("EUR60,000 per year", 6_000_000, 6_000_000, "EUR", "year"),
        ("60.000,00 EUR - 75.000,00 EUR pro Jahr", 6_000_000, 7_500_000, "EUR", "year"),
        ("60-80.000 € brutto", 6_000_000, 8_000_000, "EUR", "year"),
        ("₹12,00,000 - ₹18,00,000 per annum", 120_000_000, 180_000_000, "INR", "year"),
        ("12-18 LPA", 120_000_000, 180_000_000, "INR", "year"),
        ("¥6,000,000 per year", 6_000_000, 6_000_000, "JPY", "year"),
        ("KWD 1,500 per month", 1_500_000, 1_500_000, "KWD", "month"),
        ("1.500.000 CLP al mes", 1_500_000, 1_500_000, "CLP", "month"),
        ("120 000 – 150 000 Kč monthly", 12_000_000, 15_000_000, "CZK", "month"),
        ("A$90,000 annually", 9_000_000, 9_000_000, "AUD", "year"),
        ("$130k CAD per year", 13_000_000, 13_000_000, "CAD", "year"),
        # A dollar is whose it is said to be: at either end, before the sign, behind the range or the period.
        ("$40,000 - $55,000 CAD per year", 4_000_000, 5_500_000, "CAD", "year"),
        ("$100,000 CAD - $120,000", 10_000_000, 12_000_000, "CAD", "year"),
        ("CAD $40,000 - $55,000", 4_000_000, 5_500_000, "CAD", "year"),
        ("CAD: $40,000 - $55,000", 4_000_000, 5_500_000, "CAD", "year"),
        ("$90k-110k AUD", 9_000_000, 11_000_000, "AUD", "year"),
        ("$100,000 - $120,000 (NZD)", 10_000_000, 12_000_000, "NZD", "year"),
        ("$90,000/yr - $100,000/yr CAD", 9_000_000, 10_000_000, "CAD", "year"),
        ("55 000 $ à 60 000 $ canadiens par an", 5_500_000, 6_000_000, "CAD", "year"),
        ("$40,000 a $55,000 MXN mensuales", 4_000_000, 5_500_000, "MXN", "month"),
        ("¥300,000 CNY per year", 30_000_000, 30_000_000, "CNY", "year"),
        ("$60,000 - $70,000 (EUR 55,000 - 65,000)", 6_000_000, 7_000_000, "USD", "year"),
        ("12 LPA - 18 LPA", 120_000_000, 180_000_000, "INR", "year"),
        ("₹12L – ₹18L per annum", 120_000_000, 180_000_000, "INR", "year"),
        ("¥6,000,000〜¥9,000,000 per year", 6_000_000, 9_000_000, "JPY", "year"),
        ("€60k～€80k", 6_000_000, 8_000_000, "EUR", "year"),
        ("18000/21000€ brutos al año", 1_800_000, 2_100_000, "EUR", "year"),
        ("monatliches Mindestgehalt EUR 3.400,- brutto (14x pro Jahr)", 340_000, 340_000, "EUR", "month"),
        ("Mindestgehalt EUR 3.400,- brutto 14x jährlich", 340_000, 340_000, "EUR", "month"),
        ("salario 1.800 € en 14 pagas", 180_000, 180_000, "EUR", "month"),
        ("salario 30.000 € brutos anuales en 14 pagas", 3_000_000, 3_000_000, "EUR", "year"),
        ("月薪 NT$50,000 - 70,000元", 5_000_000, 7_000_000, "TWD", "month"),
        ("年収600万円〜900万円", 6_000_000, 9_000_000, "JPY", "year"),
        ("月給 300,000円～", 300_000, None, "JPY", "month"),
        ("月薪1.5万-2.5万元", 1_500_000, 2_500_000, "CNY", "month"),
        ("15 000 – 20 000 PLN netto + VAT / miesiąc (B2B)", 1_500_000, 2_000_000, "PLN", "month"),
        ("wynagrodzenie 15-20 tys. zł brutto miesięcznie", 1_500_000, 2_000_000, "PLN", "month"),
        ("stawka 120-150 zł/h", 12_000, 15_000, "PLN", "hour"),
        ("R$ 8.000,00 a R$ 11.000,00 por mês", 800_000, 1_100_000, "BRL", "month"),
        ("RAL 35.000 - 45.000 €", 3_500_000, 4_500_000, "EUR", "year"),
        ("€ 3.500 - € 4.800 bruto per maand", 350_000, 480_000, "EUR", "month"),
        ("lön 45 000 - 55 000 kr/mån", 4_500_000, 5_500_000, "SEK", "month"),
        ("$60,000, 3 days a week on site", 6_000_000, 6_000_000, "USD", "year"),
        ("40 hours per week, €60,000 - €70,000", 6_000_000, 7_000_000, "EUR", "year"),
        ("Annual salary of up to $95,000 plus bonus", None, 9_500_000, "USD", "year"),
        (
            "The base salary range for this role is $141,000-$210,000 + bonus + equity + benefits",
            14_100_000,
            21_000_000,
            "USD",
            "year",
        ),
    ],
)
def test_pay_as_postings_write_it(text: str, least: int | None, most: int | None, currency: str, period: str) -> None:
    for read in (salary.parse, salary.find):
        found = read(text)
        assert found is not None
        stated, (start, end) = found
        assert (stated.min, stated.max, stated.currency, stated.period) == (least, most, currency, period)
        assert stated.text == text[start:end]


@pytest.mark.parametrize(
    "text",
    [
        "We raised $5M last year",
        "a $2.5 billion market",
        "a bonus of $500 per year",
        "401k match up to 4%",
        "401(k) with $6,000 company match per year",
        "founded 1998, 40 people, 2 offices",
        "a budget of €200",
        "a team budget of €200,000 - €300,000",
        "our €30,000 - €50,000 annual learning budget",
        "50 € Sachbezug pro Monat",
        "tickets restaurant 9 € par jour",
        "€50 per month for your gym",
        "from $10 to $50 million ARR",
        "We have 5,000 users in 40 countries",
        "seed round of €1,200,000 - €1,500,000 per year",
        "£80,000 OTE",
        "bonus up to €15,000 per year",
        "Umsatz von 120.000 € pro Jahr",
        "levée de fonds de 500 000 € par an",
        "$3 mil last year",
        "Series B, €25M",
        "1.000 € Prämie pro Jahr für Empfehlungen",
        "facturación de 300.000 € al año",
        "We process $40,000 - $60,000 transactions a day",
        "signing bonus $10,000 - $20,000",
        "Homes from $300,000 - $900,000. We sell them.",
        "Clients pay €60,000 per year.",
        "Our customers then gladly pay $100,000 - $200,000 a year for it.",
        "Unsere Kunden zahlen 60.000 € im Jahr.",
        "Nos clients paient 60 000 € par an.",
        "Nuestros clientes pagan 60.000 € al año.",
        "The tool saves each of them €60,000 per year",
        "Wohnungen für 300.000 € bis 900.000 €",
        "We manage $200,000 - $900,000 portfolios",
        "You will own a P&L of $300,000 - $900,000.",
        "₹1.5 Cr per year",
        "$25,000 pesos mensuales",
    ],
)
def test_other_money_is_not_a_salary(text: str) -> None:
    assert salary.find(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "€60,000 - €75,000",
        "Data Engineer – €60,000 - €75,000",
        "€60,000 - €75,000 | Remote",
        "We offer €60,000 - €75,000 plus equity.",
        "Wir bieten dir 60.000 € bis 75.000 €.",
        "Nous proposons entre 60 000 € et 75 000 €",
        "Ofrecemos de 60.000 € a 75.000 €",
        "Zone B: €60,000 - €75,000",
        "The range for those who live in one of the places named above, experience aside, is €60,000 - €75,000.",
    ],
)
def test_pay_may_stand_alone_or_near_a_word_of_pay(text: str) -> None:
    found = salary.find(text)
    assert found is not None
    assert (found[0].min, found[0].max, found[0].period) == (6_000_000, 7_500_000, "year")


@pytest.mark.parametrize("text", ["13 Monatsgehälter", "401(k)", "competitive", "2024", "£80,000 OTE", "$5M"])
def test_a_line_about_pay_may_state_none(text: str) -> None:
    assert salary.parse(text) is None


def test_a_currency_named_beside_the_amounts_is_theirs() -> None:
    found = salary.parse("Gehalt (EUR): 50.000 - 60.000")
    assert found is not None
    assert (found[0].min, found[0].max, found[0].currency) == (5_000_000, 6_000_000, "EUR")


# How five countries write thousands and decimals, and where each currency's sign stands.
MARKS = {"en": (",", "."), "de": (".", ","), "fr": ("\u202f", ","), "fr, typed": (" ", ","), "ch": ("'", ".")}
PERIODS = {"hour": "pro Stunde", "day": "par jour", "month": "al mes", "year": "p.a."}
LEADS = {"": (True, True), "up to ": (False, True), "bis zu ": (False, True), "à partir de ": (True, False)}


@given(
    amount=st.integers(1_000, 999_999),
    cents=st.integers(0, 99),
    step=st.integers(1, 9),
    locale=st.sampled_from(sorted(MARKS)),
    currency=st.sampled_from(["EUR", "USD", "GBP", "CHF", "JPY", "KWD", "€", "£", "US$"]),
    is_behind=st.booleans(),
    period=st.sampled_from(sorted(PERIODS)),
    lead=st.sampled_from(sorted(LEADS)),
    style=st.sampled_from(["one", "range", "k"]),
)
def test_what_is_written_is_read(
    *,
    amount: int,
    cents: int,
    step: int,
    locale: str,
    currency: str,
    is_behind: bool,
    period: str,
    lead: str,
    style: str,
) -> None:
    thousands, decimals = MARKS[locale]
    code = amounts.currency_of(currency) or ""
    if code in ("JPY", "KWD"):
        cents = 0

    def written(value: int) -> str:
        if style == "k":
            number = f"{value // 1000}k"
        else:
            number = f"{value:,}".replace(",", thousands) + (f"{decimals}{cents:02}" if cents else "")
        return f"{number} {currency}" if is_behind else f"{currency} {number}"

    top = amount * step + 1000
    ends = f"{written(amount)} - {written(top)}" if style == "range" else lead + written(amount)
    found = salary.parse(f"{ends} {PERIODS[period]}")
    assert found is not None
    unit = {"JPY": 1, "KWD": 1000}.get(code, 100)
    low = (amount // 1000 * 1000 if style == "k" else amount) * unit + (0 if style == "k" else cents)
    has_least, has_most = (True, True) if style == "range" else LEADS[lead]
    high = top * unit + cents if style == "range" else low
    expected = (low if has_least else None, high if has_most else None, code, period)
    assert (found[0].min, found[0].max, found[0].currency, found[0].period) == expected


@pytest.mark.parametrize(
    "unit", ["1", "1 ", "$1", "€1,", "1.000 ", "1-", "per ", "bonus of ", "EUR", "k€", "60 T", "'1"]
)
def test_a_hostile_line_costs_next_to_nothing(unit: str) -> None:
    tenth, whole = (unit * (chars // len(unit)) for chars in (10_000, 100_000))
    assert_takes_at_most(
        TENFOLD,
        lambda: (salary.find(whole), salary.parse(whole)),
        compared_with=lambda: (salary.find(tenth), salary.parse(tenth)),
    )


def test_without_a_currency_only_the_text_is_known() -> None:
    assert salary.parse("50000 per year") == (Salary(None, None, None, "year", "50000 per year"), (0, 14))
