"""The catalogue as search engines are told about it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.feeds.model import Availability
from commerce_core.kernel.money import Money


@frozen
class Offer:
    """One variant. `key` is its SKU, else its id; `gtin` a barcode that is known everywhere; `picture` its own.

    `differences` are those of its options that Google knows, by Google's names.
    """

    id: str
    key: str
    gtin: str | None
    title: str
    differences: Mapping[str, str]
    price: Money
    compare_at_price: Money | None
    availability: Availability
    picture: str | None


@frozen
class Listing:
    """A product, as both its page's JSON-LD and the merchant feed tell it, so that they cannot disagree."""

    id: str
    slug: str
    title: str
    description: str
    brand: str | None
    pictures: tuple[str, ...]
    category_ids: tuple[str, ...]
    offers: tuple[Offer, ...]


@frozen
class CategoryNode:
    """A category, and when it or a product in it was changed last."""

    id: UUID
    parent_id: UUID | None
    slug: str
    title: str
    changed_at: datetime
    noindex: bool
    canonical_url: str | None


@frozen
class ProductAddress:
    """A product's line in the sitemap."""

    slug: str
    changed_at: datetime
    pictures: tuple[str, ...]


class FeedReader(Protocol):
    """Reads of what search engines may have: active products that are not `noindex`, in the order of their ids.

    Long reads come in slices, and no connection is held between two of them. `canonical` is the storefront's address
    of a product with `{slug}` in it: the sitemap does not list what an operator declared a copy of another page.
    """

    def categories(self) -> Sequence[CategoryNode]:
        """All categories, parents and children in no order."""
        ...

    def product_files(self, size: int, canonical: str) -> Sequence[datetime]:
        """The last change in each file of `size` products."""
        ...

    def product_addresses(self, skip: int, count: int, canonical: str) -> Iterator[Sequence[ProductAddress]]:
        """`count` products behind the first `skip`; no slice when there are none."""
        ...

    def listings(self) -> Iterator[Sequence[Listing]]:
        """Every product with what can be bought of it."""
        ...
