"""The sitemap and robots.txt. Sources: sitemaps.org/protocol.html, Google's image extension, RFC 9309."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from commerce_core.feeds.model import Storefront
from commerce_core.feeds.xml_text import HEAD, element

# The protocol allows 50,000 addresses and 50 MB for a file. With these none can grow beyond either, whatever is in it.
FILE_SIZE = 10_000
_ENTRY_SIZE = 5_000  # bytes
_ADDRESS_SIZE = 2_047  # characters; the protocol's limit

_URLSET = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">\n'
)


def index(store: Storefront, changes: Sequence[datetime | None]) -> bytes:
    """The index of files that were changed then; None for a file nobody knows that of."""
    files = "".join(
        f"<sitemap>{element('loc', f'{store.base}/sitemaps/{number}.xml')}{_lastmod(changed_at)}</sitemap>\n"
        for number, changed_at in enumerate(changes, 1)
    )
    return (
        f'{HEAD}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{files}</sitemapindex>\n'
    ).encode()


def opening() -> bytes:
    """What a file begins with."""
    return f"{HEAD}{_URLSET}".encode()


def entry(address: str, changed_at: datetime | None, pictures: Iterable[str] = ()) -> str:
    """One page. Pictures are told until the entry is as long as it may be; nothing for an address that is too long."""
    if len(address) > _ADDRESS_SIZE:
        return ""
    told = f"<url>{element('loc', address)}{_lastmod(changed_at)}"
    for picture in pictures:
        more = f"<image:image>{element('image:loc', picture)}</image:image>"
        if len(told) + len(more) > _ENTRY_SIZE - len("</url>\n"):
            break
        told += more
    return f"{told}</url>\n"


def closing() -> bytes:
    """What a file ends with."""
    return b"</urlset>\n"


def robots(store: Storefront) -> bytes:
    """Where the sitemap is, and what is nobody's business: carts, checkout, orders, accounts and the operators' side.

    The first group of paths is the API's own, the second what storefronts usually call the same things: the page and
    what is below it, but not every page that begins so, such as `/cartes-cadeaux`.
    """
    closed = ("/v1/admin/", "/v1/store/cart", "/v1/store/checkout", "/v1/store/orders", "/v1/store/me", "/v1/webhooks/")
    usual = ("/admin", "/cart", "/checkout", "/orders", "/account")
    paths = [*closed, *(path + end for path in usual for end in ("$", "/"))]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in paths)]
    return "\n".join([*lines, "", f"Sitemap: {store.base}/sitemap.xml", ""]).encode()


def _lastmod(changed_at: datetime | None) -> str:
    """W3C Datetime, in UTC and to the second."""
    if changed_at is None:
        return ""
    return element("lastmod", f"{changed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
