"""The last steps of buying. The order stands before the money moves, and the money always ends in that order."""

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import GUEST, SYSTEM, Actor, AuditEntry, Changes, Permission
from commerce_core.cart.errors import CartNotOpen
from commerce_core.cart.model import Cart, CartId, CartStatus
from commerce_core.cart.till import Till, place_of
from commerce_core.checkout.discounted import must_have_its_discount
from commerce_core.checkout.errors import (
    OrderExpired,
    PaymentUnderWay,
    UnknownShippingOption,
)
from commerce_core.checkout.model import CheckoutPolicy, PaymentMethod, Placed, PlaceOrder
from commerce_core.checkout.paying import next_attempt
from commerce_core.checkout.placing import Placing
from commerce_core.checkout.ports import CheckoutWork
from commerce_core.checkout.views import CheckoutView, ConfirmationView, PaymentView, order_view
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.retry import told
from commerce_core.kernel.token import SecretKey
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.orders.errors import OrderIsPaid, OrderNotFound
from commerce_core.orders.events import OrderCancelled
from commerce_core.orders.model import Buyer, Hand, Order, OrderId, OrderStatus
from commerce_core.orders.service import OrderService, must_be_version
from commerce_core.orders.views import OrderReader, OrderView
from commerce_core.payments.errors import GatewayRefused, GatewayUnavailable
from commerce_core.payments.model import Payment, PaymentStatus
from commerce_core.payments.provider import Intent, IntentStatus
from commerce_core.payments.service import PaymentService
from commerce_core.pricing.model import Totals
from commerce_core.pricing.ports import TaxCalculator
from commerce_core.shipments.service import ShipmentService

_BATCH = 100
_log = logging.getLogger(__name__)
_TOKEN = "order"  # noqa: S105 - what the token is for, not a token


