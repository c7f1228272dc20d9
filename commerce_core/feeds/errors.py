"""What the feeds refuse."""

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound


@frozen
class SitemapNotFound(NotFound):
    """The sitemap has fewer files."""

    code = "sitemap-not-found"
    detail = "There is no sitemap file {number}."
    number: int


@frozen
class StoreAddressUnknown(Conflict):
    """Feeds hold whole addresses, and nobody said where the storefront is."""

    code = "store-address-unknown"
    detail = "Set PUBLIC_STORE_URL to the address of the storefront first."
