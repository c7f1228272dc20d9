"""What may go back of each part of an order: in the end nothing is left, and never did too much go."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from commerce_core.payments.errors import RefundQuantityTooLarge, RefundShippingTooLarge
from commerce_core.payments.parts import RefundPart, SoldPart, by_amount, by_lines, everything


def part(position: int, quantity: int, amount: int, tax: int) -> SoldPart:
    item = UUID(int=position) if position else None
    return SoldPart(position, item, "", quantity, 0, amount, 0, tax, 0, "VAT", Decimal(20), reverse_charge=False)


def after(sold: Sequence[SoldPart], given: Sequence[RefundPart], sign: int = 1) -> list[SoldPart]:
    """What is left once these have gone, or have come back (`sign` −1)."""
    back = {one.position: one for one in given}
    return [
        evolve(
            one,
            quantity_gone=one.quantity_gone + sign * back[one.position].quantity,
            amount_gone=one.amount_gone + sign * back[one.position].amount,
            tax_gone=one.tax_gone + sign * back[one.position].tax,
        )
        if one.position in back
        else one
        for one in sold
    ]


def must_be_possible(sold: Sequence[SoldPart]) -> None:
    for one in sold:
        assert 0 <= one.quantity_gone <= one.quantity
        assert 0 <= one.amount_gone <= one.amount
        assert 0 <= one.tax_gone <= one.tax
        assert 0 <= one.amount_gone - one.tax_gone <= one.amount - one.tax


@st.composite
def orders(draw: st.DrawFn) -> list[SoldPart]:
    """Up to five lines and perhaps shipping, at any tax, with or without discounts; some cost nothing."""
    sold = []
    for position in range(draw(st.integers(0, 1)), draw(st.integers(2, 6))):
        amount = draw(st.integers(0, 3000))
        sold.append(part(position, draw(st.integers(1, 7)) if position else 1, amount, draw(st.integers(0, amount))))
    return sorted(sold, key=lambda one: (one.position == 0, one.position))


@given(orders(), st.data())
def test_any_sequence_of_refunds_leaves_nothing_below_zero_and_ends_at_the_total(
    bought: list[SoldPart], data: st.DataObject
) -> None:
    sold, alive = list(bought), []
    for _ in range(data.draw(st.integers(0, 8))):
        kind = data.draw(st.sampled_from(["amount", "lines", "fails"]))
        given_back: tuple[RefundPart, ...] = ()
        if kind == "amount":
            left = sum(one.amount_left for one in sold)
            wanted = data.draw(st.integers(0, left))
            given_back = by_amount(sold, wanted)
            assert sum(one.amount for one in given_back) == wanted
        elif kind == "lines":
            units = {
                one.item_id: (data.draw(st.integers(1, one.quantity_left)), False)
                for one in sold
                if one.item_id and one.quantity_left and data.draw(st.booleans())
            }
            shipping = next((one.amount_left for one in sold if not one.position), 0)
            given_back = by_lines(sold, units, data.draw(st.integers(0, shipping)))
        elif alive:  # The provider gives the money of one of them back to the shop, perhaps weeks later.
            sold = after(sold, alive.pop(data.draw(st.integers(0, len(alive) - 1))), sign=-1)
        sold = after(sold, given_back)
        alive.append(given_back)
        must_be_possible(sold)
    alive.append(everything(sold, restock=False))
    sold = after(sold, alive[-1])
    must_be_possible(sold)
    assert all((one.quantity_left, one.amount_left, one.tax_gone) == (0, 0, one.tax) for one in sold)
    assert sum(one.amount for pieces in alive for one in pieces) == sum(one.amount for one in bought)


@given(orders())
def test_all_lines_unit_by_unit_are_exactly_what_they_cost(bought: list[SoldPart]) -> None:
    sold = [one for one in bought if one.position]
    while left := [one for one in sold if one.quantity_left]:
        pieces = by_lines(sold, {one.item_id: (1, True) for one in left if one.item_id}, 0)
        for one, piece in zip(left, pieces, strict=True):  # No unit is a cent dearer than its share.
            assert abs(piece.amount * one.quantity_left - one.amount_left) <= one.quantity_left
        sold = after(sold, pieces)
    assert all((one.amount_left, one.tax_gone) == (0, one.tax) for one in sold)


def test_the_last_of_three_units_takes_the_remainder() -> None:
    sold = [part(1, 3, 1000, 167)]
    pieces = []
    for _ in range(3):
        pieces += by_lines(sold, {UUID(int=1): (1, False)}, 0)
        sold = after(sold, pieces[-1:])
    assert [(piece.amount, piece.tax) for piece in pieces] == [(333, 56), (334, 55), (333, 56)]


def test_units_bear_what_was_given_back_by_amount_before() -> None:
    sold = [part(1, 2, 1000, 0)]
    sold = after(sold, by_amount(sold, 200))
    assert [piece.amount for piece in by_lines(sold, {UUID(int=1): (1, False)}, 0)] == [400]


def test_more_than_is_left_is_refused() -> None:
    sold = [part(1, 2, 1000, 0), part(0, 1, 490, 0)]
    with pytest.raises(RefundQuantityTooLarge) as refused:
        by_lines(sold, {UUID(int=1): (3, False)}, 0)
    assert (refused.value.wanted, refused.value.left) == (3, 2)
    with pytest.raises(RefundShippingTooLarge):
        by_lines(sold, {}, 491)
    with pytest.raises(RefundShippingTooLarge):
        by_lines(sold[:1], {}, 1)


@pytest.mark.parametrize(("failing", "tax"), [(1, 1), (0, 0)])
def test_when_only_those_with_or_without_tax_have_failed_the_next_has_neither_too_much_nor_too_little(
    failing: int, tax: int
) -> None:
    sold, alive = [part(1, 1, 8, 4)], []
    for _ in range(6):
        alive += by_amount(sold, 1)
        sold = after(sold, alive[-1:])
    assert [piece.tax for piece in alive] == [1, 0, 1, 0, 1, 0]
    for piece in alive:
        if piece.tax == failing:
            sold = after(sold, [piece], sign=-1)
    [piece] = by_amount(sold, 1)
    assert piece.tax == tax
    sold = after(sold, [piece])
    sold = after(sold, everything(sold, restock=False))
    must_be_possible(sold)
    assert (sold[0].amount_left, sold[0].tax_gone) == (0, 4)
