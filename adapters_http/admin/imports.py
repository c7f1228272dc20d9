"""The catalogue as a file, in and out."""

import io

from attrs import frozen

from adapters_http.operation import Access, Answer, Idempotent, Media, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.imports.errors import (
    ImportColumnsMissing,
    ImportEncodingUnknown,
    ImportFileBroken,
    ImportFileEmpty,
)
from commerce_core.imports.model import ImportReport
from commerce_core.imports.service import ImportService
from commerce_core.kernel.csv import csv_blocks

BODY_LIMIT = 10_000_000  # bytes: some ten thousand products; more than that is for the command line


@frozen
class ImportQuery:
    """Whether to write, or only to say what would be written."""

    dry_run: bool = False


@frozen
class AdminProductImport:
    """`/v1/admin/imports/products`."""

    imports: ImportService

    @operation(
        "Import products",
        answers={200: ImportReport},
        refusals=(ImportFileEmpty, ImportColumnsMissing, ImportEncodingUnknown, ImportFileBroken),
        access=Access.STAFF,
        permission=Permission.CATALOG_WRITE,
        also=(Permission.INVENTORY_WRITE,),
        idempotency=Idempotent.HONOURED,
        body_limit=BODY_LIMIT,
        body_type="text/csv",
    )
    def on_post(self, actor: Actor, query: ImportQuery, body: bytes) -> Answer:
        """The body is a Shopify product CSV, old or new headers, UTF-8. The same file again changes nothing.

        Products with a problem are left out whole and told by line, column and code; the others land. Pictures have to
        be on the web. Also asks for `inventory:write`, because new variants open with stock.
        """
        lines = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline="")
        return Answer(self.imports.import_products(actor, lines, dry_run=query.dry_run))


@frozen
class AdminProductExport:
    """`/v1/admin/products/export.csv`."""

    imports: ImportService

    @operation(
        "Export products",
        answers={200: Media("text/csv; charset=utf-8")},
        access=Access.STAFF,
        permission=Permission.CATALOG_READ,
        also=(Permission.INVENTORY_READ,),
    )
    def on_get(self, actor: Actor) -> Answer:
        """Every product in any status as a Shopify product CSV that imports back without a change.

        Cells that a spreadsheet would take for a formula begin with an apostrophe. Also asks for `inventory:read`.
        """
        headers = {"Content-Disposition": 'attachment; filename="products.csv"'}
        return Answer(csv_blocks(self.imports.export_products(actor)), headers=headers)
