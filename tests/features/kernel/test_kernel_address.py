"""An address names a place that exists."""

import pytest
from attrs import evolve

from commerce_core.kernel.address import COUNTRIES
from commerce_core.kernel.errors import InvalidInput
from commerce_core.testing.builders import PARIS


@pytest.mark.parametrize("country", ["ZZ", "fr", "FRA", "", "F1", "ＦＲ"])
def test_a_country_that_is_none_is_refused_where_it_stands(country: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        evolve(PARIS, country=country)
    assert {error.pointer for error in refused.value.errors} == {"/country"}


def test_there_are_as_many_countries_as_the_standard_assigns() -> None:
    assert len(COUNTRIES) == 249 + 1  # and Kosovo


def test_a_parcel_shows_what_is_known_and_no_empty_line() -> None:
    assert PARIS.lines() == ("Camille Durand", "12 rue des Lilas", "75011 Paris", "FR")
