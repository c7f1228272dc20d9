"""What crawlers and merchants fetch: the sitemap, robots.txt, the merchant feed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from attrs import frozen

from commerce_core.feeds import google, sitemap
from commerce_core.feeds.errors import SitemapNotFound
from commerce_core.feeds.model import Storefront
from commerce_core.feeds.views import CategoryNode, FeedReader


@frozen
class FeedService:
    """Writes what machines read. `at` is where the caller is asked; it counts while no storefront is configured.

    `shop_name` tells what the shop is called at this moment; it is asked whenever something tells it.
    What comes in pieces is read in slices, as it is asked for; the catalogue is never whole in memory. Every method
    raises `StoreAddressUnknown` when neither the settings nor `at` say where the shop is.
    """

    read: FeedReader
    store: Storefront
    shop_name: Callable[[], str]

    def robots(self, at: str | None = None) -> bytes:
        """robots.txt."""
        return sitemap.robots(self.store.seen_at(at))

    def sitemap_index(self, at: str | None = None) -> bytes:
        """The index of the sitemap's files, each with the last change of what it lists."""
        store = self.store.seen_at(at)
        pages = _files(_categories(self.read.categories(), store))
        categories = [max((changed_at for _, changed_at in part), default=None) for part in pages]
        products = self.read.product_files(sitemap.FILE_SIZE, store.product_template)
        return sitemap.index(store, [*categories, *products])

    def sitemap(self, number: int, at: str | None = None) -> Iterator[bytes]:
        """A file of the sitemap: first those of the front page and the categories, then those of the products.

        Raises `SitemapNotFound`.
        """
        store = self.store.seen_at(at)
        categories = _files(_categories(self.read.categories(), store))
        if 1 <= number <= len(categories):
            part = categories[number - 1]
            front = [sitemap.entry(f"{store.base}/", None)] if number == 1 else []
            return _whole_file(chain(front, (sitemap.entry(address, changed_at) for address, changed_at in part)))
        skip = (number - len(categories) - 1) * sitemap.FILE_SIZE
        slices = self.read.product_addresses(skip, sitemap.FILE_SIZE, store.product_template) if skip >= 0 else iter(())
        first = next(slices, None)
        if first is None:
            raise SitemapNotFound(number)
        return _whole_file(
            "".join(
                sitemap.entry(store.product(p.slug), p.changed_at, (store.absolute(picture) for picture in p.pictures))
                for p in products
            )
            for products in chain((first,), slices)
        )

    def google(self, at: str | None = None) -> Iterator[bytes]:
        """The merchant feed of everything that is for sale, an item for each variant."""
        store = self.store.seen_at(at).called(self.shop_name())
        return self._google(store, _paths(self.read.categories()))

    def _google(self, store: Storefront, product_types: Mapping[str, str]) -> Iterator[bytes]:
        yield google.opening(store)
        for listings in self.read.listings():
            yield "".join(item for one in listings for item in google.items(one, store, product_types)).encode()
        yield google.closing()


def _whole_file(entries: Iterable[str]) -> Iterator[bytes]:
    yield sitemap.opening()
    yield from (entry.encode() for entry in entries)
    yield sitemap.closing()


def _categories(nodes: Sequence[CategoryNode], store: Storefront) -> list[tuple[str, datetime]]:
    """The pages of categories that search engines may have. A page changes with everything below it: it lists that."""
    changed: dict[UUID, datetime] = {}
    parents = {node.id: node.parent_id for node in nodes}
    for node in nodes:
        for category_id in _upwards(node.id, parents):
            changed[category_id] = max(node.changed_at, changed.get(category_id, node.changed_at))
    return [
        (store.category(node.slug), changed[node.id])
        for node in sorted(nodes, key=lambda node: node.slug)
        if not node.noindex and node.canonical_url in {None, store.category(node.slug)}
    ]


def _files(pages: Sequence[tuple[str, datetime]]) -> list[Sequence[tuple[str, datetime]]]:
    """The files that pages are cut into. One at least: the front page is in it."""
    return [pages[start : start + sitemap.FILE_SIZE] for start in range(0, len(pages) or 1, sitemap.FILE_SIZE)]


def _paths(nodes: Sequence[CategoryNode]) -> dict[str, str]:
    """What a category is called with all that is above it: `Home > Textiles`."""
    parents = {node.id: node.parent_id for node in nodes}
    titles = {node.id: node.title for node in nodes}
    return {
        str(node.id): " > ".join(titles[above] for above in reversed(list(_upwards(node.id, parents))))
        for node in nodes
    }


def _upwards(category_id: UUID | None, parents: Mapping[UUID, UUID | None]) -> Iterator[UUID]:
    """A category, the one above it, and so on."""
    while category_id is not None:
        yield category_id
        category_id = parents.get(category_id)
