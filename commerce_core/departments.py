"""Services that need each other, wired together: pricing, selling, paying, writing to people, and the people."""

from typing import Self

from attrs import frozen

from commerce_core.access.logins import LoginGuard
from commerce_core.cart.model import CartPolicy
from commerce_core.cart.service import CartService
from commerce_core.checkout.model import CheckoutPolicy, PaymentMethod
from commerce_core.checkout.service import CheckoutService
from commerce_core.customers.accounts import AccountService
from commerce_core.customers.credentials import CredentialService
from commerce_core.customers.model import AccountPolicy
from commerce_core.customers.privacy import PrivacyService
from commerce_core.customers.profile import ProfileService
from commerce_core.customers.service import CustomersService
from commerce_core.emails.service import EmailService
from commerce_core.equipment import mail_sender, merchant_of, opening_rules
from commerce_core.gateways.addresses import is_public
from commerce_core.gateways.argon2 import Argon2Hasher
from commerce_core.gateways.manual import ManualGateway
from commerce_core.gateways.templates import Templates
from commerce_core.gateways.webhook_post import WebhookPost, is_inner_or_public
from commerce_core.inbox.model import RETRY as INBOX_RETRY
from commerce_core.inventory.model import InventoryPolicy
from commerce_core.kernel.idempotency import Idempotency
from commerce_core.kernel.ids import capability, uuid7
from commerce_core.kernel.money import Money
from commerce_core.kernel.token import SecretKey, new_token
from commerce_core.keys.door import OperatorDoor
from commerce_core.keys.service import KeyService
from commerce_core.merchant.service import MerchantService
from commerce_core.orders.service import OrderService
from commerce_core.payments.cases import PaymentCaseService
from commerce_core.payments.disputes import DisputeService
from commerce_core.payments.gateways import Gateways
from commerce_core.payments.ports import PaymentGateway
from commerce_core.payments.reconciliation import ReconciliationService
from commerce_core.payments.refunds import RefundService
from commerce_core.payments.service import PaymentPolicy, PaymentService
from commerce_core.postgres.cart import PostgresCartReader
from commerce_core.postgres.charges import PostgresChargeReader
from commerce_core.postgres.customers import PostgresCustomerReader
from commerce_core.postgres.database import Database
from commerce_core.postgres.emails import PostgresEmailReader
from commerce_core.postgres.idempotency import PostgresIdempotencyStore
from commerce_core.postgres.inbox import PostgresInboxStore
from commerce_core.postgres.keys import PostgresKeyReader
from commerce_core.postgres.merchant import PostgresMerchantReader
from commerce_core.postgres.order_exports import PostgresOrderExport
from commerce_core.postgres.orders import PostgresOrderReader
from commerce_core.postgres.payload import decode
from commerce_core.postgres.payment_cases import PostgresPaymentCaseReader
from commerce_core.postgres.pricing import KeptRules
from commerce_core.postgres.shipping import PostgresZoneReader
from commerce_core.postgres.staff import PostgresStaffReader
from commerce_core.postgres.subscriptions import PostgresSubscriptionReader
from commerce_core.postgres.taxes import PostgresTaxRateReader
from commerce_core.postgres.work import PostgresBegin
from commerce_core.pricing.defaults import DefaultRules
from commerce_core.pricing.ports import TaxCalculator
from commerce_core.reactions import TOLD
from commerce_core.settings import PaymentProvider, Settings
from commerce_core.shipping.service import ShippingService
from commerce_core.staff.invitations import InvitationService
from commerce_core.staff.passwords import PasswordService
from commerce_core.staff.service import StaffService
from commerce_core.staff.sessions import SessionService
from commerce_core.subscriptions.deliveries import DeliveryService
from commerce_core.subscriptions.drafts import Rules
from commerce_core.subscriptions.service import SubscriptionService
from commerce_core.taxes.service import TaxService


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
        """The ground of one shop. Connects to nothing."""
        database = Database.at(
            str(settings.database_url), max_connections=settings.threads, search_language=settings.search_language
        )
        secret = SecretKey(settings.secret or new_token())
        return cls(settings, database, PostgresBegin(database, KeptRules(opening_rules(settings))), secret, taxes)


def idempotency(ground: Ground) -> Idempotency:
    """Requests that are run once, however often they come."""
    store = PostgresIdempotencyStore(ground.database)
    return Idempotency(store, ground.secret, uuid7, ground.settings.retention.replies)


def emails(ground: Ground, merchant: MerchantService) -> EmailService:
    """Who writes to people."""
    templates = Templates(merchant.name, ground.secret, ground.settings.account_url, ground.settings.public_staff_url)
    read, sender = PostgresEmailReader(ground.database), mail_sender(ground.settings)
    return EmailService(ground.begin, read, templates, sender, decode)


def rules(ground: Ground) -> DefaultRules:
    """What prices are made by, and the rules of a new shop."""
    settings, begin, database = ground.settings, ground.begin, ground.database
    return DefaultRules(
        merchant=MerchantService(begin, PostgresMerchantReader(database), merchant_of(settings)),
        taxes=TaxService(begin, PostgresTaxRateReader(database), uuid7),
        shipping=ShippingService(begin, PostgresZoneReader(database), uuid7, settings.currency),
        tax_rate=settings.tax_rate,
        shipping_price=Money(settings.shipping_price, settings.currency),
    )


