"""THE page: which adapter stands behind which port. One attribute per feature."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from attrs import evolve, frozen

from commerce_core import departments
from commerce_core.access.logins import LoginGuard
from commerce_core.audit.service import AuditService
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
from commerce_core.checkout.service import CheckoutService
from commerce_core.customers.accounts import AccountService
from commerce_core.customers.credentials import CredentialService
from commerce_core.customers.privacy import PrivacyService
from commerce_core.customers.profile import ProfileService
from commerce_core.customers.retention import Kept, RetentionService
from commerce_core.customers.service import CustomersService
from commerce_core.discounts.service import DiscountService
from commerce_core.draft_orders.service import DraftOrderService
from commerce_core.emails.consent import ConsentService
from commerce_core.emails.service import EmailService
from commerce_core.equipment import (
    Ground,
    bucket,
    card_gateway,
    cart_service,
    default_rules,
    files,
    storefront,
)
from commerce_core.feeds.service import FeedService
from commerce_core.gateways.local_media import LocalMedia
from commerce_core.gateways.public_web import PublicWeb
from commerce_core.gateways.vat_numbers import VatNumberForms
from commerce_core.imports.counts import StockCountImport
from commerce_core.imports.service import ImportService
from commerce_core.inbox.service import InboxService
from commerce_core.inventory.service import InventoryService
from commerce_core.invoices.service import InvoiceService
from commerce_core.kernel.idempotency import Idempotency
from commerce_core.kernel.ids import uuid7
from commerce_core.kernel.token import SecretKey
from commerce_core.keys.door import OperatorDoor
from commerce_core.keys.service import KeyService
from commerce_core.media.pictures import Pictures
from commerce_core.media.remote import RemoteImageService
from commerce_core.media.service import MediaService
from commerce_core.merchant.service import MerchantService
from commerce_core.orders.service import OrderService
from commerce_core.outbox.service import E, OutboxService, Subscriber
from commerce_core.payments.cases import PaymentCaseService
from commerce_core.payments.ports import PaymentGateway
from commerce_core.payments.reconciliation import ReconciliationService
from commerce_core.payments.refunds import RefundService
from commerce_core.payments.service import PaymentService
from commerce_core.postgres.audit import PostgresAuditReader
from commerce_core.postgres.catalog_reads import PostgresCatalogReader
from commerce_core.postgres.categories import PostgresCategoryReader
from commerce_core.postgres.consents import PostgresConsentReader
from commerce_core.postgres.database import Database
from commerce_core.postgres.discounts import PostgresDiscountReader
from commerce_core.postgres.feeds import PostgresFeedReader
from commerce_core.postgres.imports import PostgresProductExport
from commerce_core.postgres.inbox import PostgresInboxReader
from commerce_core.postgres.inventory_reads import PostgresInventoryReader
from commerce_core.postgres.media import PostgresMediaReader
from commerce_core.postgres.outbox import PostgresOutboxReader
from commerce_core.postgres.payload import decode
from commerce_core.postgres.redirects import PostgresRedirectReader
from commerce_core.postgres.tags import PostgresTagReader
from commerce_core.postgres.variants import PostgresVariantReader
from commerce_core.pricing.defaults import DefaultRules
from commerce_core.pricing.ports import TaxCalculator
from commerce_core.pricing.taxation import TableTaxes
from commerce_core.reactions import reactions
from commerce_core.settings import Settings
from commerce_core.shipments.service import ShipmentService
from commerce_core.shipping.service import ShippingService
from commerce_core.staff.invitations import InvitationService
from commerce_core.staff.passwords import PasswordService
from commerce_core.staff.service import StaffService
from commerce_core.staff.sessions import SessionService
from commerce_core.subscriptions.deliveries import DeliveryService
from commerce_core.subscriptions.service import SubscriptionService
from commerce_core.taxes.service import TaxService


@frozen
class Commerce:
    """A shop, open for business. Close it, or use it as a context manager."""

    settings: Settings
    secret: SecretKey
    database: Database
    idempotency: Idempotency
    staff: StaffService
    staff_sessions: SessionService
    staff_passwords: PasswordService
    invitations: InvitationService
    keys: KeyService
    operators: OperatorDoor
    logins: LoginGuard
    customers: CustomersService
    accounts: AccountService
    credentials: CredentialService
    profile: ProfileService
    privacy: PrivacyService
    retention: RetentionService
    consents: ConsentService
    audit: AuditService
    outbox: OutboxService
    subscriptions: SubscriptionService
    deliveries: DeliveryService
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
    idempotency = departments.idempotency(ground)
    rules = default_rules(ground)
    cart = cart_service(ground)
    payments = departments.payments(ground, card)
    orders = departments.orders(ground, rules.merchant)
    shipments = departments.shipments(ground)
    checkout = departments.checkout(ground, payments, orders, shipments, card)
    invoices = departments.invoices(ground, checkout)
    people = departments.People.of(ground, cart, checkout)
    operators = departments.Operators.of(ground, people.logins)
    happened = reactions(
        customers=people.customers,
        accounts=people.accounts,
        checkout=checkout,
        refunds=payments.refunds,
        passwords=operators.passwords,
        invoices=invoices,
    )
    told = departments.WebhooksOut.of(ground)
    outbox = OutboxService(
        begin,
        PostgresOutboxReader(database),
        happened,
        decode,
        kept=settings.retention.events,
        relay=told.deliveries.relay,
    )
    inbox = InboxService(begin, PostgresInboxReader(database), settings.retention.provider_events)
    inventory = InventoryService(begin, PostgresInventoryReader(database))
    audit = AuditService(begin, PostgresAuditReader(database), settings.retention.audit)
    return Commerce(
        settings=ground.settings,
        secret=ground.secret,
        database=database,
        idempotency=idempotency,
        staff=operators.staff,
        staff_sessions=operators.sessions,
        staff_passwords=operators.passwords,
        invitations=operators.invitations,
        keys=operators.keys,
        operators=operators.door,
        logins=people.logins,
        customers=people.customers,
        accounts=people.accounts,
        credentials=people.credentials,
        profile=people.profile,
        privacy=people.privacy,
        retention=RetentionService(
            begin,
            settings.retention,
            {
                Kept.PROVIDER_EVENTS: inbox.prune,
                Kept.EVENTS: outbox.prune,
                Kept.DELIVERIES: told.deliveries.prune,
                Kept.CARTS: cart.purge,
                Kept.REPLIES: idempotency.forget_old,
                Kept.AUDIT: audit.prune,
                Kept.GUESSES: people.logins.forget_old,
                Kept.STAFF_ACCESS: operators.sessions.forget_ended,
            },
        ),
        audit=audit,
        consents=ConsentService(begin, PostgresConsentReader(database), settings.marketing_text_version),
        outbox=outbox,
        subscriptions=told.subscriptions,
        deliveries=told.deliveries,
        inbox=inbox,
        emails=departments.emails(ground, rules.merchant),
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
        cart=cart,
        orders=orders,
        shipments=shipments,
        payments=payments,
        refunds=payments.refunds,
        payment_cases=payments.cases,
        reconciliation=departments.reconciliation(ground, payments, card),
        checkout=checkout,
        cancellations=CancellationService(begin, checkout, payments.refunds),
        draft_orders=departments.draft_orders(ground, checkout, store.base),
        invoices=invoices,
    )
