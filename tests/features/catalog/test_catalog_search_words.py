"""Words before PostgreSQL sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_core.catalog.search import SearchWords, folded, search_document, trigrams

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Crème brûlée", "creme brulee"),
        ("ŒUVRE d’art", "oeuvre d art"),
        ("Straße", "strasse"),
        ("T-Shirt, 3/4 wool", "t shirt 3 4 wool"),
        ("Ёлка", "елка"),
        ("ガラス", "ガラス"),
        ("  !! ", ""),
    ],
)
def test_accents_case_and_punctuation_make_no_difference(text: str, words: str) -> None:
    assert folded(text) == words


@given(TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(TEXT)
def test_a_title_typed_as_a_search_gives_its_own_words(text: str) -> None:
    plain = text.replace("-", " ").replace('"', " ")
    assert SearchWords.of(plain).text == folded(plain)


@pytest.mark.parametrize(
    ("typed", "text", "unfinished"),
    [
        ("Blue mu", "blue mu", True),
        ('"Blue mug" cup', '"blue mug" cup', True),
        ('"blue mug', '"blue mug"', False),
        ("mug -Bleu", 'mug -"bleu"', False),
        ('-"tea cup" mug', '-"tea cup" mug', True),
        ("red or", "red or", False),
        ("- !!", "", False),
    ],
)
def test_what_a_search_engine_knows_is_kept(typed: str, text: str, unfinished: bool) -> None:
    words = SearchWords.of(typed)

    assert (words.text, words.unfinished) == (text, unfinished)


def test_plain_words_of_three_letters_are_guessed_at_but_not_beside_what_is_said_precisely() -> None:
    assert SearchWords.of("a blue blue cup").guessed == ("blue", "cup")
    assert {SearchWords.of(f"blue {precise}").guessed for precise in ("-red", '"tea cup"', "or red")} == {()}
    assert len(SearchWords.of(" ".join(f"word{n}" for n in range(30))).guessed) == 8


def test_trigrams_are_sorted_and_begin_with_the_first_letter_alone() -> None:
    assert trigrams("cup") == ("  c", " cu", "cup", "up ")
    assert trigrams("aaaa") == ("  a", " aa", "aa ", "aaa")


def test_a_product_is_compared_by_the_words_of_title_tags_and_vendor() -> None:
    document = search_document("Blue Mug, 2 l", ["Été 2026"], None, "Holds a quarter")

    assert document.words == ("2026", "blue", "ete", "mug")
    assert (document.tags, document.vendor, document.description) == ("ete 2026", "", "holds a quarter")
