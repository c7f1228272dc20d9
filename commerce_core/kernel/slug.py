"""The readable last part of an address."""

import re
import unicodedata

from attrs import field, frozen

from commerce_core.kernel.errors import InvalidInput

# Of Latin and Greek letters. In other scripts a mark makes another letter, or is one: й, ガ, हि.
_ACCENT = re.compile("(?<=[A-Za-z\u0370-\u03ff])[\u0300-\u036f]+")
LIMIT = 200


def slugify(title: str) -> str:
    """Lower case, accents folded, words joined by hyphens; letters of other scripts stay. May leave nothing."""
    decomposed = unicodedata.normalize("NFKD", title.replace("’", "").replace("'", ""))
    folded = unicodedata.normalize("NFC", _ACCENT.sub("", decomposed)).lower()
    words = "".join(c if _belongs_to_a_word(c) else " " for c in folded).split()
    return "-".join(words)[:LIMIT].strip("-")


def _belongs_to_a_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _is_slug(_instance: object, _attribute: object, value: str) -> None:
    if not value or len(value) > LIMIT or slugify(value) != value:
        raise InvalidInput.at("/slug", "invalid-slug", "May hold lower-case letters, digits and single hyphens only.")


@frozen
class Slug:
    """A slug that is one: `Slug("blue-shirt")`. Raises `InvalidInput` for anything else."""

    value: str = field(validator=_is_slug)

    @classmethod
    def of(cls, title: str) -> "Slug":
        """Make one from a title. Raises `InvalidInput` when the title holds no letter or digit."""
        return cls(slugify(title))

    def __str__(self) -> str:
        return self.value
