"""Slugs of any script, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.slug import LIMIT, Slug, slugify


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Été à l'Île d'Oléron", "ete-a-lile-doleron"),
        ("  Blue_mug -- No. 5 ", "blue-mug-no-5"),
        ("İSTANBUL ½ ﬁn", "istanbul-1-2-fin"),
        ("ΆΛΦΑ", "αλφα"),
        ("Чайная чашка", "чайная-чашка"),
        ("青いマグ", "青いマグ"),
        ("हिन्दी मग", "हिन्दी-मग"),
        ("★ & ?", ""),
    ],
)
def test_a_slug_keeps_the_letters_of_every_script(title: str, slug: str) -> None:
    assert slugify(title) == slug


@given(st.text(max_size=300))
def test_a_slug_is_one_already(title: str) -> None:
    slug = slugify(title)

    assert slugify(slug) == slug
    assert len(slug) <= LIMIT
    assert not slug or Slug(slug) == Slug.of(title)


@pytest.mark.parametrize("text", ["", "Upper", "two words", "-a", "a--b", "é", "a_b", "a/b", "x" * 201])
def test_what_is_no_slug_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Slug(text)