def cart(ground: Ground) -> CartService:
    """Who keeps carts."""
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


def orders(ground: Ground, merchant: MerchantService) -> OrderService:
    """Who keeps orders."""
    database = ground.database
    reader, charges = PostgresOrderReader(database), PostgresChargeReader(database)
    return OrderService(ground.begin, reader, charges, PostgresOrderExport(database), merchant)


def payments(ground: Ground, card: PaymentGateway | None) -> PaymentService:
    """Who takes money and gives it back."""
    begin, inbox = ground.begin, PostgresInboxStore(ground.database)
    gateways = Gateways({"manual": ManualGateway()} | ({card.name: card} if card else {}))
    return PaymentService(
        begin=begin,
        single=begin.single,
        inbox=inbox,
        gateways=gateways,
        refunds=RefundService(begin, gateways, uuid7),
        disputes=DisputeService(begin, uuid7),
        cases=PaymentCaseService(begin, PostgresPaymentCaseReader(ground.database), uuid7),
        new_id=uuid7,
        policy=PaymentPolicy(),
        inbox_retry=INBOX_RETRY,
    )


def reconciliation(ground: Ground, paying: PaymentService, card: PaymentGateway | None) -> ReconciliationService:
    """With those who keep books of their own. Nobody stands behind manual payments, nor behind fake ones."""
    fake = ground.settings.payment_provider is PaymentProvider.FAKE
    keepers = Gateways({card.name: card} if card and not fake else {})
    return ReconciliationService(ground.begin, keepers, paying, paying.refunds, paying.cases)


def checkout(
    ground: Ground, paying: PaymentService, ordering: OrderService, card: PaymentGateway | None
) -> CheckoutService:
    """The way from a cart to an order that is paid."""
    return CheckoutService(
        begin=ground.begin,
        new_id=uuid7,
        payments=paying,
        orders=ordering,
        order_reader=PostgresOrderReader(ground.database),
        providers={PaymentMethod.MANUAL: "manual"} | ({PaymentMethod.CARD: card.name} if card else {}),
        taxes=ground.taxes,
        policy=CheckoutPolicy(reference_format=ground.settings.order_reference_format),
        secret=ground.secret,
    )


@frozen
class WebhooksOut:
    """Who outside hears of what happens here."""

    subscriptions: SubscriptionService
    deliveries: DeliveryService

    @classmethod
    def of(cls, ground: Ground) -> Self:
        """Those of one shop."""
        begin, read, settings = ground.begin, PostgresSubscriptionReader(ground.database), ground.settings
        endpoints = WebhookPost(is_inner_or_public if settings.subscriptions_inner else is_public)
        return cls(
            subscriptions=SubscriptionService(
                begin, read, uuid7, ground.secret, Rules(TOLD, plain=settings.subscriptions_inner)
            ),
            deliveries=DeliveryService(
                begin=begin,
                single=begin.single,
                read=read,
                endpoints=endpoints,
                new_id=uuid7,
                secret=ground.secret,
                catalogue=TOLD,
                kept=settings.retention.deliveries,
            ),
        )


@frozen
class People:
    """What customers do, and what is done about them."""

    logins: LoginGuard
    customers: CustomersService
    accounts: AccountService
    credentials: CredentialService
    profile: ProfileService
    privacy: PrivacyService

    @classmethod
    def of(cls, ground: Ground, carts: CartService, paying: PaymentService) -> Self:
        """The people of one shop."""
        begin, secret = ground.begin, ground.secret
        read = PostgresCustomerReader(ground.database, ground.settings.currency)
        policy = AccountPolicy(marketing_text=ground.settings.marketing_text_version)
        hasher, logins = Argon2Hasher(), LoginGuard(begin)
        accounts = AccountService(begin, uuid7, read, hasher, logins, carts, secret, policy)
        return cls(
            logins=logins,
            customers=CustomersService(begin, uuid7, read, policy),
            accounts=accounts,
            credentials=CredentialService(begin, uuid7, read, hasher, logins, accounts, secret, policy),
            profile=ProfileService(begin, uuid7, read, paying, policy),
            privacy=PrivacyService(begin, policy),
        )


@frozen
class Operators:
    """Who runs the shop: people and programs, how they come in and what they do about each other."""

    staff: StaffService
    sessions: SessionService
    invitations: InvitationService
    passwords: PasswordService
    keys: KeyService
    door: OperatorDoor

    @classmethod
    def of(cls, ground: Ground, logins: LoginGuard) -> Self:
        """The operators of one shop."""
        begin, secret, read, hasher = ground.begin, ground.secret, PostgresStaffReader(ground.database), Argon2Hasher()
        staff = StaffService(begin, uuid7, read, hasher, logins)
        keys = KeyService(begin, uuid7, PostgresKeyReader(ground.database))
        return cls(
            staff=staff,
            sessions=SessionService(begin, read),
            invitations=InvitationService(begin, uuid7, read, hasher, secret),
            passwords=PasswordService(begin, uuid7, read, hasher, logins, secret),
            keys=keys,
            door=OperatorDoor(staff, keys),
        )
