"""Services that need each other, wired together: selling, paying, sending, writing to people, and the people."""

from typing import Self

from attrs import frozen

from commerce_core.access.logins import LoginGuard
from commerce_core.cart.service import CartService
from commerce_core.checkout.model import CheckoutPolicy, PaymentMethod
from commerce_core.checkout.service import CheckoutService
from commerce_core.customers.accounts import AccountService
from commerce_core.customers.credentials import CredentialService
from commerce_core.customers.model import AccountPolicy
from commerce_core.customers.privacy import PrivacyService
from commerce_core.customers.profile import ProfileService
from commerce_core.customers.service import CustomersService
from commerce_core.draft_orders.model import DraftPolicy
from commerce_core.draft_orders.service import DraftOrderService
from commerce_core.emails.service import EmailService
from commerce_core.equipment import Ground, mail_sender, merchant_of
from commerce_core.gateways.addresses import is_public
from commerce_core.gateways.argon2 import Argon2Hasher
from commerce_core.gateways.manual import ManualGateway
from commerce_core.gateways.pdf import PdfDocuments
from commerce_core.gateways.templates import Templates
from commerce_core.gateways.webhook_post import WebhookPost, is_inner_or_public
from commerce_core.inbox.model import RETRY as INBOX_RETRY
from commerce_core.invoices.service import InvoiceService
from commerce_core.kernel.idempotency import Idempotency
from commerce_core.kernel.ids import capability, uuid7
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
from commerce_core.postgres.charges import PostgresChargeReader
from commerce_core.postgres.customers import PostgresCustomerReader
from commerce_core.postgres.draft_orders import PostgresDraftOrderReader
from commerce_core.postgres.emails import PostgresEmailReader
from commerce_core.postgres.idempotency import PostgresIdempotencyStore
from commerce_core.postgres.inbox import PostgresInboxStore
from commerce_core.postgres.invoices import PostgresInvoiceReader
from commerce_core.postgres.keys import PostgresKeyReader
from commerce_core.postgres.order_exports import PostgresOrderExport
from commerce_core.postgres.order_lists import PostgresOrderListReader
from commerce_core.postgres.orders import PostgresOrderReader
from commerce_core.postgres.payload import decode
from commerce_core.postgres.payment_cases import PostgresPaymentCaseReader
from commerce_core.postgres.refunds import PostgresRefundReader
from commerce_core.postgres.shipments import PostgresShipmentReader
from commerce_core.postgres.staff import PostgresStaffReader
from commerce_core.postgres.subscriptions import PostgresSubscriptionReader
from commerce_core.reactions import TOLD
from commerce_core.settings import PaymentProvider
from commerce_core.shipments.service import ShipmentService
from commerce_core.staff.invitations import InvitationService
from commerce_core.staff.passwords import PasswordService
from commerce_core.staff.service import StaffService
from commerce_core.staff.sessions import SessionService
from commerce_core.subscriptions.deliveries import DeliveryService
from commerce_core.subscriptions.drafts import Rules
from commerce_core.subscriptions.service import SubscriptionService


def idempotency(ground: Ground) -> Idempotency:
    """Requests that are run once, however often they come."""
    store = PostgresIdempotencyStore(ground.database)
    return Idempotency(store, ground.secret, uuid7, ground.settings.retention.replies)


def emails(ground: Ground, merchant: MerchantService) -> EmailService:
    """Who writes to people."""
    templates = Templates(merchant.name, ground.secret, ground.settings.account_url, ground.settings.public_staff_url)
    read, sender = PostgresEmailReader(ground.database), mail_sender(ground.settings)
    return EmailService(ground.begin, read, templates, sender, decode)


def orders(ground: Ground, merchant: MerchantService) -> OrderService:
    """Who keeps orders."""
    database = ground.database
    reader, lists = PostgresOrderReader(database), PostgresOrderListReader(database)
    charges = PostgresChargeReader(database)
    return OrderService(ground.begin, reader, lists, charges, PostgresOrderExport(database), merchant, uuid7)


def shipments(ground: Ground) -> ShipmentService:
    """Who sends what is paid for."""
    return ShipmentService(ground.begin, PostgresShipmentReader(ground.database), uuid7)


def payments(ground: Ground, card: PaymentGateway | None) -> PaymentService:
    """Who takes money and gives it back."""
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


def reconciliation(ground: Ground, paying: PaymentService, card: PaymentGateway | None) -> ReconciliationService:
    """With those who keep books of their own. Nobody stands behind manual payments, nor behind fake ones."""
    fake = ground.settings.payment_provider is PaymentProvider.FAKE
    keepers = Gateways({card.name: card} if card and not fake else {})
    return ReconciliationService(ground.begin, keepers, paying, paying.refunds, paying.cases)


def checkout(
    ground: Ground, paying: PaymentService, ordering: OrderService, sending: ShipmentService,
    card: PaymentGateway | None,
) -> CheckoutService:  # fmt: skip
    """The way from a cart to an order that is paid."""
    return CheckoutService(
        begin=ground.begin,
        new_id=uuid7,
        payments=paying,
        orders=ordering,
        shipments=sending,
        order_reader=PostgresOrderReader(ground.database),
        providers={PaymentMethod.MANUAL: "manual"} | ({PaymentMethod.CARD: card.name} if card else {}),
        taxes=ground.taxes,
        policy=CheckoutPolicy(reference_format=ground.settings.order_reference_format),
        secret=ground.secret,
    )


def invoices(ground: Ground, selling: CheckoutService) -> InvoiceService:
    """Who writes invoices and credit notes."""
    seller, reader = merchant_of(ground.settings), PostgresInvoiceReader(ground.database)
    return InvoiceService(ground.begin, reader, seller, PdfDocuments(), selling, uuid7)


def draft_orders(ground: Ground, selling: CheckoutService, store: str) -> DraftOrderService:
    """Who writes down what people order by telephone, for a storefront at `store`."""
    return DraftOrderService(
        begin=ground.begin,
        new_draft_id=capability,
        new_id=uuid7,
        read=PostgresDraftOrderReader(ground.database),
        checkout=selling,
        taxes=ground.taxes,
        currency=ground.settings.currency,
        order_url=f"{store}{ground.settings.store_order_path}",
        policy=DraftPolicy(),
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
    def of(cls, ground: Ground, carts: CartService, selling: CheckoutService) -> Self:
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
            profile=ProfileService(begin, uuid7, read, selling, policy),
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
