"""THE page: which adapter stands behind which port. One attribute per feature."""

from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import evolve, frozen

from commerce_core.cart.service import CartService
from commerce_core.catalog.categories import CategoryService
from commerce_core.catalog.images import ImageService
from commerce_core.catalog.redirects import RedirectService
from commerce_core.catalog.search_index import SearchIndexService
from commerce_core.catalog.service import CatalogService
from commerce_core.catalog.tags import TagService
from commerce_core.catalog.variants import VariantService
from commerce_core.checkout.model import CheckoutPolicy, PaymentMethod
from commerce_core.checkout.service import CheckoutService
from commerce_core.customers.service import CustomersService
from commerce_core.emails.ports import MailSender
from commerce_core.emails.service import EmailService
from commerce_core.feeds.model import Storefront
from commerce_core.feeds.service import FeedService
from commerce_core.gateways.argon2 import Argon2Hasher
from commerce_core.gateways.local_media import LocalMedia
from commerce_core.gateways.mail_folder import MailFolder
from commerce_core.gateways.manual import ManualGateway
from commerce_core.gateways.public_web import PublicWeb
from commerce_core.gateways.s3 import S3Media
from commerce_core.gateways.smtp import SmtpSender
from commerce_core.gateways.stripe import StripeGateway
from commerce_core.gateways.templates import Templates
from commerce_core.imports.service import ImportService
from commerce_core.inbox.model import InboxPolicy
from commerce_core.inventory.model import InventoryPolicy
from commerce_core.inventory.service import InventoryService
from commerce_core.kernel.idempotency import Idempotency
from commerce_core.kernel.ids import capability, uuid7
from commerce_core.kernel.money import Money
from commerce_core.kernel.token import SecretKey
from commerce_core.media.pictures import Pictures
from commerce_core.media.ports import Media
from commerce_core.media.remote import RemoteImageService
from commerce_core.media.service import MediaService
from commerce_core.orders.service import OrderService
from commerce_core.outbox.service import OutboxService
from commerce_core.payments.ports import PaymentGateway
from commerce_core.payments.service import PaymentPolicy, PaymentService
from commerce_core.postgres.cart import PostgresCartReader
from commerce_core.postgres.catalog_reads import PostgresCatalogReader
from commerce_core.postgres.categories import PostgresCategoryReader
from commerce_core.postgres.customers import PostgresCustomerReader
from commerce_core.postgres.database import Database
from commerce_core.postgres.emails import PostgresEmailReader
from commerce_core.postgres.feeds import PostgresFeedReader
from commerce_core.postgres.idempotency import PostgresIdempotencyStore
from commerce_core.postgres.imports import PostgresProductExport
from commerce_core.postgres.inbox import PostgresInboxStore
from commerce_core.postgres.inventory import PostgresInventoryReader
from commerce_core.postgres.media import PostgresMediaReader
from commerce_core.postgres.orders import PostgresOrderReader
from commerce_core.postgres.outbox import PostgresOutboxReader
from commerce_core.postgres.payload import decode
from commerce_core.postgres.redirects import PostgresRedirectReader
from commerce_core.postgres.staff import PostgresStaffReader
from commerce_core.postgres.tags import PostgresTagReader
from commerce_core.postgres.variants import PostgresVariantReader
from commerce_core.postgres.work import PostgresBegin
from commerce_core.pricing.model import PricingRules, ShippingOption
from commerce_core.reactions import reactions
from commerce_core.settings import Settings
from commerce_core.staff.service import StaffService


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
    cart: CartService
    orders: OrderService
    payments: PaymentService
    checkout: CheckoutService

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
    database_url: str | None = None, *, settings: Settings | None = None, gateway: PaymentGateway | None = None
) -> Commerce:
    """Wire a shop to a PostgreSQL database. Nothing is connected before the first call.

    `database_url` wins over the one in `settings`; without `settings` the defaults of development hold.
    `gateway` takes the card payments instead of the provider that the settings name.
    """
    settings = settings or Settings()
    url = database_url or settings.database_url
    if url is None:
        raise ValueError("open_shop needs the address of a PostgreSQL database")
    settings = evolve(settings, database_url=url)
    database = Database.at(url, max_connections=settings.threads, search_language=settings.search_language)
    begin = PostgresBegin(database)
    secret = SecretKey(settings.secret)
    rules = pricing_rules(settings)
    store = _storefront(settings)
    local_media = LocalMedia(Path(settings.data_dir or "var"), secret)
    media = _bucket(settings) or local_media
    media_reader = PostgresMediaReader(database)
    card = gateway or _card_gateway(settings)
    gateways = {"manual": ManualGateway()} | ({card.name: card} if card else {})
    payments = PaymentService(begin, PostgresInboxStore(database), gateways, uuid7, PaymentPolicy(), InboxPolicy())
    order_reader = PostgresOrderReader(database)
    orders = OrderService(begin, order_reader)
    customers = CustomersService(begin, uuid7, PostgresCustomerReader(database, settings.currency))
    return Commerce(
        settings=settings,
        secret=secret,
        database=database,
        idempotency=Idempotency(PostgresIdempotencyStore(database), secret, uuid7),
        staff=StaffService(begin, uuid7, PostgresStaffReader(database), Argon2Hasher()),
        customers=customers,
        outbox=OutboxService(begin, PostgresOutboxReader(database), reactions(customers=customers), decode),
        emails=EmailService(
            begin, PostgresEmailReader(database), Templates(settings.shop_name), _mail_sender(settings), decode
        ),
        media=MediaService(begin, media_reader, media, uuid7),
        remote_images=RemoteImageService(begin, media_reader, media, PublicWeb()),
        local_media=local_media,
        imports=ImportService(begin, PostgresProductExport(database), uuid7, Pictures(media), settings.currency),
        catalog=CatalogService(begin, PostgresCatalogReader(database, store), uuid7, settings.currency),
        feeds=FeedService(PostgresFeedReader(database), store),
        variants=VariantService(begin, PostgresVariantReader(database), uuid7, settings.currency),
        images=ImageService(begin, uuid7),
        categories=CategoryService(begin, PostgresCategoryReader(database), uuid7),
        tags=TagService(begin, PostgresTagReader(database), uuid7),
        redirects=RedirectService(begin, PostgresRedirectReader(database), uuid7),
        search_index=SearchIndexService(begin),
        inventory=InventoryService(begin, PostgresInventoryReader(database)),
        cart=CartService(begin, capability, uuid7, rules, InventoryPolicy(), PostgresCartReader(database)),
        orders=orders,
        payments=payments,
        checkout=CheckoutService(
            begin=begin,
            new_id=uuid7,
            payments=payments,
            orders=orders,
            order_reader=order_reader,
            providers={PaymentMethod.MANUAL: "manual"} | ({PaymentMethod.CARD: card.name} if card else {}),
            rules=rules,
            policy=CheckoutPolicy(),
            secret=secret,
        ),
    )


