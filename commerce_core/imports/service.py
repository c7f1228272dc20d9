"""Imports, batch by batch, each product whole or not at all; and the same shop as a file again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from urllib.parse import urlsplit
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.editing import record_change
from commerce_core.catalog.model import CategoryId, Product
from commerce_core.catalog.ports import Change
from commerce_core.imports.merge import Surroundings, Unmergeable, merge
from commerce_core.imports.model import ImportedProduct, ImportReport, LeftOut
from commerce_core.imports.ports import ImportWork, PictureSource
from commerce_core.imports.sheet import HEADER, product_rows
from commerce_core.imports.shopify import read_products
from commerce_core.imports.tally import Read, Tally, Total, batches, in_order
from commerce_core.imports.views import ExportedProduct, ProductExport
from commerce_core.inventory.model import MAX_QUANTITY, Movement, MovementType
from commerce_core.kernel.csv import csv_lines
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.slug import Slug
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.media.errors import PictureRefused
from commerce_core.media.pictures import Pictures

_PAGE = 100  # products that an export holds at once


class _RehearsalError(Exception):
    """Takes a transaction back that was a rehearsal."""


@frozen
class _Ready:
    """A product of the file whose pictures have been found: by address in the file, the one in the shop."""

    said: ImportedProduct
    pictures: Mapping[str, str]


@frozen
class ImportService:
    """Takes products over from a file, and gives them back as one."""

    begin: Begin[ImportWork]
    export: ProductExport
    new_id: NewId
    media: Pictures
    currency: str

    def import_products(
        self,
        actor: Actor,
        lines: Iterable[str],
        *,
        pictures: PictureSource | None = None,
        dry_run: bool = False,
        on_progress: Callable[[int], None] | None = None,
        on_left_out: Callable[[LeftOut], None] | None = None,
    ) -> ImportReport:
        """Add the products of a Shopify CSV file and update those that are there, found by handle.

        A variant is found by its SKU, else by its options. Opening stock is received once, for variants that are new:
        stock that is there already is a matter for a stock count. Importing the same file again changes nothing. A
        product with a problem is left out and reported; the others land, at most a hundred in a transaction, and stay
        when a later one fails. Where the file cannot be read any further, that is the last problem.

        A rehearsal (`dry_run`) tells the same and writes nothing. It looks at each batch as if the ones before had not
        been: a SKU that two products far apart in the file share shows in the import alone.

        `pictures` reads relative paths; what is on the web is shown from there until the worker has fetched it.
        `on_progress` hears after each batch how many products were looked at, `on_left_out` those that were left out,
        in the order of the file. No more than one batch is in memory.

        Raises `PermissionDenied`, and `ImportFileEmpty`, `ImportColumnsMissing`, `ImportEncodingUnknown` or
        `ImportFileBroken` for a file whose first row cannot be read; then nothing has changed.
        """
        actor.must(Permission.CATALOG_WRITE)
        actor.must(Permission.INVENTORY_WRITE)
        total, looked_at = Total(), 0
        for batch in batches(read_products(lines, self.currency)):
            done = self._land(actor, batch, pictures, dry_run=dry_run)
            total.add(done)
            looked_at += len(batch)
            if on_left_out is not None:
                for left_out in done.left_out:
                    on_left_out(left_out)
            if on_progress is not None:
                on_progress(looked_at)
        return total.report

    def export_products(self, actor: Actor) -> Iterator[str]:
        """Every product in any status as lines of a Shopify CSV file (the old headers), by handle.

        Importing it changes nothing in this shop. Cells that a spreadsheet would run are kept from it, and an import
        takes that back. What has no column stays behind: further categories than the first, attributes, addresses of
        the page. A page of products is in memory, and no connection is held between two pages.

        Raises `PermissionDenied`.
        """
        actor.must(Permission.CATALOG_READ)
        actor.must(Permission.INVENTORY_READ)
        rows = (row for product in self._every_product() for row in product_rows(product))
        return csv_lines(chain([HEADER], rows))

    def _every_product(self) -> Iterator[ExportedProduct]:
        last = ""
        while page := self.export.page(last, _PAGE):
            yield from page
            last = page[-1].slug

    def _land(self, actor: Actor, batch: Iterable[Read], pictures: PictureSource | None, *, dry_run: bool) -> Tally:
        """Find the pictures first, then write: nobody waits for a disk while a transaction is open."""
        ready, left_out = [], []
        for item in batch:
            if isinstance(item, LeftOut):
                left_out.append(item)
                continue
            try:
                ready.append(_Ready(item, self._pictures(item, pictures, dry_run=dry_run)))
            except Unmergeable as refused:
                left_out.append(refused.left_out)
        tally = self._write(actor, ready, dry_run=dry_run) if ready else Tally()
        tally.left_out = in_order([*tally.left_out, *left_out])
        return tally

    def _pictures(
        self, product: ImportedProduct, pictures: PictureSource | None, *, dry_run: bool
    ) -> Mapping[str, str]:
        found = {}
        for image in product.images:
            if image.ours or urlsplit(image.src).scheme:
                found[image.src] = image.src
                continue
            content = pictures.read(image.src) if pictures else None
            if content is None:
                detail = "There is no such picture beside the file."
                raise Unmergeable(product.left_out(image.line, "image", "picture-missing", detail))
            try:
                keep = self.media.address if dry_run else self.media.store
                found[image.src] = keep(image.src, content)
            except PictureRefused as error:
                raise Unmergeable(product.left_out(image.line, "image", error.code, str(error))) from error
        return found

    @retried
    def _write(self, actor: Actor, batch: Sequence[_Ready], *, dry_run: bool) -> Tally:
        tally = Tally()
        with suppress(_RehearsalError), self.begin() as work:
            changes = self._changes(work, batch, tally)
            if changes:
                work.products.write([change for change, _ in changes])
                tally.units = _receive_opening_stock(work, actor, changes)
                work.remote_images.expect(self._elsewhere(changes))
            for change, _ in changes:
                record_change(work, actor, change)
                tally.count(change)
            if dry_run:
                raise _RehearsalError
        return tally

    def _changes(self, work: ImportWork, batch: Sequence[_Ready], tally: Tally) -> list[tuple[Change, ImportedProduct]]:
        before = work.products.lock_by_slugs([ready.said.slug.value for ready in batch])
        fetched = work.remote_images.stored(product.id for product in before.values())
        retired = work.handles.retired([ready.said.slug.value for ready in batch])
        owners = dict(work.products.sku_owners(_skus(batch)))
        tags = work.tags.ensure([tag for ready in batch for tag in ready.said.tags])
        categories = self._categories(work, [ready.said.type for ready in batch if ready.said.type])
        changes = []
        for ready in batch:
            said, old = ready.said, before.get(ready.said.slug.value)
            here = fetched.get(old.id, {}) if old else {}
            around = Surroundings(
                {src: here.get(src, url) for src, url in ready.pictures.items()},
                frozenset({categories[said.type]} if said.type else ()),
                frozenset(tags[tag] for tag in said.tags),
            )
            try:
                if old is None:
                    _must_be_free(retired, said)
                wanted = merge(old, said, around, self.new_id)
                _claim_skus(owners, wanted, said)
            except Unmergeable as refused:
                tally.left_out.append(refused.left_out)
                continue
            after = wanted if old is None else old.changed(wanted)
            if after is None:
                tally.unchanged += 1
            else:
                changes.append((Change(old, after), said))
        return changes

    def _elsewhere(self, changes: Iterable[tuple[Change, ImportedProduct]]) -> Iterator[tuple[UUID, str]]:
        """The pictures on somebody else's server, which the worker shall fetch."""
        for change, said in changes:
            for image in said.images:
                if self.media.is_elsewhere(image.src):
                    yield change.after.id, image.src

    def _categories(self, work: ImportWork, types: Iterable[str]) -> dict[str, CategoryId]:
        """The category of each product type; made where it is missing."""
        titles = dict.fromkeys(types)
        found = dict(work.categories.by_titles(titles)) if titles else {}
        for title in titles:
            if title not in found:
                slug = Slug.of(title)
                there = work.categories.by_slug(slug)
                found[title] = there or CategoryId(self.new_id())
                if there is None:
                    work.categories.add(found[title], title, slug, None)
        return found


