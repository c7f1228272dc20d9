"""What shoppers and crawlers find at an address that something has left."""

from urllib.parse import quote

from adapters_http.operation import Answer
from commerce_core.catalog.model import RedirectKind
from commerce_core.catalog.redirects import RedirectService

_PAGES = {RedirectKind.PRODUCT: "/v1/store/products/", RedirectKind.CATEGORY: "/v1/store/categories/"}


def moved(redirects: RedirectService, kind: RedirectKind, slug: str) -> Answer | None:
    """301 to the live page, in one step; None when the address leads nowhere. To be asked when there is no page."""
    target = redirects.target(kind, slug)
    return None if target is None else Answer(None, 301, {"Location": _PAGES[target.type] + quote(target.slug)})