def _bucket(settings: Settings) -> Media | None:
    if settings.s3_bucket is None:
        return None
    return S3Media(
        bucket=settings.s3_bucket,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        public_url=settings.s3_public_url,
    )


def _mail_sender(settings: Settings) -> MailSender:
    if settings.email_provider == "smtp":
        return SmtpSender.at(settings.email_provider_key or "smtp://localhost:25", settings.email_from)
    return MailFolder(Path(settings.data_dir or "var") / "mail", settings.email_from)


def pricing_rules(settings: Settings) -> PricingRules:
    """The shop's one tax rate and its one way of shipping."""
    return PricingRules(
        currency=settings.currency,
        prices_include_tax=settings.prices_include_tax,
        tax_rate=Decimal(settings.tax_rate),
        tax_title=f"VAT {settings.country}",
        shipping=ShippingOption("standard", "Standard delivery", Money(settings.shipping_price, settings.currency), 3),
    )


def _card_gateway(settings: Settings) -> PaymentGateway | None:
    if settings.payment_provider == "stripe" and settings.stripe_secret_key:
        return StripeGateway(
            secret_key=settings.stripe_secret_key,
            webhook_secrets=settings.webhook_secrets,
            publishable_key=settings.stripe_publishable_key,
            api_base=settings.stripe_api_base,
        )
    return None


def _storefront(settings: Settings) -> Storefront:
    return Storefront(
        name=settings.shop_name,
        base=(settings.public_store_url or "").rstrip("/"),
        product_path=settings.store_product_path,
        category_path=settings.store_category_path,
    )
