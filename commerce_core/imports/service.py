"""Imports, batch by batch: each product lands whole or not at all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlsplit
from uuid import UUID

from attrs import define, field, frozen

from commerce_core.access.model import Actor, Permission
from commerce_core.catalog.errors import PictureRefused
from commerce_core.catalog.model import CategoryId, Product
from commerce_core.catalog.ports import Change, Media
from commerce_core.catalog.service import record_change
from commerce_core.imports.merge import RowError, Surroundings, merge
from commerce_core.imports.model import ImportedProduct, RowProblem
from commerce_core.imports.ports import ImportWork, PictureSource
from commerce_core.imports.shopify import read_products
from commerce_core.inventory.model import MAX_QUANTITY, Movement, MovementType
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.slug import Slug, slugify
from commerce_core.kernel.transaction import Begin, retried

_BATCH = 100  # products in one transaction


@frozen
class ImportReport:
    """What an import did, or would do. `variants` and `images` count what is new."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    variants: int = 0
    images: int = 0
    problems: tuple[RowProblem, ...] = ()


@define
class _Tally:
    """An import in progress."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    variants: int = 0
    images: int = 0
    problems: list[RowProblem] = field(factory=list)

    def count(self, change: Change) -> None:
        before = change.before
        if before is None:
            self.created += 1
        else:
            self.updated += 1
        self.variants += len(change.after.variants) - len(before.variants if before else ())
        self.images += len(change.after.images) - len(before.images if before else ())

    def add(self, other: "_Tally") -> None:
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.variants += other.variants
        self.images += other.images
        self.problems += other.problems

    def report(self) -> ImportReport:
        problems = tuple(sorted(self.problems, key=lambda problem: problem.line))
        return ImportReport(self.created, self.updated, self.unchanged, self.variants, self.images, problems)


class _RehearsalError(Exception):
    """Takes a transaction back that was a rehearsal."""


@frozen
class _Ready:
    """A product of the file whose pictures have been found."""

    said: ImportedProduct
    pictures: Mapping[str, str]


@frozen
class ImportService:
    """Takes products over from a file."""

    begin: Begin[ImportWork]
    new_id: NewId
    media: Media
    currency: str

    def import_products(
        self,
        actor: Actor,
        lines: Iterable[str],
        *,
        pictures: PictureSource | None = None,
        dry_run: bool = False,
        on_progress: Callable[[int], None] | None = None,
    ) -> ImportReport:
        """Add the products of a Shopify CSV file and update those that are there, found by handle.

        A variant is found by its SKU, else by its options. Opening stock is received once, for variants that are new:
        stock that is there already is a matter for a stock count. Importing the same file again changes nothing. A
        product with a problem is left out and reported; the others land, a hundred in a transaction, and stay when a
        later one fails.
        `pictures` reads relative paths; web addresses are kept as they are. `on_progress` hears how many products were
        looked at.

        Raises `PermissionDenied`, and `ImportFileEmpty`, `ImportColumnsMissing`, `ImportEncodingUnknown` or
        `ImportFileBroken` for a file that cannot be read (to its end).
        """
        actor.must(Permission.CATALOG_WRITE)
        actor.must(Permission.INVENTORY_WRITE)
        tally, batch, looked_at = _Tally(), dict[str, ImportedProduct](), 0
        for found in read_products(lines, self.currency):
            if isinstance(found, RowProblem):
                tally.problems.append(found)
                continue
            if len(batch) >= _BATCH or found.slug.value in batch:
                tally.add(self._land(actor, list(batch.values()), pictures, dry_run=dry_run))
                looked_at += len(batch)
                batch.clear()
                if on_progress is not None:
                    on_progress(looked_at)
            batch[found.slug.value] = found
        if batch:
            tally.add(self._land(actor, list(batch.values()), pictures, dry_run=dry_run))
            if on_progress is not None:
                on_progress(looked_at + len(batch))
        return tally.report()

    def _land(
        self, actor: Actor, batch: Sequence[ImportedProduct], pictures: PictureSource | None, *, dry_run: bool
    ) -> _Tally:
        """Find the pictures first, then write: nobody waits for a disk while a transaction is open."""
        tally, ready = _Tally(), []
        for product in batch:
            try:
                ready.append(_Ready(product, self._pictures(product, pictures, dry_run=dry_run)))
            except RowError as refused:
                tally.problems.append(refused.problem)
        tally.add(self._write(actor, ready, dry_run=dry_run))
        return tally

    def _pictures(
        self, product: ImportedProduct, pictures: PictureSource | None, *, dry_run: bool
    ) -> Mapping[str, str]:
        found = {}
        for image in product.images:
            if urlsplit(image.src).scheme:
                found[image.src] = image.src
                continue
            content = pictures.read(image.src) if pictures else None
            if content is None:
                detail = "There is no such picture beside the file."
                raise RowError(RowProblem(image.line, "Image Src", "picture-missing", detail))
            try:
                keep = self.media.address if dry_run else self.media.store
                found[image.src] = keep(image.src, content)
            except PictureRefused as error:
                raise RowError(RowProblem(image.line, "Image Src", error.code, str(error))) from error
        return found

    @retried
    def _write(self, actor: Actor, batch: Sequence[_Ready], *, dry_run: bool) -> _Tally:
        tally = _Tally()
        with suppress(_RehearsalError), self.begin() as work:
            changes = self._changes(work, batch, tally)
            if changes:
                work.products.write([change for change, _ in changes])
                _receive_opening_stock(work, actor, changes)
            for change, _ in changes:
                record_change(work, actor, change)
                tally.count(change)
            if dry_run:
                raise _RehearsalError
        return tally

    def _changes(
        self, work: ImportWork, batch: Sequence[_Ready], tally: _Tally
    ) -> list[tuple[Change, ImportedProduct]]:
        before = work.products.lock_by_slugs([ready.said.slug.value for ready in batch])
        skus = [variant.sku for ready in batch for variant in ready.said.variants if variant.sku]
        owners = dict(work.products.sku_owners(skus))
        tags = work.tags.ensure([tag for ready in batch for tag in ready.said.tags if slugify(tag)])
        categories = self._categories(work, [ready.said.type for ready in batch if slugify(ready.said.type)])
        changes = []
        for ready in batch:
            said, old = ready.said, before.get(ready.said.slug.value)
            around = Surroundings(
                ready.pictures,
                frozenset({categories[said.type.lower()]} if said.type.lower() in categories else ()),
                frozenset(tags[tag] for tag in said.tags if tag in tags),
            )
            try:
                wanted = merge(old, said, around, self.new_id)
                _claim_skus(owners, wanted, said)
            except RowError as refused:
                tally.problems.append(refused.problem)
                continue
            after = wanted if old is None else old.changed(wanted)
            if after is None:
                tally.unchanged += 1
            else:
                changes.append((Change(old, after), said))
        return changes

    def _categories(self, work: ImportWork, types: Iterable[str]) -> dict[str, CategoryId]:
        """The category of each product type, by title in lower case; made where it is missing."""
        titles = {title.lower(): title for title in types}
        found = dict(work.categories.by_titles(titles)) if titles else {}
        for key, title in titles.items():
            if key not in found:
                slug = Slug.of(title)
                there = work.categories.by_slug(slug)
                found[key] = there or CategoryId(self.new_id())
                if there is None:
                    work.categories.add(found[key], title, slug, None)
        return found


def _claim_skus(owners: dict[str, UUID], product: Product, said: ImportedProduct) -> None:
    """A SKU belongs to one product, in the shop and in the file."""
    for variant in said.variants:
        if variant.sku and owners.get(variant.sku, product.id) != product.id:
            detail = f"The SKU {variant.sku} belongs to another product."
            raise RowError(RowProblem(variant.line, "Variant SKU", "sku-taken", detail))
    owners.update({variant.sku: product.id for variant in said.variants if variant.sku})


def _receive_opening_stock(work: ImportWork, actor: Actor, changes: Sequence[tuple[Change, ImportedProduct]]) -> None:
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
