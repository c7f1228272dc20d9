"""Orders that wait for their money, and what becomes of it."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import frozen

from commerce_core import Commerce
from commerce_core.access.model import SYSTEM
from commerce_core.checkout.views import CheckoutView
from commerce_core.kernel.page import PageRequest
from commerce_core.orders.views import OrderView
from commerce_core.payments.model import CaseStatus
from commerce_core.payments.views import PaymentCaseView
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.rows import rows_of


@frozen
class Till:
    """The shop's money in a test: what is told by the provider, and what the shop has made of it."""

    shop: Commerce
    gateway: FakeGateway
    make: Builders
    url: str

    def place(self, *wanted: tuple[Any, int]) -> CheckoutView:
        """An order by card that waits for its payment."""
        return self.shop.checkout.check_out(self.make.request(self.make.cart(*wanted).id))

    def pay(self, placed: CheckoutView) -> None:
        """The buyer pays, and the provider tells."""
        assert placed.payment
        self.gateway.pay(str(placed.payment.intent_id))
        self.tell(str(placed.payment.intent_id), "payment_intent.succeeded")

    def tell(self, subject: str, kind: str) -> None:
        """The provider tells."""
        self.shop.payments.receive("stripe", *self.gateway.event(subject, kind))

    def work(self) -> None:
        """The worker does what is due."""
        while self.shop.outbox.drain():
            pass

    def order(self, placed: CheckoutView) -> OrderView:
        """The order as it is now."""
        return self.shop.checkout.show(SYSTEM, placed.order.id)

    def cases(self) -> tuple[PaymentCaseView, ...]:
        """What waits for a person."""
        return self.shop.payment_cases.list_cases(SYSTEM, CaseStatus.OPEN, PageRequest()).items

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the tables hold."""
        return rows_of(self.url)(query, *values)

    def given_back(self) -> list[tuple[int, str]]:
        """What the provider has given back: amounts and states, the newest first."""
        refunds = [self.gateway.retrieve_refund(id_) for (id_,) in self.rows(_TOLD)]
        return [(refund.amount.amount, refund.status.value) for refund in refunds]

    def mails(self, template: str) -> list[str]:
        """Who is written to."""
        return [to for (to,) in self.rows("SELECT to_address FROM email_outbox WHERE template_type = %s", template)]

    def must_add_up(self) -> None:
        """What is counted as given back is what the refunds say, and stock agrees with its ledger."""
        wrong = self.rows(
            "SELECT p.id FROM payments p WHERE p.refunded_amount <> (SELECT coalesce(sum(r.amount), 0) FROM refunds r"
            " WHERE r.payment_id = p.id AND r.status NOT IN ('failed', 'canceled'))"
        )
        assert wrong == []
        assert self.shop.inventory.verify(SYSTEM) == []


_TOLD = "SELECT provider_refund_id FROM refunds WHERE provider_refund_id IS NOT NULL ORDER BY id DESC"


@pytest.fixture
def till_of(gateway: FakeGateway, database_url: str) -> Callable[[Commerce], Till]:
    """The till of a shop."""
    return lambda shop: Till(shop, gateway, Builders(shop), database_url)


@pytest.fixture
def till(shop: Commerce, till_of: Callable[[Commerce], Till]) -> Till:
    """The till of the shop."""
    return till_of(shop)
