"""What crawlers and merchants fetch, at the root of the shop."""

import falcon
from attrs import frozen

from adapters_http.operation import Answer, Media, operation
from commerce_core.feeds.errors import SitemapNotFound
from commerce_core.feeds.service import FeedService

_XML = Media("application/xml; charset=utf-8")
_TEXT = Media("text/plain; charset=utf-8")
# These are made anew for whoever asks and are the dearest reads of the shop: a proxy may keep them for a while.
_KEEP = {"Cache-Control": "public, max-age=600"}


@frozen
class Robots:
    """`/robots.txt`."""

    feeds: FeedService

    @operation("Read robots.txt", answers={200: _TEXT}, etag=True)
    def on_get(self, request: falcon.Request) -> Answer:
        """Where the sitemap is and what crawlers are to leave alone. Forward this address from the storefront."""
        return Answer(self.feeds.robots(request.prefix), headers=_KEEP)


@frozen
class SitemapIndex:
    """`/sitemap.xml`."""

    feeds: FeedService

    @operation("Read the index of the sitemap", answers={200: _XML}, etag=True)
    def on_get(self, request: falcon.Request) -> Answer:
        """Every file of the sitemap and the last change of what it lists."""
        return Answer(self.feeds.sitemap_index(request.prefix), headers=_KEEP)


@frozen
class SitemapFile:
    """`/sitemaps/{number}.xml`."""

    feeds: FeedService

    @operation("Read a file of the sitemap", answers={200: _XML}, refusals=(SitemapNotFound,))
    def on_get(self, number: int, request: falcon.Request) -> Answer:
        """Active products and categories that are not `noindex`, with their last change and their pictures."""
        return Answer(self.feeds.sitemap(number, request.prefix), headers=_KEEP)


@frozen
class GoogleFeed:
    """`/feeds/google.xml`."""

    feeds: FeedService

    @operation("Read the merchant feed", answers={200: _XML})
    def on_get(self, request: falcon.Request) -> Answer:
        """RSS 2.0 for Google Merchant Center and whoever reads the same: an item for each variant."""
        return Answer(self.feeds.google(request.prefix), headers=_KEEP)
