"""THE page: which adapter stands behind which port. One attribute per feature."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from attrs import evolve, frozen

from commerce_core.cart.service import CartService
from commerce_core.cart.vat_numbers import VatNumberService
from commerce_core.catalog.categories import CategoryService
from commerce_core.catalog.images import ImageService
from commerce_core.catalog.redirects import RedirectService
from commerce_core.catalog.search_index import SearchIndexService
from commerce_core.catalog.service import CatalogService
from commerce_core.catalog.tags import TagService
from commerce_core.catalog.variants import VariantService
from commerce_core.checkout.cancelling import CancellationService
from commerce_core.checkout.model import CheckoutPolicy, PaymentMethod
from commerce_core.checkout.service import CheckoutService
from commerce_core.customers.service import CustomersService
from commerce_core.discounts.service import DiscountService
from commerce_core.draft_orders.model import DraftPolicy
from commerce_core.draft_orders.service import DraftOrderService
from commerce_core.emails.service import EmailService
from commerce_core.equipment import (
    Ground,
    bucket,
    card_gateway,
    cart_service,
    default_rules,
    events_kept,
    files,
    mail_sender,
    merchant_of,
    storefront,
)
from commerce_core.feeds.service import FeedService
from commerce_core.gateways.argon2 import Argon2Hasher
from commerce_core.gateways.local_media import LocalMedia
from commerce_core.gateways.manual import ManualGateway
from commerce_core.gateways.pdf import PdfDocuments
from commerce_core.gateways.public_web import PublicWeb
from commerce_core.gateways.templates import Templates
from commerce_core.gateways.vat_numbers import VatNumberForms
from commerce_core.imports.counts import StockCountImport
from commerce_core.imports.service import ImportService
from commerce_core.inbox.model import RETRY as INBOX_RETRY
from commerce_core.inbox.service import InboxService
from commerce_core.inventory.service import InventoryService
from commerce_core.invoices.service import InvoiceService
from commerce_core.kernel.idempotency import Idempotency
from commerce_core.kernel.ids import capability, uuid7
from commerce_core.kernel.token import SecretKey
from commerce_core.media.pictures import Pictures
from commerce_core.media.remote import RemoteImageService
from commerce_core.media.service import MediaService
from commerce_core.merchant.service import MerchantService
from commerce_core.orders.service import OrderService
from commerce_core.outbox.service import E, OutboxService, Subscriber
from commerce_core.payments.cases import PaymentCaseService
from commerce_core.payments.disputes import DisputeService
from commerce_core.payments.gateways import Gateways
from commerce_core.payments.ports import PaymentGateway
from commerce_core.payments.reconciliation import ReconciliationService
from commerce_core.payments.refunds import RefundService
from commerce_core.payments.service import PaymentPolicy, PaymentService
from commerce_core.postgres.catalog_reads import PostgresCatalogReader
from commerce_core.postgres.categories import PostgresCategoryReader
from commerce_core.postgres.charges import PostgresChargeReader
from commerce_core.postgres.customers import PostgresCustomerReader
from commerce_core.postgres.database import Database
from commerce_core.postgres.discounts import PostgresDiscountReader
from commerce_core.postgres.draft_orders import PostgresDraftOrderReader
from commerce_core.postgres.emails import PostgresEmailReader
from commerce_core.postgres.feeds import PostgresFeedReader
from commerce_core.postgres.idempotency import PostgresIdempotencyStore
from commerce_core.postgres.imports import PostgresProductExport
from commerce_core.postgres.inbox import PostgresInboxReader, PostgresInboxStore
from commerce_core.postgres.inventory_reads import PostgresInventoryReader
from commerce_core.postgres.invoices import PostgresInvoiceReader
from commerce_core.postgres.media import PostgresMediaReader
from commerce_core.postgres.order_exports import PostgresOrderExport
from commerce_core.postgres.order_lists import PostgresOrderListReader
from commerce_core.postgres.orders import PostgresOrderReader
from commerce_core.postgres.outbox import PostgresOutboxReader
from commerce_core.postgres.payload import decode
from commerce_core.postgres.payment_cases import PostgresPaymentCaseReader
from commerce_core.postgres.redirects import PostgresRedirectReader
from commerce_core.postgres.refunds import PostgresRefundReader
from commerce_core.postgres.shipments import PostgresShipmentReader
from commerce_core.postgres.staff import PostgresStaffReader
from commerce_core.postgres.tags import PostgresTagReader
from commerce_core.postgres.variants import PostgresVariantReader
from commerce_core.pricing.defaults import DefaultRules
from commerce_core.pricing.ports import TaxCalculator
from commerce_core.pricing.taxation import TableTaxes
from commerce_core.reactions import reactions
from commerce_core.settings import PaymentProvider, Settings
from commerce_core.shipments.service import ShipmentService
from commerce_core.shipping.service import ShippingService
from commerce_core.staff.service import StaffService
from commerce_core.taxes.service import TaxService


@frozen
class Commerce:
    """A shop, open for business. Close it, or use it as a context manager."""

    settings: Settings
    secret: SecretKey
    database: Database
    idempotency: Idempotency
    staff: StaffService
    customers: CustomersService
    outbox: OutboxService
    inbox: InboxService
    emails: EmailService
    catalog: CatalogService
    variants: VariantService
    images: ImageService
    categories: CategoryService
    tags: TagService
    redirects: RedirectService
    search_index: SearchIndexService
    feeds: FeedService
    media: MediaService
    remote_images: RemoteImageService
    local_media: LocalMedia
    imports: ImportService
    inventory: InventoryService
    stock_counts: StockCountImport
    merchant: MerchantService
    taxes: TaxService
    vat_numbers: VatNumberService
    shipping: ShippingService
    default_rules: DefaultRules
    discounts: DiscountService
    cart: CartService
    orders: OrderService
    shipments: ShipmentService
    payments: PaymentService
    refunds: RefundService
    payment_cases: PaymentCaseService
    reconciliation: ReconciliationService
    checkout: CheckoutService
    cancellations: CancellationService
    draft_orders: DraftOrderService
    invoices: InvoiceService

    def on(self, event: type[E], name: str | None = None) -> Callable[[Subscriber[E]], Subscriber[E]]:
        """Subscribe a function to an event: `shop.on(OrderPaid)(function)`, or above it as a decorator.

        See `OutboxService.on`, which this is.
        """
        return self.outbox.on(event, name)

    def close(self) -> None:
        """Give every connection back."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_shop(
    database_url: str | None = None,
    *,
    settings: Settings | None = None,
    gateway: PaymentGateway | None = None,
    tax_calculator: TaxCalculator | None = None,
) -> Commerce:
    """Wire a shop to a PostgreSQL database. Nothing is connected before the first call.

    `database_url` wins over the one in `settings`; without `settings` the defaults of development hold. Without a
    `secret` in them this shop makes one, which ends with it: order tokens open nothing after that, nor elsewhere.
    `gateway` takes the card payments instead of the provider that the settings name, `tax_calculator` says which rates
    count instead of the shop's own table.
    """
    settings = settings or Settings()
    url = database_url or settings.database_url
    if url is None:
        raise ValueError("open_shop needs the address of a PostgreSQL database")
    ground = Ground.of(evolve(settings, database_url=url), tax_calculator or TableTaxes())
    begin, database = ground.begin, ground.database
    store = storefront(settings)
    local_media = LocalMedia(files(settings), ground.secret)
    media = bucket(settings) or local_media
    media_reader = PostgresMediaReader(database)
    card = gateway or card_gateway(settings)
    payments = _payments(ground, card)
    rules = default_rules(ground)
    orders = _orders(ground, rules.merchant)
    shipments = ShipmentService(begin, PostgresShipmentReader(database), uuid7)
    checkout = _checkout(ground, payments, orders, shipments, card)
    invoices = _invoices(ground, checkout)
    customers = CustomersService(begin, uuid7, PostgresCustomerReader(database, settings.currency))
    inventory = InventoryService(begin, PostgresInventoryReader(database))
    return Commerce(
        settings=ground.settings,
        secret=ground.secret,
        database=database,
        idempotency=Idempotency(PostgresIdempotencyStore(database), ground.secret, uuid7),
        staff=StaffService(begin, uuid7, PostgresStaffReader(database), Argon2Hasher()),
        customers=customers,
        outbox=OutboxService(
            begin,
            PostgresOutboxReader(database),
            reactions(customers=customers, checkout=checkout, refunds=payments.refunds, invoices=invoices),
            decode,
            kept=events_kept(settings),
        ),
        inbox=InboxService(begin, PostgresInboxReader(database), events_kept(settings)),
        emails=_emails(ground, rules.merchant),
        media=MediaService(begin, media_reader, media, uuid7),
        remote_images=RemoteImageService(begin, media_reader, media, PublicWeb()),
        local_media=local_media,
        imports=ImportService(begin, PostgresProductExport(database), uuid7, Pictures(media), settings.currency),
        catalog=CatalogService(begin, PostgresCatalogReader(database, store), uuid7, settings.currency),
        feeds=FeedService(PostgresFeedReader(database), store, rules.merchant.name),
        variants=VariantService(begin, PostgresVariantReader(database), uuid7, settings.currency),
        images=ImageService(begin, uuid7),
        categories=CategoryService(begin, PostgresCategoryReader(database), uuid7),
        tags=TagService(begin, PostgresTagReader(database), uuid7),
        redirects=RedirectService(begin, PostgresRedirectReader(database), uuid7),
        search_index=SearchIndexService(begin),
        inventory=inventory,
        stock_counts=StockCountImport(inventory),
        merchant=rules.merchant,
        taxes=rules.taxes,
        vat_numbers=VatNumberService(begin, ground.taxes, VatNumberForms()),
        shipping=rules.shipping,
        default_rules=rules,
        discounts=DiscountService(begin, PostgresDiscountReader(database), uuid7, settings.currency),
        cart=cart_service(ground),
        orders=orders,
        shipments=shipments,
        payments=payments,
        refunds=payments.refunds,
        payment_cases=payments.cases,
        reconciliation=_reconciliation(ground, payments, card),
        checkout=checkout,
        cancellations=CancellationService(begin, checkout, payments.refunds),
        draft_orders=_draft_orders(ground, checkout, store.base),
        invoices=invoices,
    )