def _skus(batch: Iterable[_Ready]) -> list[str]:
    return [variant.sku for ready in batch for variant in ready.said.variants if variant.sku]


def _must_be_free(retired: Mapping[str, str], said: ImportedProduct) -> None:
    """Old addresses lead somewhere: a file takes none over by chance, least of all that of a product it knew before."""
    target = retired.get(said.slug.value)
    if target is not None:
        detail = f"Is an old address of {target}. Use that handle, or remove the redirect."
        raise Unmergeable(said.left_out(said.line, "handle", "slug-retired", detail))


def _claim_skus(owners: dict[str, UUID], product: Product, said: ImportedProduct) -> None:
    """A SKU belongs to one product, in the shop and in the file."""
    for row in said.variants:
        if row.sku and owners.get(row.sku, product.id) != product.id:
            detail = f"The SKU {row.sku} belongs to another product."
            raise Unmergeable(said.left_out(row.line, "sku", "sku-taken", detail))
    owners.update({row.sku: product.id for row in said.variants if row.sku})


def _receive_opening_stock(work: ImportWork, actor: Actor, changes: Sequence[tuple[Change, ImportedProduct]]) -> int:
    """Count what is new from here on. Returns how many units came in."""
    receipts = []
    for change, said in changes:
        there = {variant.id for variant in (change.before.variants if change.before else ())}
        for row, variant in zip(said.variants, change.after.variants, strict=False):
            if not row.tracked or variant.id in there:
                continue
            work.stock.track(variant.id, MAX_QUANTITY if row.sells_when_out_of_stock else 0)
            if row.quantity:
                receipts.append(Movement(variant.id, MovementType.RECEIPT, row.quantity, "opening stock"))
    if receipts:
        work.stock.move(receipts, actor)
    return sum(receipt.quantity for receipt in receipts)
