"""What staff does with a draft, until it is an order that its buyer pays."""

from datetime import datetime, timedelta
from uuid import UUID

from attrs import evolve, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission, hidden
from commerce_core.cart.model import CartId
from commerce_core.cart.till import Till
from commerce_core.checkout.errors import TotalChanged
from commerce_core.checkout.model import PaymentMethod
from commerce_core.checkout.service import CheckoutService
from commerce_core.draft_orders.changes import DraftChanges
from commerce_core.draft_orders.errors import DraftOrderIncomplete
from commerce_core.draft_orders.model import DraftOrder, DraftPolicy, DraftStatus
from commerce_core.draft_orders.ports import DraftOrderWork
from commerce_core.draft_orders.views import DraftOrderReader, DraftOrderSummary, DraftOrderView, PlacedDraftView
from commerce_core.inventory.model import InventoryPolicy
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.kernel.unset import UNSET, Unset
from commerce_core.orders.model import Order, OrderStatus
from commerce_core.pricing.ports import TaxCalculator

_HOUR = timedelta(hours=1)


@frozen
class PlaceDraft:
    """How a draft is paid, for how long that is possible, and what it comes to as far as the caller knows."""

    payment_method: PaymentMethod = PaymentMethod.CARD
    payable_hours: int | None = None
    expected_total: Money | None = None