def _emails(ground: Ground, merchant: MerchantService) -> EmailService:
    read, templates = PostgresEmailReader(ground.database), Templates(merchant.name)
    return EmailService(ground.begin, read, templates, mail_sender(ground.settings), decode)


def _invoices(ground: Ground, checkout: CheckoutService) -> InvoiceService:
    seller, reader = merchant_of(ground.settings), PostgresInvoiceReader(ground.database)
    return InvoiceService(ground.begin, reader, seller, PdfDocuments(), checkout, uuid7)


def _orders(ground: Ground, merchant: MerchantService) -> OrderService:
    database = ground.database
    reader, lists = PostgresOrderReader(database), PostgresOrderListReader(database)
    charges = PostgresChargeReader(database)
    return OrderService(ground.begin, reader, lists, charges, PostgresOrderExport(database), merchant, uuid7)


def _payments(ground: Ground, card: PaymentGateway | None) -> PaymentService:
    begin, inbox = ground.begin, PostgresInboxStore(ground.database)
    gateways = Gateways({"manual": ManualGateway()} | ({card.name: card} if card else {}))
    return PaymentService(
        begin=begin,
        single=begin.single,
        inbox=inbox,
        gateways=gateways,
        refunds=RefundService(begin, PostgresRefundReader(ground.database), gateways, uuid7),
        disputes=DisputeService(begin, uuid7),
        cases=PaymentCaseService(begin, PostgresPaymentCaseReader(ground.database), uuid7),
        new_id=uuid7,
        policy=PaymentPolicy(),
        inbox_retry=INBOX_RETRY,
    )