@frozen
class CheckoutService:
    """Places orders, has them paid, and lets go of those that never will be."""

    begin: Begin[CheckoutWork]
    new_id: NewId
    payments: PaymentService
    orders: OrderService
    shipments: ShipmentService
    order_reader: OrderReader
    providers: Mapping[PaymentMethod, str]
    taxes: TaxCalculator
    policy: CheckoutPolicy
    secret: SecretKey

    @property
    def placing(self) -> Placing:
        """Where orders come to stand."""
        return Placing(self.new_id, self.providers, self.policy)

    def token(self, order_id: UUID) -> str:
        """What opens this order to whoever holds it: its buyer."""
        return self.secret.sign(_TOKEN, str(order_id))

    def check_out(self, request: PlaceOrder, *, shopper: Actor = GUEST) -> CheckoutView:
        """Place the order, then ask the provider for its payment.

        When the provider cannot be reached the order stands all the same, and the same request goes on from there. When
        it refuses to take such a payment at all, the order is closed and the cart open again.
        Raises what `place_order` raises, `GatewayUnavailable` or `GatewayRefused`.
        """
        placed = self.place_order(request, shopper=shopper)
        order, payment = placed.order, placed.payment
        token = self.token(order.id)
        if payment is None:
            return CheckoutView(order_view(order, ()), token, None)
        intent = self._asked(order, payment)
        asked = payment.follow(intent)
        if asked.status is not PaymentStatus.PENDING and asked != payment:
            order = self.payments.follow(payment.provider, intent)
        return CheckoutView(order_view(order, [asked]), token, self._payment_view(asked, intent))

    def _asked(self, order: Order, payment: Payment) -> Intent:
        try:
            return self.payments.ask(order, payment)
        except GatewayRefused as refusal:
            if payment.intent_id is None:
                self._close(SYSTEM, self.payments.abandon(order, payment, refusal.reason), "refused by the provider")
            raise

    @retried
    def place_order(self, request: PlaceOrder, *, shopper: Actor = GUEST) -> Placed:
        """Turn an open cart into an order that waits for its payment. A repeat answers the same order.

        Lines whose hold has expired are held again. Raises `CartNotFound`, `CartMerged`, `CartNotOpen`, `CartEmpty`,
        `ItemsUnavailable`, `ShippingNotChosen`, `UnknownShippingOption`, `PaymentMethodNotOffered`, `TotalChanged`,
        `OrderExpired`, `OutOfStock`, or the reason why a discount whose code was typed in is not given; then nothing
        has changed.
        """
        with self.begin() as work:
            cart, _ = work.carts.lock(request.cart_id, email=request.email)
            cart.must_be_for(shopper)
            buyer, option_id = request.details(cart)
            if cart.status is CartStatus.CONVERTED:
                return self._again(work, cart, buyer, option_id, request)
            cart.must_be_sellable()
            totals = self._totals(work, cart, buyer, option_id)
            must_have_its_discount(totals, request)
            request.must_expect(cart, totals)
            provider = self.placing.provider(request.payment_method) if totals.total else ""
            until = work.now + self.policy.window(request.payment_method)
            order = self.placing.place(work, request.checked_out(cart), totals, buyer, shopper, until)
            return self.placing.due(work, order, request.payment_method, provider)

    def _again(
        self, work: CheckoutWork, cart: Cart, buyer: Buyer, option_id: str | None, request: PlaceOrder
    ) -> Placed:
        order_id = work.orders.live_of_cart(cart.id)
        if order_id is None:
            raise CartNotOpen(cart.id)
        order, payments = work.payments.lock_order(order_id)
        if not order.described_by(buyer, option_id):
            raise CartNotOpen(cart.id)
        last = payments[-1] if payments else None
        if order.status is not OrderStatus.PENDING_PAYMENT or last is None:
            return Placed(order, last)
        if order.expires_at is not None and order.expires_at <= work.now:
            raise OrderExpired(order.id)
        if last.provider != self.placing.provider(request.payment_method):
            raise CartNotOpen(cart.id)
        if last.status is PaymentStatus.CANCELED:
            last = self.placing.attempt(work, order, last.provider, last.attempt + 1)
        return Placed(order, last)

    def _totals(self, work: CheckoutWork, cart: Cart, buyer: Buyer, option_id: str | None) -> Totals:
        till = Till(work.rules.current(), self.taxes, work.now)
        place = place_of(cart, buyer.shipping_address or buyer.billing_address)
        totals = till.totals_at(cart, place, option_id)
        if option_id is not None and totals.shipping_option is None:
            raise UnknownShippingOption(option_id)
        return totals

    def confirm(self, order_id: UUID, order_token: str) -> ConfirmationView:
        """Ask the provider how the payment stands, and bring the order there. Never believes the caller.

        Raises `OrderNotFound`, also for a wrong token, and `GatewayUnavailable`.
        """
        order, payments = self._opened(order_id, order_token)
        last = payments[-1] if payments else None
        if last is None:
            return ConfirmationView(self.page(order, ()), None)
        intent = self.payments.ask(order, last)
        if last.status is not PaymentStatus.SUCCEEDED:
            self.payments.follow(last.provider, intent)
            order, payments = self.payments.attempts(order.id)
        return ConfirmationView(self.page(order, payments), self._payment_view(payments[-1], intent))

    def pay(self, order_id: UUID, order_token: str) -> ConfirmationView:
        """A payment for an order that waits for one, at the price it was placed at, as often as it takes.

        Whoever asks again, or at once, gets the same payment until that one comes to nothing. An order that is paid
        is told as it is. Raises `OrderNotFound`, also for a wrong token, `OrderNoLongerPayable`, `OutOfStock`,
        `PaymentMethodNotOffered`, `GatewayUnavailable` or `GatewayRefused`, after which the order still waits.
        """
        order, _ = self._opened(order_id, order_token)
        asked = self._asked_again(order.id)
        if asked is not None and asked.status == IntentStatus.CANCELED:  # By the provider, behind our back.
            asked = self._asked_again(order.id)
        return ConfirmationView(self.page(*self.payments.attempts(order.id)), asked)

    def _asked_again(self, order_id: OrderId) -> PaymentView | None:
        placed = self._next_attempt(order_id)
        order, payment = placed.order, placed.payment
        if payment is None:
            return None
        try:
            intent = self.payments.ask(order, payment)
        except GatewayRefused as refusal:
            if payment.intent_id is None:
                self.payments.abandon(order, payment, refusal.reason)
            raise
        followed = payment.follow(intent)
        if followed.status is not PaymentStatus.PENDING and followed != payment:
            self.payments.follow(payment.provider, intent)
        return self._payment_view(payment, intent)

    @retried
    def _next_attempt(self, order_id: OrderId) -> Placed:
        with self.begin() as work:
            return next_attempt(work, self.placing, order_id)

    def order(self, order_id: UUID, order_token: str) -> OrderView:
        """The order, for whoever holds its token. Raises `OrderNotFound`."""
        return self.page(*self._opened(order_id, order_token))

    def page(self, order: Order, payments: Sequence[Payment]) -> OrderView:
        """As its buyer sees it: whoever asks has shown already that it is theirs."""
        notes = self.order_reader.notes_to_customer(order.id)
        return order_view(order, payments, self.shipments.sent(order), notes)

    def _opened(self, order_id: UUID, order_token: str) -> tuple[Order, tuple[Payment, ...]]:
        if not self.secret.verifies(_TOKEN, str(order_id), order_token):
            raise OrderNotFound
        return self.payments.attempts(OrderId(order_id))

    def _payment_view(self, payment: Payment, intent: Intent) -> PaymentView:
        return PaymentView(
            provider=payment.provider,
            intent_id=intent.id,
            client_secret=intent.client_secret,
            publishable_key=self.payments.gateway(payment.provider).publishable_key,
            amount=payment.amount,
            status=intent.status.value,
        )

    def change_status(
        self, actor: Actor, order_id: UUID, to: OrderStatus, expected_version: int | None = None, reason: str = ""
    ) -> OrderView:
        """Move an order on by hand, for that reason: FULFILLED, COMPLETED, or CANCELLED while it is unpaid.

        Raises what `fulfil`, `advance` and `cancel` raise; then nothing has changed.
        """
        if to is OrderStatus.CANCELLED:
            self.cancel(actor, OrderId(order_id), expected_version, reason)
        elif to is OrderStatus.FULFILLED:
            self.shipments.fulfil(actor, order_id, expected_version, reason)
        else:
            self.orders.advance(actor, OrderId(order_id), to, expected_version, reason)
        return self._seen(order_id)

    def show(self, actor: Actor, order_id: UUID) -> OrderView:
        """Any order, for operators. Raises `PermissionDenied` or `OrderNotFound`."""
        actor.must(Permission.ORDERS_READ)
        return self._seen(order_id)

    def _seen(self, order_id: UUID) -> OrderView:
        order, payments = self.payments.attempts(OrderId(order_id))
        return order_view(order, payments, self.shipments.parcels(order), self.order_reader.notes(order.id))

    def cancel(self, actor: Actor, order_id: OrderId, expected_version: int | None = None, reason: str = "") -> Order:
        """Let go of an unpaid order: its intent is cancelled first, then stock and cart are given back.

        Raises `PermissionDenied`, `OrderNotFound`, `OrderChanged`, `OrderIsPaid`, `PaymentUnderWay` or
        `GatewayUnavailable`.
        """
        actor.must(Permission.ORDERS_WRITE)
        order, payments = self.payments.attempts(order_id)
        must_be_version(order, expected_version)
        _must_be_unpaid(order)
        order = self.payments.withdraw_all(order, payments, by_hand=True)
        return self._close(actor, order, reason or "cancelled by hand", by_hand=True)

    def expire_unpaid(self) -> int:
        """Let go of every order whose payment window is over. Returns how many were.

        One that cannot be let go now is looked at again in ten minutes, and does not hold up the others.
        """
        closed = 0
        for order_id, _ in self.order_reader.unpaid_past(_BATCH):
            try:
                closed += self._expire(order_id)
            except GatewayUnavailable:
                break  # It is away for the others too; the next round goes on.
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one order, the others go on
                _log.warning("an order could not expire", extra={"order": str(order_id), "error": told(error)})
                self._look_again(order_id)
        return closed

    def _expire(self, order_id: OrderId) -> bool:
        order, payments = self.payments.attempts(order_id)
        order = self.payments.withdraw_all(order, payments)
        if order.status is not OrderStatus.PENDING_PAYMENT:
            return False  # The provider had the money after all.
        return self._close(SYSTEM, order, "not paid in time", due=True).status is OrderStatus.CANCELLED

    @retried
    def _look_again(self, order_id: OrderId) -> None:
        with self.begin() as work:
            order = work.orders.lock(order_id)
            later = order.waiting(order.payment_status, until=work.now + self.policy.look_again)
            if later is not order:
                work.orders.save(order, later, SYSTEM)

    def withdraw_payments(self, order_id: OrderId) -> None:
        """See to it that a cancelled order can no longer be paid; money that was faster is given back.

        Doing it again changes nothing. Raises `OrderNotFound` or `GatewayUnavailable`.
        """
        order, payments = self.payments.attempts(order_id)
        if order.status is OrderStatus.CANCELLED:
            self.payments.withdraw_all(order, payments)

    @retried
    def _close(self, actor: Actor, seen: Order, reason: str, *, due: bool = False, by_hand: bool = False) -> Order:
        """Cancel the order as it was `seen`; if `due`, only when its time is over by the clock of this transaction."""
        with self.begin() as work:
            if seen.cart_id is not None:
                work.carts.lock(CartId(seen.cart_id))
            order, payments = work.payments.lock_order(seen.id)
            _must_be_unpaid(order)
            must_be_version(order, seen.version)
            if due and (order.expires_at is None or order.expires_at > work.now):
                return order
            _must_be_over(order, payments, by_hand=by_hand)
            closed = order.cancelled(Hand.STAFF if by_hand else Hand.SHOP)
            work.orders.save(order, closed, actor, reason)
            work.stock.give_back(order.id)
            work.discounts.give_back(order.id)
            if order.cart_id is not None:
                work.carts.reopen(order.cart_id)
            work.outbox.append(OrderCancelled(order.id))
            if by_hand:
                changes: Changes = {"status": (order.status.value, closed.status.value)}
                work.audit.record(AuditEntry(actor, "order.cancel", "order", str(order.id), changes))
        return closed


def _must_be_over(order: Order, payments: Sequence[Payment], *, by_hand: bool) -> None:
    """No attempt can be paid any more. Where the wrong amount was, only a person lets go."""
    over = {PaymentStatus.CANCELED, PaymentStatus.MISMATCHED} if by_hand else {PaymentStatus.CANCELED}
    if not all(payment.status in over for payment in payments):
        raise PaymentUnderWay(order.id)


def _must_be_unpaid(order: Order) -> None:
    if order.status in {OrderStatus.PAID, OrderStatus.FULFILLED, OrderStatus.COMPLETED, OrderStatus.REFUNDED}:
        raise OrderIsPaid(order.id)
