"""VAT numbers by their form: each country's own digits, with or without its prefix, and nobody else's."""

import pytest

from commerce_core.gateways.vat_numbers import VatNumberForms


@pytest.mark.parametrize(
    ("number", "country", "short"),
    [
        ("FR 40 303 265 045", "FR", "FR40303265045"),
        ("40303265045", "FR", "FR40303265045"),
        ("de136,695 976", "DE", "DE136695976"),
        ("U13585627", "AT", "ATU13585627"),
        ("EL 094259216", "GR", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("NL004495445B01", "NL", "NL004495445B01"),
    ],
)
def test_a_number_is_known_however_it_is_written(number: str, country: str, short: str) -> None:
    assert VatNumberForms().checked(number, country) == short


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("FR40303265044", "FR"), ("FR40303265045", "DE"), ("DE136695977", "DE"), ("", "FR"), ("FR", "FR"),
        ("GB980780684", "GB"), ("CHE107787577", "CH"), ("9" * 1_000, "DE"), ("٤٠٣٠٣٢٦٥٠٤٥", "FR"),
        ("DE136695976\0x", "DE"),
    ],
)  # fmt: skip
def test_what_is_no_number_of_the_country_is_none(number: str, country: str) -> None:
    assert VatNumberForms().checked(number, country) is None