@frozen
class DraftOrderService:
    """Draft orders: filled like carts, priced like carts, and of no concern to anybody who shops."""

    begin: Begin[DraftOrderWork]
    new_draft_id: NewId
    new_id: NewId
    read: DraftOrderReader
    checkout: CheckoutService
    taxes: TaxCalculator
    currency: str
    order_url: str  # of the storefront's page of an order, with {id} in it
    policy: DraftPolicy

    def list_drafts(self, actor: Actor, status: DraftStatus | None, page: PageRequest) -> Page[DraftOrderSummary]:
        """A page of drafts, the newest first. Raises `PermissionDenied`."""
        actor.must(Permission.ORDERS_READ)
        return self.read.page(status, page)

    def show(self, actor: Actor, draft_id: UUID) -> DraftOrderView:
        """One draft, and its order if it has become one. Raises `PermissionDenied` or `DraftOrderNotFound`."""
        actor.must(Permission.ORDERS_READ)
        with self.begin() as work:
            return self._view(work, work.draft_orders.find(draft_id))

    @retried
    def create(self, actor: Actor, changes: DraftChanges) -> DraftOrderView:
        """A new draft with these contents. It holds no stock yet. Raises what `change` raises; then there is none."""
        actor.must(Permission.ORDERS_WRITE)
        changes.must_be_possible(self.currency)
        draft_id = CartId(self.new_draft_id())
        with self.begin() as work:
            work.draft_orders.open(draft_id, self.currency, actor)
            return self._change(work, actor, draft_id, changes, None, "draft_order.create")

    @retried
    def change(
        self, actor: Actor, draft_id: UUID, changes: DraftChanges, expected_version: int | None = None
    ) -> DraftOrderView:
        """Change the draft. What it holds follows its lines, and lasts as long as before.

        Whoever touches what an agreed price is made of needs to be allowed to give discounts. Raises
        `PermissionDenied`, `DraftOrderNotFound`, `DraftOrderChanged`, `DraftOrderPlaced`, `VariantNotForSale`,
        `OutOfStock` when it holds stock, or `InvalidInput`; then nothing has changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        changes.must_be_possible(self.currency)
        with self.begin() as work:
            return self._change(work, actor, draft_id, changes, expected_version, "draft_order.change")

    def _change(
        self,
        work: DraftOrderWork,
        actor: Actor,
        draft_id: UUID,
        changes: DraftChanges,
        version: int | None,
        action: str,
    ) -> DraftOrderView:
        before, offers = work.draft_orders.lock(draft_id, changes.wanted())
        before.must_be(version)
        after = _with_address(work, changes, changes.of(before, offers, self.new_id)).touched(work.now)
        if before.agreed() != after.agreed():
            actor.must(Permission.DISCOUNTS_WRITE)
        if not isinstance(changes.items, Unset):
            self._follow_lines(work, before, after)
        work.draft_orders.save(after)
        seen = self._view(work, work.draft_orders.lock(draft_id)[0])
        work.audit.record(AuditEntry(actor, action, "draft_order", str(draft_id), _differences(before, after)))
        return seen

    def _follow_lines(self, work: DraftOrderWork, before: DraftOrder, after: DraftOrder) -> None:
        until = before.held_until(work.now)
        ended = {line.variant_id: 0 for line in before.cart.lines if line.reserved_until}
        wanted = _counted(after) if until else {}
        if ended or wanted:
            hold = InventoryPolicy((until or work.now) - work.now, self.policy.longest_hold)
            work.stock.hold(before.id, ended | wanted, hold)

    @retried
    def hold(
        self, actor: Actor, draft_id: UUID, hours: int | None = None, expected_version: int | None = None
    ) -> DraftOrderView:
        """Keep the draft's units from others for so long, two weeks at most since they were first held.

        The sweeper gives them back then, the draft stays. Raises `PermissionDenied`, `DraftOrderNotFound`,
        `DraftOrderChanged`, `DraftOrderPlaced`, `DraftOrderIncomplete` when there is nothing in it, `OutOfStock` or
        `InvalidInput`; then nothing has changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        kept = _hours("/hours", hours, self.policy.hold, self.policy.longest_hold)
        with self.begin() as work:
            before, _ = work.draft_orders.lock(draft_id)
            before.must_be(expected_version)
            if not before.cart.lines:
                raise DraftOrderIncomplete(("items",))
            if wanted := _counted(before):
                work.stock.hold(draft_id, wanted, InventoryPolicy(kept, self.policy.longest_hold))
            return self._held(work, actor, before, "draft_order.hold")

    @retried
    def release(self, actor: Actor, draft_id: UUID, expected_version: int | None = None) -> DraftOrderView:
        """Give the draft's units back to everybody. Raises what `hold` raises about actor and draft."""
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            before, _ = work.draft_orders.lock(draft_id)
            before.must_be(expected_version)
            self._let_go(work, before)
            return self._held(work, actor, before, "draft_order.release")

    def _held(self, work: DraftOrderWork, actor: Actor, before: DraftOrder, action: str) -> DraftOrderView:
        work.draft_orders.save(before.touched(work.now))
        after, _ = work.draft_orders.lock(before.id)
        ends = (_told(before.held_until(work.now)), _told(after.held_until(work.now)))
        work.audit.record(AuditEntry(actor, action, "draft_order", str(before.id), {"held_until": ends}))
        return self._view(work, after)

    def _let_go(self, work: DraftOrderWork, draft: DraftOrder) -> None:
        if held := {line.variant_id: 0 for line in draft.cart.lines if line.reserved_until}:
            work.stock.hold(draft.id, held, InventoryPolicy(self.policy.hold, self.policy.longest_hold))

    @retried
    def delete(self, actor: Actor, draft_id: UUID, expected_version: int | None = None) -> None:
        """Throw the draft away and give back what it holds. Raises what `hold` raises about actor and draft."""
        actor.must(Permission.ORDERS_WRITE)
        with self.begin() as work:
            draft, _ = work.draft_orders.lock(draft_id)
            draft.must_be(expected_version)
            self._let_go(work, draft)
            work.draft_orders.remove(draft_id)
            gone: Changes = {name: (value, None) for name, value in _facts(draft).items() if value}
            gone |= {name: hidden(value, None) for name, value in _words(draft).items() if value}
            work.audit.record(AuditEntry(actor, "draft_order.delete", "draft_order", str(draft_id), gone))

    @retried
    def place(
        self, actor: Actor, draft_id: UUID, request: PlaceDraft | None = None, expected_version: int | None = None
    ) -> DraftOrderView:
        """Turn the draft into an order at the price it has now, with a number and a link by which its buyer pays.

        It holds its stock as long as it can be paid. By hand, its money is to be marked as received; one that costs
        nothing is PAID at once. When the order is cancelled or not paid in time, the draft is open again. Raises
        `PermissionDenied`, `DraftOrderNotFound`, `DraftOrderChanged`, `DraftOrderPlaced`, `DraftOrderIncomplete`,
        `ItemsUnavailable`, `UnknownShippingOption`, `TotalChanged`, `PaymentMethodNotOffered`, `OutOfStock`,
        `InvalidInput` or why a discount of the shop's is not given; then nothing has changed.
        """
        actor.must(Permission.ORDERS_WRITE)
        asked = request or PlaceDraft()
        by_hand = asked.payment_method is PaymentMethod.MANUAL
        usual = self.checkout.policy.manual_window if by_hand else self.policy.window
        window = _hours("/payable_hours", asked.payable_hours, usual, self.policy.longest_window)
        placing = self.checkout.placing
        with self.begin() as work:
            draft, _ = work.draft_orders.lock(draft_id)
            draft.must_be(expected_version)
            buyer = draft.buyer()
            draft.cart.must_be_sellable()
            totals = draft.totals(self._till(work))
            draft.must_be_shippable(totals)
            if asked.expected_total not in {None, totals.total}:
                raise TotalChanged(totals.total, asked.expected_total)
            provider = placing.provider(asked.payment_method) if totals.total else ""
            order = placing.place(
                work, draft.cart, totals, buyer, actor, work.now + window,
                reason="placed from a draft", by_hand={discount.id for discount in draft.by_hand.discounts},
            )  # fmt: skip
            if by_hand or not order.total:  # The link makes the first attempt of all others.
                placing.due(work, order, asked.payment_method, provider)
            number: Changes = {"order": (None, str(order.id)), "number": (None, order.number)}
            work.audit.record(AuditEntry(actor, "draft_order.place", "draft_order", str(draft_id), number))
            return self._view(work, work.draft_orders.lock(draft_id)[0])

    def _till(self, work: DraftOrderWork) -> Till:
        return Till(work.rules.current(), self.taxes, work.now)

    def _view(self, work: DraftOrderWork, draft: DraftOrder) -> DraftOrderView:
        order_id = work.orders.live_of_cart(draft.id) if draft.status is DraftStatus.PLACED else None
        held_until = draft.held_until(work.now)
        if order_id is None:
            return DraftOrderView.of(draft, draft.totals(self._till(work)), held_until, None)
        order = work.orders.find(order_id)
        return DraftOrderView.of(draft, order, held_until, self._placed(order))

    def _placed(self, order: Order) -> PlacedDraftView:
        token = self.checkout.token(order.id)
        waits = order.status is OrderStatus.PENDING_PAYMENT
        return PlacedDraftView(
            id=order.id,
            number=order.number,
            reference=order.reference,
            status=order.status,
            payment_status=order.payment_status,
            total=order.total,
            pay_until=order.expires_at,
            order_token=token,
            pay_url=f"{self.order_url.replace('{id}', str(order.id))}#token={token}" if waits else None,
        )