def _reconciliation(ground: Ground, payments: PaymentService, card: PaymentGateway | None) -> ReconciliationService:
    """With those who keep books of their own. Nobody stands behind manual payments, nor behind fake ones."""
    fake = ground.settings.payment_provider is PaymentProvider.FAKE
    keepers = Gateways({card.name: card} if card and not fake else {})
    return ReconciliationService(ground.begin, keepers, payments, payments.refunds, payments.cases)


def _checkout(
    ground: Ground, payments: PaymentService, orders: OrderService, shipments: ShipmentService,
    card: PaymentGateway | None,
) -> CheckoutService:  # fmt: skip
    return CheckoutService(
        begin=ground.begin,
        new_id=uuid7,
        payments=payments,
        orders=orders,
        shipments=shipments,
        order_reader=PostgresOrderReader(ground.database),
        providers={PaymentMethod.MANUAL: "manual"} | ({PaymentMethod.CARD: card.name} if card else {}),
        taxes=ground.taxes,
        policy=CheckoutPolicy(reference_format=ground.settings.order_reference_format),
        secret=ground.secret,
    )


def _draft_orders(ground: Ground, checkout: CheckoutService, store: str) -> DraftOrderService:
    return DraftOrderService(
        begin=ground.begin,
        new_draft_id=capability,
        new_id=uuid7,
        read=PostgresDraftOrderReader(ground.database),
        checkout=checkout,
        taxes=ground.taxes,
        currency=ground.settings.currency,
        order_url=f"{store}{ground.settings.store_order_path}",
        policy=DraftPolicy(),
    )
