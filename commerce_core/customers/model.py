"""Who buys, and how they are found again."""

import unicodedata

from attrs import field, frozen

from commerce_core.emails.model import Locale
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.text import normalise_email, text_error


@frozen
class Buyer:
    """What an order tells about the person behind it. Nothing of it is proved: anybody can type any address."""

    email: str
    name: str
    locale: Locale

    @property
    def email_key(self) -> str:
        """What makes two spellings of an address one person."""
        return normalise_email(self.email)

    @property
    def search_text(self) -> str:
        """What an operator's words are looked up in."""
        return searchable(f"{self.email} {self.name}")


@frozen
class CustomerQuery:
    """Which customers: those whose address or name holds `q`, or all. Raises `InvalidInput`."""

    q: str | None = None
    page: PageRequest = field(factory=PageRequest)

    def __attrs_post_init__(self) -> None:
        error = text_error("/q", self.q or "", limit=200)
        if error:
            raise InvalidInput((error,))

    @property
    def search_text(self) -> str | None:
        """The words as `searchable` has them, None when there are none."""
        return searchable(self.q or "") or None


def searchable(text: str) -> str:
    """Text as it is compared: accents and capitals do not count, neither does the amount of white space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