def _with_address(work: DraftOrderWork, changes: DraftChanges, draft: DraftOrder) -> DraftOrder:
    customer_id = draft.cart.customer_id
    if changes.customer_id is UNSET or customer_id is None:
        return draft
    email = work.draft_orders.email_of(customer_id)
    if email is None:
        raise InvalidInput.at("/customer_id", "unknown-customer", "There is no such customer.")
    return draft if draft.cart.email else evolve(draft, cart=evolve(draft.cart, email=email))


def _counted(draft: DraftOrder) -> dict[UUID, int]:
    return {line.variant_id: line.quantity for line in draft.cart.lines if line.counted}


def _hours(pointer: str, hours: int | None, usual: timedelta, longest: timedelta) -> timedelta:
    if hours is not None and not 1 <= hours <= longest // _HOUR:
        raise InvalidInput.at(pointer, "out-of-range", f"Must be from 1 to {longest // _HOUR}.")
    return usual if hours is None else timedelta(hours=hours)


def _differences(before: DraftOrder, after: DraftOrder) -> Changes:
    was, is_now = _facts(before), _facts(after)
    changes: Changes = {name: (was[name], is_now[name]) for name in was if was[name] != is_now[name]}
    said, says = _words(before), _words(after)
    return changes | {name: hidden(said[name], says[name]) for name in said if said[name] != says[name]}


def _facts(draft: DraftOrder) -> dict[str, object]:
    """What an audit row tells of a draft."""
    cart, shipping = draft.cart, draft.by_hand.shipping
    return {
        "customer_id": str(cart.customer_id) if cart.customer_id else None,
        "items": {str(line.variant_id): line.quantity for line in cart.lines},
        "locale": cart.locale,
        "discounts": [f"{each.percent} %" if each.percent else str(each.amount) for each in draft.by_hand.discounts],
        "shipping_option_id": cart.shipping_option_id,
        "shipping_price": str(shipping.price) if shipping else None,
    }


def _words(draft: DraftOrder) -> dict[str, object]:
    """Who lives where, and what somebody typed: an audit row tells that it is different, and not what it says."""
    cart, shipping = draft.cart, draft.by_hand.shipping
    return {
        "email": cart.email,
        "shipping_address": cart.shipping_address,
        "billing_address": draft.billing_address,
        "notes": cart.notes or None,
        "reasons": tuple(each.title for each in draft.by_hand.discounts) or None,
        "shipping_title": shipping.title if shipping else None,
    }


def _told(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
