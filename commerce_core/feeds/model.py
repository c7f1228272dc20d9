"""Where the pages of the shop are, and what search engines take as an identifier or a difference."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote

from attrs import evolve, frozen

from commerce_core.catalog.checks import gtin_error
from commerce_core.feeds.errors import StoreAddressUnknown
from commerce_core.kernel.slug import slugify

# What may stand in an address as it is; everything else is percent-encoded (RFC 3986, section 2).
_AS_IT_IS = ":/?#[]@!$&'()*+,;=%~"
_ENCODED = re.compile(r"[\w.:/?&=%-]*", re.ASCII)  # Nearly all addresses; looking is cheaper than encoding.

# GS1 General Specifications, 1.4: restricted circulation (02, 04, 2) and coupons (05, 981 to 984, 99). Google refuses.
_INTERNAL = ("2", "02", "04", "05", "981", "982", "983", "984", "99")

# The differences Google knows, by the slugs of the names that shops give them: `Colour`, `Couleur`, `Matière` …
_DIFFERENCES = {
    **dict.fromkeys(("color", "colour", "couleur"), "color"),
    **dict.fromkeys(("size", "taille", "pointure"), "size"),
    **dict.fromkeys(("material", "matiere", "materiau"), "material"),
    **dict.fromkeys(("pattern", "motif"), "pattern"),
}


class Availability(StrEnum):
    """Whether something can be bought, in the words of the merchant feed."""

    IN_STOCK = "in_stock"
    BACKORDER = "backorder"
    OUT_OF_STOCK = "out_of_stock"


@frozen
class Storefront:
    """Where shoppers meet the shop. `base` is its address; while it is unknown every address is a path.

    `name` is the environment's; the one that operators wrote down goes before it, see `called`.
    """

    name: str
    base: str = ""
    product_path: str = "/products/{slug}"
    category_path: str = "/categories/{slug}"

    def seen_at(self, address: str | None) -> "Storefront":
        """The same with an address: its own, else the one given. Raises `StoreAddressUnknown` when there is neither."""
        if self.base:
            return self
        if not address:
            raise StoreAddressUnknown
        return evolve(self, base=address.rstrip("/"))

    def called(self, name: str | None) -> "Storefront":
        """The same under the name that operators wrote down; None: nobody has."""
        return self if name is None else evolve(self, name=name)

    @property
    def product_template(self) -> str:
        """The address of any product, with `{slug}` in it."""
        return self.base + self.product_path

    def product(self, slug: str) -> str:
        """The page of a product."""
        return self.base + self.product_path.replace("{slug}", _part(slug))

    def variant(self, slug: str, variant_id: str) -> str:
        """The page of a product with one of its variants chosen."""
        page = self.product(slug)
        return f"{page}{'&' if '?' in page else '?'}variant={variant_id}"

    def category(self, slug: str) -> str:
        """The page of a category."""
        return self.base + self.category_path.replace("{slug}", _part(slug))

    def absolute(self, address: str) -> str:
        """Any address of ours, as others can use it: pictures kept by the shop are paths."""
        whole = self.base + address if address.startswith("/") else address
        return whole if _ENCODED.fullmatch(whole) else quote(whole, safe=_AS_IT_IS)


@lru_cache(maxsize=10_000)
def public_gtin(barcode: str | None) -> str | None:
    """The barcode when it means the same everywhere in the world, None when it is wrong or only used inside a shop."""
    if barcode is None or gtin_error("", barcode) is not None:
        return None
    # The first digit of a GTIN-14 tells the packaging; a UPC is a GTIN-13 that begins with 0; a GTIN-8 is on its own.
    prefixed = {14: barcode[1:], 12: f"0{barcode}"}.get(len(barcode), barcode)
    return None if prefixed.startswith(_INTERNAL if len(barcode) > 8 else ("0", "2")) else barcode


def differences(options: Mapping[str, str]) -> dict[str, str]:
    """Those of a variant's options that Google knows, by Google's names: color, size, material, pattern."""
    return {known: value for name, value in options.items() if (known := _difference(name)) is not None}


@lru_cache(maxsize=1_000)
def _difference(option_name: str) -> str | None:
    return _DIFFERENCES.get(slugify(option_name))


def _part(slug: str) -> str:
    return slug if _ENCODED.fullmatch(slug) else quote(slug, safe="")


def shortened(text: str, limit: int) -> str:
    """The text, or as many whole words as fit into `limit` characters with an ellipsis."""
    if len(text) <= limit:
        return text
    words = text[:limit].rpartition(" ")[0] or text[: limit - 1]
    return words.rstrip(" ,;:.–-") + "…"
