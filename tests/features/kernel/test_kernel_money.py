"""Money is whole and keeps to its currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_core.kernel.currencies import EXPONENTS
from commerce_core.kernel.money import Money, exponent, round_half_up, total


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("19.99", "EUR", 1999), ("50", "EUR", 5000), ("-3.5", "EUR", -350), ("500", "JPY", 500), ("1.234", "KWD", 1234)],
)
def test_what_people_write_becomes_minor_units(text: str, currency: str, amount: int) -> None:
    assert Money.parse(text, currency) == Money(amount, currency)


@pytest.mark.parametrize("text", ["", " 1", "1,5", "1e3", "NaN", "--5", "1.2.3", "0.001", "٣"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals"):
        Money.parse(text, "EUR")


def test_every_currency_of_iso_4217_has_two_decimals_except_these() -> None:
    others = {decimals: {code for code, n in EXPONENTS.items() if n == decimals} for decimals in {*EXPONENTS.values()}}
    two = others.pop(2)

    assert others == {
        0: set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()),  # noqa: SIM905
        3: set("BHD IQD JOD KWD LYD OMR TND".split()),  # noqa: SIM905
        4: {"CLF", "UYW"},
    }
    # Tables of how people write amounts leave these cents out; ISO 4217 counts them all the same.
    assert two > set("AFN ALL HUF IRR KPW LAK LBP MGA MMK RSD SOS SYP TWD YER".split())  # noqa: SIM905
    assert len(EXPONENTS) == 164


@pytest.mark.parametrize("code", ["XAU", "XDR", "XTS", "XXX", "HRK", "BGN", "SLL", "ZWL", "ANG", "eur", ""])
def test_metals_tests_and_currencies_of_the_past_are_no_money(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, code)


def test_two_currencies_do_not_mix() -> None:
    with pytest.raises(TypeError, match="do not mix"):
        Money(1, "EUR") + Money(1, "USD")


@given(st.lists(st.integers(-(10**9), 10**9)))
def test_adding_up_is_exact(amounts: list[int]) -> None:
    assert total([Money(a, "EUR") for a in amounts], "EUR").amount == sum(amounts)


@given(st.integers(-(10**10), 10**10), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_is_shown_can_be_read_back(amount: int, currency: str) -> None:
    shown = Money(amount, currency).major()
    assert Money.parse(shown, currency).amount == amount
    assert len(shown.partition(".")[2]) == exponent(currency)


def test_halves_round_away_from_zero() -> None:
    assert [round_half_up(Decimal(x)) for x in ("0.5", "1.5", "2.4", "-0.5")] == [1, 2, 2, -1]
