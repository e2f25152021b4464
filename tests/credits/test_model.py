"""The pure rules of coins."""

from typing import Any

import pytest

from service.credits.model import COINS_MAX, check_coins, check_reference, not_enough


@pytest.mark.parametrize("amount", [0, 1, COINS_MAX])
def test_whole_numbers_within_bounds_are_coins(amount: int) -> None:
    assert check_coins(amount) == amount


@pytest.mark.parametrize("amount", [-1, COINS_MAX + 1, 2**63, -(2**63)])
def test_numbers_out_of_bounds_are_not(amount: int) -> None:
    with pytest.raises(ValueError, match=r"outside 0\.\."):
        check_coins(amount)


@pytest.mark.parametrize("amount", [True, False, 0.5, 1.0, "1", None, 1 + 0j])
def test_only_integers_are_coins(amount: Any) -> None:
    with pytest.raises(TypeError, match="whole numbers"):
        check_coins(amount)


def test_the_least_may_be_more_than_nothing() -> None:
    assert check_coins(1, least=1) == 1
    with pytest.raises(ValueError, match=r"outside 1\.\."):
        check_coins(0, least=1)


def test_a_reference_is_one_short_printable_line() -> None:
    assert check_reference("insights:018f") == "insights:018f"
    for bad in ("", "x" * 201, "insights:\x00", "a\nb", "a\u2028b"):
        with pytest.raises(ValueError, match="printable"):
            check_reference(bad)


@pytest.mark.parametrize(("price", "said"), [(1, "costs 1 coin and"), (7, "costs 7 coins and")])
def test_the_refusal_says_price_and_what_is_available(price: int, said: str) -> None:
    refused = not_enough(price=price, available=0)
    assert said in refused.detail
    assert refused.extras == {"price": price, "available": 0}
