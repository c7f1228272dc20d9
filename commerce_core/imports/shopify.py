"""Products from a Shopify CSV export, old headers or new.

Source of the columns: https://help.shopify.com/en/manual/products/import-export/using-csv
"""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from attrs import define, field

from commerce_core.catalog.checks import MAX_OPTION_VALUE, same_spelling
from commerce_core.imports.cells import MAX_QUANTITY, Cells
from commerce_core.imports.model import (
    MAX_IMAGES,
    MAX_OPTIONS,
    MAX_TAGS,
    MAX_VARIANTS,
    ImportedImage,
    ImportedProduct,
    ImportedStatus,
    ImportedVariant,
    LeftOut,
    Source,
)
from commerce_core.imports.rows import Columns, Row, Table, read_table
from commerce_core.kernel.money import Money
from commerce_core.kernel.slug import slugify
from commerce_core.kernel.unset import UNSET, Unset

COLUMNS: Columns = {
    "handle": ("Handle", "URL handle"),
    "title": ("Title",),
    "description": ("Body (HTML)", "Description"),
    "vendor": ("Vendor",),
    "type": ("Type",),
    "tags": ("Tags",),
    "published": ("Published", "Published on online store"),
    "status": ("Status",),
    **{f"option{n} name": (f"Option{n} Name",) for n in range(1, MAX_OPTIONS + 1)},
    **{f"option{n} value": (f"Option{n} Value",) for n in range(1, MAX_OPTIONS + 1)},
    "sku": ("Variant SKU", "SKU"),
    "barcode": ("Variant Barcode", "Barcode"),
    "price": ("Variant Price", "Price"),
    "compare at": ("Variant Compare At Price", "Compare-at price"),
    "grams": ("Variant Grams", "Weight value (grams)"),
    "tracker": ("Variant Inventory Tracker", "Inventory tracker"),
    "quantity": ("Variant Inventory Qty", "Inventory quantity"),
    "policy": ("Variant Inventory Policy", "Continue selling when out of stock"),
    "requires shipping": ("Variant Requires Shipping", "Requires shipping"),
    "taxable": ("Variant Taxable", "Charge tax"),
    "image": ("Image Src", "Product image URL"),
    "image position": ("Image Position",),
    "image alt": ("Image Alt Text",),
    "variant image": ("Variant Image", "Variant image URL"),
    "seo title": ("SEO Title",),
    "seo description": ("SEO Description",),
}
_NAMES = tuple(f"option{n} name" for n in range(1, MAX_OPTIONS + 1))
_VALUES = tuple(f"option{n} value" for n in range(1, MAX_OPTIONS + 1))
_VARIANT_CELLS = (*_VALUES, "sku", "price", "barcode")
_POLICIES = {"deny": False, "continue": True, "false": False, "true": True}
_STATUSES = {"active", "draft", "archived", "unlisted"}
_MAX_ROWS = MAX_VARIANTS + MAX_IMAGES


def read_products(lines: Iterable[str], currency: str) -> Iterator[ImportedProduct | LeftOut]:
    """Every product of the file in its order, or in its place everything that is wrong. Holds one product in memory.

    The rows of a product stand together, and of its own cells those of the first row count. A handle that comes back
    further down is read as another product: with a title it is meant to update the first, without one it is left out.
    `lines` keep their line ends (a file opened with `encoding="utf-8"` and `newline=""`).

    Raises `ImportFileEmpty` and `ImportColumnsMissing` now, `ImportEncodingUnknown` and `ImportFileBroken` now or while
    the products are being walked: what came before stands, what comes after cannot be read.
    """
    Money.zero(currency)  # A wrong currency is the caller's mistake, not each row's.
    table = read_table(lines, COLUMNS, required=("handle", "title", "price"))
    return _products(table, currency)


def _products(table: Table, currency: str) -> Iterator[ImportedProduct | LeftOut]:
    # Rows without a handle are no group.
    for _, rows in groupby(table.rows, key=lambda row: row["handle"] or row.line):
        source = Source(table.layout, tuple(islice(rows, _MAX_ROWS + 1)))
        reading = _Reading(Cells(table.layout), currency, source)
        product = reading.product()
        problems = reading.cells.problems
        yield LeftOut(source, tuple(problems)) if problems else product
        while rest := tuple(islice(rows, _MAX_ROWS)):  # Of a product with too many, piece by piece.
            yield LeftOut(Source(table.layout, rest), ())


