"""Names that are one company's, and names that are not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.crm.company_names import (
    DESCRIBED,
    KEY_MAX_CHARS,
    REORDERED,
    RESPACED,
    RESPELT,
    SAME_COMPANY,
    CompanyName,
    company_key,
    forms,
    likeness,
)

# Names with one key: one organization.
SAME_KEY = [
    ("Acme Inc.", "ACME"),
    ("Acme, Inc", "Acme Incorporated"),
    ("Acme LLC", "ACME L.L.C."),
    ("Acme Ltd", "Acme Limited"),
    ("Deutsche Telekom AG", "Deutsche Telekom"),
    ("Müller & Söhne GmbH & Co. KG", "muller und sohne"),
    ("Robert Bosch G.m.b.H.", "Robert Bosch GmbH"),
    ("Danone S.A.", "DANONE SA"),
    ("Foo S.à r.l.", "Foo SARL"),
    ("Mistral AI SAS", "Mistral AI"),
    ("Cabify España S.L.", "Cabify Espana"),
    ("Booking.com B.V.", "Booking.com"),
    ("Philips N.V.", "Philips"),
    ("AB InBev SA/NV", "AB InBev"),
    ("Ericsson AB (publ)", "Ericsson"),
    ("Supercell Oy", "Supercell"),
    ("Equinor AS", "Equinor ASA"),
    ("Novo Nordisk A/S", "Novo Nordisk"),
    ("Atlassian Pty Ltd", "Atlassian Pty. Ltd."),
    ("Rolls-Royce Holdings PLC", "Rolls Royce Holdings plc"),
    ("Toyota K.K.", "Toyota Kabushiki Kaisha"),
    ("ソニー株式会社", "株式会社ソニー"),
    ("㈜카카오", "주식회사 카카오"),
    ("华为技术有限公司", "华为技术"),
    ("ООО «Яндекс»", "Яндекс"),
    ("CD Projekt Sp. z o.o.", "CD Projekt"),
    ("Škoda Auto a.s.", "Skoda Auto"),
    ("Foo spol. s r.o.", "Foo, s.r.o."),
    ("Grupo Bimbo S.A.B. de C.V.", "Grupo Bimbo"),
    ("Ferrero S.p.A.", "Ferrero SpA"),
    ("The Walt Disney Company", "Walt Disney"),
    ("Tiffany & Co.", "Tiffany"),
    ("McKinsey and Company", "McKinsey & Company, Inc."),
    ("H&M", "H and M"),
    ("McDonald's", "McDonald’s"),
    ("L'Oréal", "LOREAL"),
    ("Acme™", "Acme"),
    ("Ｓｏｎｙ", "Sony"),
    ("Weiß", "WEISS"),
    ("Ørsted", "Orsted"),
    ("İstanbul Holding A.Ş.", "istanbul holding"),
]

# Names of one company that stay two organizations.
ALIKE = [
    ("Stripe", "Strpie", 1 - 1 / 12),
    ("Microsoft", "Microsft", 1 - 1 / 17),
    ("Raiffeisenbank", "Raiffaisenbank", 1 - 2 / 28),
    ("Deutsche Telekom", "Deutsche Telkom", 1 - 1 / 13),
    ("PayPal", "Pay Pal, Inc.", RESPACED),
    ("JPMorgan", "J.P. Morgan", RESPACED),
    ("E.ON SE", "EON", RESPACED),
    ("BMW", "BMW Group", DESCRIBED),
    ("Google", "Google Ireland Limited", DESCRIBED),
    ("Acme Ltd", "Acme Ltd UK", DESCRIBED),
    ("Amazon", "Amazon.com, Inc.", DESCRIBED),
    ("Robert Bosch GmbH", "Bosch, Robert", REORDERED),
    ("Jürgens & Söhne", "JUERGENS & SOEHNE GmbH", RESPELT),
    ("Jürgens & Soehne", "Juergens & So\u0308hne", RESPELT),
    ("Åge Ørsted", "Aage Oersted A/S", RESPELT),
    ("Müller Verlag", "Verlag Mueller", RESPELT * REORDERED),
    ("Grünenthaler", "Gruenenthalr", RESPELT * (1 - 1 / 25)),
]

DIFFERENT = [
    ("Google", "Goggle Labs"),
    ("Google", "Goggle"),
    ("Google", "Google Labs"),
    ("Meta", "Metabase"),
    ("SAP", "SAS"),
    ("SAS", "SAS Institute"),
    ("Stripe", "Strive"),
    ("Stripe", "Strip"),
    ("Canva", "Canvas"),
    ("Square", "Squared"),
    ("Lime", "Line"),
    ("Deutsche Bank", "Deutsche Bahn"),
    ("Siemens AG", "Siemens Energy AG"),
    ("Bain & Company", "Bain Capital"),
    ("Hewlett Packard", "Hewlett Packard Enterprise"),
    ("Acme Germany", "Acme France"),
    ("American International Group", "American Holdings"),
    ("Studio 54", "Studio 55"),
    ("Salesforce1", "Salesforce2"),
    ("腾讯科技深圳", "腾讯科枝深圳"),
    ("Strpie Labs Germany", "Stripe Labs"),
    ("!!!", "???"),
    ("Blue", "Blu"),
    ("Noel", "Nol"),
    ("Müler", "Mueller"),
    ("Müller", "Möller"),
    ("Grünwalder", "Groenwalder"),
]

names = st.text(max_size=60) | st.lists(
    st.sampled_from(["the", "and", "&", "co", "ab", "株式会社", "x株式会社", "s", "a", "acme", "å", ".", "/", "-"]),
    max_size=8,
).map(" ".join)
letters = st.text("abcdefghij", min_size=1, max_size=12)


@pytest.mark.parametrize(("one", "other"), SAME_KEY)
def test_one_key(one: str, other: str) -> None:
    assert company_key(one) == company_key(other)


@pytest.mark.parametrize(("one", "other", "expected"), ALIKE)
def test_one_company(one: str, other: str, expected: float) -> None:
    assert company_key(one) != company_key(other)
    assert compared(one, other) == pytest.approx(expected)
    assert compared(one, other) >= SAME_COMPANY


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_companies(one: str, other: str) -> None:
    assert compared(one, other) < SAME_COMPANY


def compared(one: str, other: str) -> float:
    left, right = CompanyName.of(one), CompanyName.of(other)
    assert likeness(left, right) == likeness(right, left)
    return likeness(left, right)


@pytest.mark.parametrize("alone", ["AG", "The", "The The", "Limited", "Co.", "&", "!!!", "🚀", "株式会社", "S.A."])
def test_what_stands_alone_stays(alone: str) -> None:
    assert company_key(alone)


def test_a_plain_word_of_names_is_no_form() -> None:
    assert not {("pc",), ("sac",), ("sci",), ("ad",), ("labs",)} & forms().ending


@given(names)
def test_a_key_is_its_own_key_and_fits(name: str) -> None:
    key = company_key(name)
    assert company_key(key) == key
    assert len(key) <= KEY_MAX_CHARS
    assert bool(key) == bool(name)


@given(st.text("🦄&'.a ﷺ㈜", min_size=290, max_size=300))
def test_a_name_that_grows_fits_too(name: str) -> None:
    key = company_key(name)
    assert 0 < len(key) <= KEY_MAX_CHARS
    assert company_key(key) == key


@given(names)
def test_case_and_composition_of_characters_make_no_difference(name: str) -> None:
    assert company_key(name.casefold()) == company_key(name)
    assert company_key(unicodedata.normalize("NFD", name)) == company_key(name)


@given(st.lists(letters, min_size=1, max_size=4), st.sampled_from([" ", "-", ", ", " – ", "_", "  "]))
def test_punctuation_makes_no_difference(words: list[str], between: str) -> None:
    assert company_key(between.join(words) + "!") == company_key(" ".join(words))


@given(names, names)
def test_likeness_is_symmetric_and_one_for_one_key_alone(one: str, other: str) -> None:
    found = compared(one, other)
    assert 0 <= found <= 1
    assert (found == 1) == (company_key(one) == company_key(other))


@given(st.text("abcdefg", min_size=6, max_size=20), st.data())
def test_a_swap_inside_a_long_word_is_a_slip(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 3))
    slipped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert compared(word, slipped) >= SAME_COMPANY


def test_two_slips_are_none() -> None:
    assert compared("Microsoft Corporate", "Mircosoft Corprate") < SAME_COMPANY
