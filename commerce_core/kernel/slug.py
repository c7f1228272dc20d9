"""The readable last part of an address."""

import re
import unicodedata

from attrs import field, frozen

from commerce_core.kernel.errors import InvalidInput

_GAP = re.compile(r"[^\w]+|_+")
LIMIT = 200


def slugify(title: str) -> str:
    """Lower case, accents folded, words joined by hyphens; letters of other scripts stay. May leave nothing."""
    decomposed = unicodedata.normalize("NFKD", title.replace("’", "").replace("'", ""))
    folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _GAP.sub("-", unicodedata.normalize("NFC", folded).lower()).strip("-")[:LIMIT].strip("-")


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
