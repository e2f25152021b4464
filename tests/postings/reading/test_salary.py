import pytest

from service.postings.model import Salary
from service.postings.reading import salary


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
    "text",
    [
        "We raised $5M last year",
        "a $2.5 billion market",
        "a bonus of $500 per year",
        "401k match up to 4%",
        "founded 1998, 40 people, 2 offices",
        "a budget of €200",
    ],
)
def test_other_money_is_not_a_salary(text: str) -> None:
    assert salary.find(text) is None


def test_without_a_currency_only_the_text_is_known() -> None:
    assert salary.parse("50000 per year") == (Salary(None, None, None, "year", "50000 per year"), (0, 14))
