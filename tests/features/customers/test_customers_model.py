"""How a customer is recognised and looked up."""

import pytest

from commerce_core.customers.model import Buyer, CustomerQuery, searchable
from commerce_core.emails.model import Locale
from commerce_core.kernel.errors import InvalidInput


def test_two_spellings_of_an_address_are_one_person() -> None:
    assert Buyer("Zoe@Example.com", "", Locale.FR).email_key == Buyer("zoe@example.COM", "Zoé", Locale.EN).email_key


@pytest.mark.parametrize(
    ("text", "found_as"),
    [("Zoé  Lefèvre", "zoe lefevre"), ("STRASSE Straße", "strasse strasse"), ("  \t ", ""), ("50% _off_", "50% _off_")],
)
def test_accents_capitals_and_spaces_do_not_count_in_a_search(text: str, found_as: str) -> None:
    assert searchable(text) == found_as


def test_a_query_of_spaces_is_no_query() -> None:
    assert CustomerQuery(q="  ").search_text is None
    assert CustomerQuery().search_text is None


@pytest.mark.parametrize("q", ["nul\x00", "half \ud800", "long" * 51])
def test_a_query_that_cannot_be_asked_is_refused(q: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        CustomerQuery(q=q)

    assert [error.pointer for error in refused.value.errors] == ["/q"]