@define
class _Reading:
    """One product on its way from rows to a value; cells are read once, each problem is told once."""

    cells: Cells
    currency: str
    source: Source
    images: dict[str, tuple[int, ImportedImage]] = field(factory=dict)  # By address, with the position asked for.
    spellings: dict[tuple[str, str], str] = field(factory=dict)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of the product."""
        return self.source.rows

    def product(self) -> ImportedProduct:
        first, cells = self.rows[0], self.cells
        self._check_rows()
        options = self._options()
        variants = tuple(
            self._variant(row, options)
            for row in self.rows
            if row is first or any(row[column] for column in _VARIANT_CELLS)
        )
        self._check_variants(variants)
        again = " Rows of one product must stand together, its title in the first."
        return ImportedProduct(
            line=first.line,
            handle=self._handle(),
            title=cells.required(first, "title", limit=255, hint=again),
            description_html=cells.text(first, "description", limit=100_000, lines=True),
            vendor=cells.text(first, "vendor", limit=255),
            type=self._type(),
            tags=self._tags(),
            status=self._status(),
            option_names=tuple(first[name] for name in options),
            variants=variants,
            images=self._images(),
            seo_title=cells.text(first, "seo title", limit=255),
            seo_description=cells.text(first, "seo description", limit=1_000, lines=True),
            source=self.source,
        )

    def _check_rows(self) -> None:
        for row in self.rows:
            if row.surplus:
                self.cells.refuse(
                    row, "handle", "too-many-cells", "The row has more cells than the first row has names."
                )
        if len(self.rows) > _MAX_ROWS:
            self.cells.refuse(self.rows[0], "handle", "too-many-rows", f"May have at most {_MAX_ROWS} rows.")

    def _handle(self) -> str:
        first = self.rows[0]
        handle = self.cells.required(first, "handle", limit=200)
        if handle and not slugify(handle):
            self.cells.refuse(first, "handle", "invalid-handle", "Must hold a letter or a digit.")
        return handle

    def _tags(self) -> tuple[str, ...]:
        first = self.rows[0]
        text = self.cells.text(first, "tags", limit=MAX_TAGS * 257)
        tags = tuple(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip())))
        if len(tags) > MAX_TAGS:
            self.cells.refuse(first, "tags", "too-many-tags", f"May have at most {MAX_TAGS} tags.")
        if any(len(tag) > 255 for tag in tags):
            self.cells.refuse(first, "tags", "too-long", "A tag may hold at most 255 characters.")
        if not all(map(slugify, tags)):
            self.cells.refuse(first, "tags", "invalid-word", "A tag must hold a letter or a digit.")
        return tags

    def _type(self) -> str:
        first = self.rows[0]
        kind = self.cells.text(first, "type", limit=255)
        if kind and not slugify(kind):
            self.cells.refuse(first, "type", "invalid-word", "Must hold a letter or a digit.")
        return kind

    def _status(self) -> ImportedStatus | Unset:
        """Shopify shows a product when it is both active and published; what it hides is not for us to show."""
        first = self.rows[0]
        published = self.cells.yes(first, "published")
        status = first["status"].casefold()
        if status and status not in _STATUSES:
            self.cells.refuse(first, "status", "unknown-word", f"Must be one of: {', '.join(sorted(_STATUSES))}.")
        if not status and isinstance(published, Unset):
            return UNSET
        if status == "archived":
            return ImportedStatus.ARCHIVED
        hidden = status in {"draft", "unlisted"} or published is False
        return ImportedStatus.DRAFT if hidden else ImportedStatus.ACTIVE

    def _options(self) -> tuple[str, ...]:
        """The columns that name an option, on the first row and, where repeated, on the others alike."""
        first, cells = self.rows[0], self.cells
        if not any(first[name] for name in _NAMES[1:]) and first["option1 name"].casefold() in {"", "title"}:
            values = {row["option1 value"].casefold() for row in self.rows} - {""}
            if values <= {"default title"}:
                return ()
        names = tuple(name for name in _NAMES if cells.text(first, name, limit=255))
        if len({same_spelling(first[name]) for name in names}) < len(names):
            cells.refuse(first, names[-1], "duplicate-option", "Two options have the same name.")
        for row in self.rows[1:]:
            for name in _NAMES:
                if row[name] and same_spelling(row[name]) != same_spelling(first[name]):
                    cells.refuse(row, name, "option-renamed", f"Is {first[name]!r} in the first row of this product.")
        return names

    def _variant(self, row: Row, options: tuple[str, ...]) -> ImportedVariant:
        cells = self.cells
        price = cells.money(row, "price", self.currency)
        if not row["price"]:
            cells.refuse(row, "price", "missing", "May not be empty.")
        quantity = cells.whole(row, "quantity", limit=MAX_QUANTITY)
        return ImportedVariant(
            line=row.line,
            option_values=self._option_values(row, options),
            sku=cells.code(row, "sku", limit=255),
            barcode=cells.barcode(row, "barcode"),
            price=price or Money.zero(self.currency),
            compare_at_price=self._compare_at_price(row, price),
            grams=cells.grams(row, "grams"),
            # Shopify leaves the tracker empty where it does not count; files by others often lack the column.
            tracked=bool(row["tracker"]) if cells.layout.has("tracker") else quantity is not None,
            # Below zero means sold and not yet delivered: there is nothing on the shelf to open with.
            quantity=None if quantity is None else max(quantity, 0),
            sells_when_out_of_stock=cells.word(row, "policy", _POLICIES, default=False),
            requires_shipping=cells.yes(row, "requires shipping"),
            taxable=cells.yes(row, "taxable"),
            image_src=cells.address(row, "variant image"),
        )

    def _compare_at_price(self, row: Row, price: Money | None) -> Money | Unset | None:
        """A former price; Shopify exports 0 or the price itself where there was no reduction.

        An empty cell ends a reduction; only a file without the column says nothing about it.
        """
        if not self.cells.layout.has("compare at"):
            return UNSET
        former = self.cells.money(row, "compare at", self.currency)
        return former if former is not None and price is not None and price < former else None

    def _option_values(self, row: Row, options: tuple[str, ...]) -> tuple[str, ...]:
        """One value per option. `blue` under `Blue` is the same value: the first spelling is kept."""
        named = {name.replace("name", "value") for name in options}
        if options:
            for column in set(_VALUES) - named:
                if row[column]:
                    self.cells.refuse(row, column, "option-without-name", "The option has no name in the first row.")
        values = []
        for column in (column for column in _VALUES if column in named):
            value = self.cells.required(row, column, limit=MAX_OPTION_VALUE)
            values.append(self.spellings.setdefault((column, same_spelling(value)), value))
        return tuple(values)

    def _check_variants(self, variants: tuple[ImportedVariant, ...]) -> None:
        rows = {row.line: row for row in self.rows}
        if len(variants) > MAX_VARIANTS:
            self.cells.refuse(self.rows[0], "handle", "too-many-variants", f"May have at most {MAX_VARIANTS} variants.")
        options: dict[tuple[str, ...], int] = {}
        skus: dict[str, int] = {}
        for variant in variants:
            before = options.setdefault(variant.option_values, variant.line)
            if before != variant.line:
                message = f"The variant of line {before} has the same options."
                self.cells.refuse(rows[variant.line], "option1 value", "duplicate-variant", message)
            before = skus.setdefault(variant.sku, variant.line) if variant.sku else variant.line
            if before != variant.line:
                self.cells.refuse(rows[variant.line], "sku", "duplicate-sku", f"Is the SKU of line {before} too.")

    def _images(self) -> tuple[ImportedImage, ...]:
        """In the order asked for, the ones without a position after the others; each address once.

        A variant's picture that the product does not list comes last.
        """
        for row in self.rows:
            if (src := self.cells.address(row, "image")) is not None:
                position = self.cells.whole(row, "image position", limit=MAX_QUANTITY)
                self._add_image(row, src, MAX_QUANTITY if position is None else position)
        for row in self.rows:
            if src := row["variant image"]:
                self._add_image(row, src, MAX_QUANTITY)
        if len(self.images) > MAX_IMAGES:
            self.cells.refuse(self.rows[0], "image", "too-many-images", f"May have at most {MAX_IMAGES} images.")
        in_order = sorted(self.images.values(), key=lambda asked: asked[0])
        return tuple(
            ImportedImage(image.line, image.src, position, image.alt) for position, (_, image) in enumerate(in_order, 1)
        )

    def _add_image(self, row: Row, src: str, asked: int) -> None:
        alt = self.cells.text(row, "image alt", limit=512) if row["image"] == src else ""
        self.images.setdefault(src, (asked, ImportedImage(row.line, src, 0, alt)))
