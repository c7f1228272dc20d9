"""What the settings choose: which provider, which bucket, who carries the mail, the rules to begin with.

And what is built of little else: the ground that every feature stands on, carts, the shop's rules.
"""

from pathlib import Path
from typing import Self

from attrs import frozen

from commerce_core.cart.model import CartPolicy
from commerce_core.cart.service import CartService
from commerce_core.emails.ports import MailSender
from commerce_core.feeds.model import Storefront
from commerce_core.gateways.breaker import Breaker
from commerce_core.gateways.mail_folder import MailFolder
from commerce_core.gateways.s3 import S3Media
from commerce_core.gateways.smtp import SmtpSender
from commerce_core.gateways.stripe import StripeGateway
from commerce_core.inventory.model import InventoryPolicy
from commerce_core.kernel.ids import capability, uuid7
from commerce_core.kernel.money import Money
from commerce_core.kernel.token import SecretKey, new_token
from commerce_core.media.ports import Media
from commerce_core.merchant.model import Merchant
from commerce_core.merchant.service import MerchantService
from commerce_core.payments.ports import PaymentGateway
from commerce_core.postgres.cart import PostgresCartReader
from commerce_core.postgres.database import Database
from commerce_core.postgres.merchant import PostgresMerchantReader
from commerce_core.postgres.pricing import KeptRules
from commerce_core.postgres.shipping import PostgresZoneReader
from commerce_core.postgres.taxes import PostgresTaxRateReader
from commerce_core.postgres.work import PostgresBegin
from commerce_core.pricing.defaults import DefaultRules
from commerce_core.pricing.opening import OpeningRules, Premise
from commerce_core.pricing.ports import TaxCalculator
from commerce_core.settings import EmailProvider, PaymentProvider, Settings
from commerce_core.shipping.service import ShippingService
from commerce_core.taxes.service import TaxService


def files(settings: Settings) -> Path:
    """Where pictures and the mail of a developer lie."""
    return Path(settings.data_dir or "var")


def bucket(settings: Settings) -> Media | None:
    """Where pictures lie in production; None where no bucket is named."""
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


def mail_sender(settings: Settings) -> MailSender:
    """Who carries the mail."""
    if settings.email_provider is EmailProvider.SMTP:
        return SmtpSender.at(settings.email_provider_key or "smtp://localhost:25", settings.email_from)
    return MailFolder(files(settings) / "mail", settings.email_from)


def merchant_of(settings: Settings) -> Merchant:
    """Who sells, as the environment says it: so it is until somebody writes down something else."""
    return Merchant(settings.shop_name, settings.country, settings.timezone, settings.prices_include_tax)


def opening_rules(settings: Settings) -> OpeningRules:
    """What prices are made by until rates and zones are written down."""
    return OpeningRules(
        currency=settings.currency,
        premise=Premise(settings.country, settings.timezone, settings.prices_include_tax),
        tax_rate=settings.tax_rate,
        shipping_price=Money(settings.shipping_price, settings.currency),
    )


def card_gateway(settings: Settings) -> PaymentGateway | None:
    """Who takes card payments; None where nobody does."""
    if settings.payment_provider is PaymentProvider.FAKE:
        from commerce_core.gateways.fake import FakeGateway  # noqa: PLC0415 - nothing where real money is

        return FakeGateway(webhook_secret=settings.webhook_secrets[0] if settings.webhook_secrets else "whsec_fake")
    if settings.payment_provider is PaymentProvider.STRIPE and settings.stripe_secret_key:
        return StripeGateway(
            secret_key=settings.stripe_secret_key,
            webhook_secrets=settings.webhook_secrets,
            publishable_key=settings.stripe_publishable_key,
            api_base=settings.stripe_api_base,
            breaker=Breaker(at_once=max(1, settings.threads - 2)),
        )
    return None


def storefront(settings: Settings) -> Storefront:
    """The shop that buyers see, and its addresses."""
    return Storefront(
        name=settings.shop_name,
        base=(settings.public_store_url or "").rstrip("/"),
        product_path=settings.store_product_path,
        category_path=settings.store_category_path,
    )


@frozen
class Ground:
    """What every feature stands on."""

    settings: Settings
    database: Database
    begin: PostgresBegin
    secret: SecretKey
    taxes: TaxCalculator

    @classmethod
    def of(cls, settings: Settings, taxes: TaxCalculator) -> Self:
        """Where the settings say it is. Nothing is connected."""
        database = Database.at(
            str(settings.database_url), max_connections=settings.threads, search_language=settings.search_language
        )
        secret = SecretKey(settings.secret or new_token())
        return cls(settings, database, PostgresBegin(database, KeptRules(opening_rules(settings))), secret, taxes)


def default_rules(ground: Ground) -> DefaultRules:
    """The services of who sells, of taxes and of shipping, and what a new shop begins with."""
    settings, begin, database = ground.settings, ground.begin, ground.database
    return DefaultRules(
        merchant=MerchantService(begin, PostgresMerchantReader(database), merchant_of(settings)),
        taxes=TaxService(begin, PostgresTaxRateReader(database), uuid7),
        shipping=ShippingService(begin, PostgresZoneReader(database), uuid7, settings.currency),
        tax_rate=settings.tax_rate,
        shipping_price=Money(settings.shipping_price, settings.currency),
    )


def cart_service(ground: Ground) -> CartService:
    """Carts, within the limits of the settings."""
    settings = ground.settings
    return CartService(
        begin=ground.begin,
        single=ground.begin.single,
        new_cart_id=capability,
        new_id=uuid7,
        currency=settings.currency,
        taxes=ground.taxes,
        policy=InventoryPolicy.of_minutes(settings.hold_minutes, settings.hold_limit_minutes),
        limits=CartPolicy(settings.cart_max_units, settings.retention.carts),
        read=PostgresCartReader(ground.database),
    )
