"""Cells that a spreadsheet cannot run, and that come back as they were."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_core.kernel.csv import csv_blocks, csv_lines, protected, unprotected

FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''+1"]
PLAIN = ["", "a=b", "1-1", "'90s tee", "''", "'", " =1", "O'Neill", "é"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_like_a_formula_is_shown_and_not_run(text: str) -> None:
    assert protected(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_anything_else_is_left_alone_both_ways(text: str) -> None:
    assert protected(text) == unprotected(text) == text


TEXT = st.text(st.sampled_from("'=+-@\t\r\n＝a ")) | st.text()


@given(TEXT)
def test_every_text_comes_back(text: str) -> None:
    assert unprotected(protected(text)) == text


@given(TEXT)
def test_no_protected_text_begins_like_a_formula(text: str) -> None:
    assert not protected(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_numbers_are_numbers_and_nothing_is_empty() -> None:
    assert list(csv_lines([["-5", -5, True, False, None, "a,b"]])) == ['\'-5,-5,true,false,,"a,b"\r\n']


def test_amounts_keep_their_decimals_and_are_never_taken_for_formulas() -> None:
    row = [Decimal("-19.90"), Decimal("0.00"), Decimal("1E+3")]
    assert list(csv_lines([row])) == ["-19.90,0.00,1000\r\n"]
    assert list(csv_lines([row], ";", ",")) == ["-19,90;0,00;1000\r\n"]
    assert list(csv_lines([row], decimal=",")) == ['"-19,90","0,00",1000\r\n']


@given(st.lists(st.lists(TEXT, min_size=2), min_size=1), st.sampled_from(",;\t"))
def test_lines_are_read_back_cell_by_cell(rows: list[list[str]], delimiter: str) -> None:
    written = io.StringIO("".join(csv_lines(rows, delimiter)), newline="")
    assert [[unprotected(cell) for cell in row] for row in csv.reader(written, delimiter=delimiter)] == rows


def test_blocks_are_large_and_lose_nothing() -> None:
    lines = [f"line {number} é\r\n" for number in range(50)]
    blocks = list(csv_blocks(lines, size=100))
    assert b"".join(blocks).decode() == "".join(lines)
    assert all(len(block) >= 100 for block in blocks[:-1])
    assert len(blocks) > 2
    assert list(csv_blocks([])) == []
