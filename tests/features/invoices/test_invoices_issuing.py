"""Invoices follow what is paid, credit notes what goes back; each once, and as it was then for ever."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.checkout.views import CheckoutView
from commerce_core.invoices.errors import InvoiceNotFound, OrderNotInvoiceable, SellerIncomplete
from commerce_core.invoices.model import Document, DocumentKind
from commerce_core.invoices.views import Period
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.money import Money
from commerce_core.kernel.page import PageRequest
from commerce_core.merchant.model import MerchantChanges
from commerce_core.orders.errors import OrderNotFound
from commerce_core.payments.drafts import NewRefund, RefundItem
from commerce_core.payments.model import RefundReason
from commerce_core.payments.provider import ProviderRefundStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.invoices.conftest import SELLER
from tests.features.payments.conftest import Till


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def documents(shop: Commerce, order_id: UUID) -> list[Document]:
    return [shop.invoices.show(SYSTEM, known.id) for known in shop.invoices.of_order(SYSTEM, order_id).items]


def told(shop: Commerce, order_id: UUID) -> list[tuple[str, int, str | None]]:
    """What there is of an order: number, total, and what it takes back."""
    listed = shop.invoices.of_order(SYSTEM, order_id).items
    return [(known.number, known.total.amount, known.refers_to) for known in listed]


def year() -> int:
    return datetime.now(UTC).year


@pytest.fixture
def give_back(shop: Commerce, till: Till) -> Callable[..., UUID]:
    """Give some of an order back, and let the worker do the rest."""

    def given(placed: CheckoutView, **wanted: object) -> UUID:
        refund = shop.refunds.refund(SYSTEM, placed.order.id, NewRefund(RefundReason.REQUESTED, **wanted))
        till.work()
        return refund.id

    return given


def test_an_order_has_its_invoice_once_it_is_paid_and_never_two(shop: Commerce, till: Till, paid) -> None:
    till.work()
    [invoice] = documents(shop, paid.order.id)
    assert (invoice.number, invoice.kind) == (f"FA-{year()}-000001", DocumentKind.INVOICE)
    for _ in range(3):
        shop.invoices.follow(paid.order.id)
        shop.invoices.issue(SYSTEM, paid.order.id)
    assert documents(shop, paid.order.id) == [invoice]


def test_an_invoice_says_to_the_cent_what_the_order_says(shop: Commerce, till: Till, paid) -> None:
    till.work()
    order, [invoice] = till.order(paid), documents(shop, paid.order.id)
    paper = invoice.paper
    assert (paper.total, paper.tax, paper.net) == (order.total, order.tax_total, order.total - order.tax_total)
    assert [(share.title, share.rate, share.tax) for share in paper.taxes] == [
        (line.title, line.rate, line.amount) for line in order.tax_lines
    ]
    for whole, parts in ((paper.net, [line.net for line in paper.lines]), (paper.tax, [x.tax for x in paper.lines])):
        assert whole.amount == sum(part.amount for part in parts) > 0
    assert [(line.title, line.quantity, line.unit_net, line.rate) for line in paper.lines] == [
        ("Blue mug", 2, "16.6583", "20.00"),
        ("Book", 3, "11.8483", "5.50"),
        ("Standard delivery", 1, "4.0833", "20.00"),
    ]
    assert paper.seller.address == ("12 rue des Lilas", "75011 Paris", "FR")
    assert paper.buyer.address == order.shipping_address
    assert [(payment.provider, payment.amount) for payment in paper.payments] == [("stripe", order.total)]


def test_whatever_is_changed_afterwards_an_invoice_stays_as_it_was(shop: Commerce, till: Till, paid) -> None:
    till.work()
    before = documents(shop, paid.order.id)
    shop.merchant.change(SYSTEM, MerchantChanges(name="Another", vat_number=None, invoice_prefix="INV-"))
    till.rows("UPDATE orders SET shipping_address = jsonb_set(shipping_address, '{name}', '\"Nobody\"')")
    assert documents(shop, paid.order.id) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices SET total_amount = 0", "DELETE FROM invoices", "TRUNCATE invoices CASCADE",
        "UPDATE invoice_series SET last = last + 2", "UPDATE invoice_series SET last = last",
        "DELETE FROM invoice_series",
    ],
)  # fmt: skip
def test_not_even_a_statement_by_hand_changes_a_document_or_leaves_a_gap(till: Till, paid, statement: str) -> None:
    till.work()
    with pytest.raises(psycopg.errors.RestrictViolation):
        till.rows(statement)


def test_lines_that_go_back_have_a_credit_note_over_their_very_shares(
    shop: Commerce, till: Till, paid, give_back: Callable[..., UUID]
) -> None:
    till.work()
    mug = till.order(paid).items[0]
    refund_id = give_back(paid, items=(RefundItem(mug.id, 1),))
    invoice, note = documents(shop, paid.order.id)
    assert (note.number, note.kind, note.refund_id) == (f"AV-{year()}-000001", DocumentKind.CREDIT_NOTE, refund_id)
    assert note.refers_to
    assert (note.refers_to.id, note.refers_to.number) == (invoice.id, invoice.number)
    assert [(line.title, line.quantity, line.rate) for line in note.paper.lines] == [("Blue mug", 1, "20.00")]
    assert (note.paper.total, note.paper.tax, note.paper.net) == (eur(1999), eur(333), eur(1666))
    assert note.paper.buyer == invoice.paper.buyer


def test_when_everything_has_gone_back_credit_notes_take_back_all_of_the_invoice_rate_by_rate(
    shop: Commerce, till: Till, paid, give_back: Callable[..., UUID], gateway: FakeGateway
) -> None:
    till.work()
    give_back(paid, amount=eur(1))
    give_back(paid, amount=eur(1234))
    gateway.refund_by_hand(paid.payment.intent_id, eur(777))
    till.tell(paid.payment.intent_id, "charge.refunded")
    give_back(paid, everything=True)
    invoice, *notes = documents(shop, paid.order.id)
    assert [note.kind for note in notes] == [DocumentKind.CREDIT_NOTE] * 4
    for of_rate in invoice.paper.taxes:
        back = [share for note in notes for share in note.paper.taxes if share.rate == of_rate.rate]
        assert sum(share.net.amount for share in back) == of_rate.net.amount
        assert sum(share.tax.amount for share in back) == of_rate.tax.amount
    assert sum(note.paper.total.amount for note in notes) == invoice.paper.total.amount


def test_a_refund_made_in_the_dashboard_has_its_credit_note_once(
    shop: Commerce, till: Till, paid, gateway: FakeGateway
) -> None:
    till.work()
    made = gateway.refund_by_hand(paid.payment.intent_id, eur(700))
    for kind, subject in [("charge.refunded", paid.payment.intent_id), ("refund.created", made.id)] * 2:
        till.tell(subject, kind)
        till.work()
    assert [total for _, total, _ in told(shop, paid.order.id)[1:]] == [700]


def test_a_refund_that_is_pending_has_its_credit_note_when_it_succeeds(
    shop: Commerce, till: Till, paid, gateway: FakeGateway
) -> None:
    till.work()
    made = gateway.refund_by_hand(paid.payment.intent_id, eur(700))
    gateway.settle_refund(made.id, ProviderRefundStatus.PENDING)
    till.tell(made.id, "refund.created")
    till.work()
    assert len(told(shop, paid.order.id)) == 1
    gateway.settle_refund(made.id, ProviderRefundStatus.SUCCEEDED)
    till.tell(made.id, "refund.updated")
    till.work()
    assert [total for _, total, _ in told(shop, paid.order.id)[1:]] == [700]


def test_a_refund_that_fails_later_has_its_credit_note_cancelled_by_another_document(
    shop: Commerce, till: Till, paid, gateway: FakeGateway
) -> None:
    till.work()
    made = gateway.refund_by_hand(paid.payment.intent_id, eur(700))
    till.tell(made.id, "refund.created")
    till.work()
    gateway.settle_refund(made.id, ProviderRefundStatus.FAILED)
    for _ in range(2):
        till.tell(made.id, "refund.updated")
        till.work()
        shop.invoices.issue(SYSTEM, paid.order.id)
    invoice, note, reversal = documents(shop, paid.order.id)
    assert (reversal.kind, reversal.number) == (DocumentKind.REVERSAL, f"FA-{year()}-000002")
    assert reversal.refers_to
    assert reversal.refers_to.number == note.number
    assert reversal.paper.taxes == note.paper.taxes
    rows = "".join(shop.invoices.export(SYSTEM, Period())).splitlines()[1:]
    gross = [Decimal(row.split(",")[-2]) for row in rows]
    assert sum(gross) == Decimal(invoice.paper.total.major())


def test_documents_stand_in_the_timeline_of_their_order(
    shop: Commerce, till: Till, paid, give_back: Callable[..., UUID]
) -> None:
    till.work()
    give_back(paid, amount=eur(700))
    entries = [entry for entry in shop.orders.timeline(SYSTEM, paid.order.id).items if entry.kind == "invoice"]
    assert [(entry.what, entry.status, entry.detail) for entry in entries] == [
        (f"FA-{year()}-000001", "invoice", f"{paid.order.total.amount} EUR"),
        (f"AV-{year()}-000001", "credit_note", "700 EUR"),
    ]


def test_without_a_seller_nothing_is_issued_by_itself_and_asking_is_refused(
    shop: Commerce, till: Till, make: Builders
) -> None:
    placed = till.place((make.variant(), 1))
    till.pay(placed)
    till.work()
    assert till.rows("SELECT DISTINCT status FROM outbox_events") == [("processed",)]
    with pytest.raises(SellerIncomplete) as refused:
        shop.invoices.issue(SYSTEM, placed.order.id)
    assert refused.value.missing == ("address", "vat_number")
    with pytest.raises(PermissionDenied):
        shop.invoices.issue(GUEST, placed.order.id)
    assert till.rows("SELECT count(*) FROM invoices") == till.rows("SELECT count(*) FROM invoice_series") == [(0,)]
    assert till.rows("SELECT action FROM audit_logs WHERE entity_type = 'invoice'") == []

    shop.merchant.change(SYSTEM, SELLER)
    assert shop.invoices.issue_missing(SYSTEM, date(2020, 1, 1)) == 1
    assert shop.invoices.issue_missing(SYSTEM, date(2020, 1, 1)) == 0
    assert len(told(shop, placed.order.id)) == 1


def test_where_invoices_are_made_on_demand_what_went_back_before_follows_the_invoice(
    shop: Commerce, till: Till, paid, give_back: Callable[..., UUID]
) -> None:
    shop.merchant.change(SYSTEM, MerchantChanges(invoice_automatic=False))
    give_back(paid, amount=eur(700))
    assert told(shop, paid.order.id) == []
    listed = shop.invoices.issue(SYSTEM, paid.order.id).items
    assert [(known.kind, known.total) for known in listed] == [
        (DocumentKind.INVOICE, paid.order.total), (DocumentKind.CREDIT_NOTE, eur(700)),
    ]  # fmt: skip
    audited = "SELECT action, changes -> 'number' ->> 'after' FROM audit_logs WHERE entity_type = 'invoice' ORDER BY id"
    assert till.rows(audited) == [
        ("invoice.issued", listed[0].number), ("credit_note.issued", listed[1].number),
    ]  # fmt: skip


def test_what_was_never_paid_or_never_was_has_no_invoice(
    shop: Commerce, till: Till, make: Builders, seller: None
) -> None:
    placed = till.place((make.variant(), 1))
    with pytest.raises(OrderNotInvoiceable):
        shop.invoices.issue(SYSTEM, placed.order.id)
    with pytest.raises(OrderNotFound):
        shop.invoices.issue(SYSTEM, UUID(int=1))
    with pytest.raises(InvoiceNotFound):
        shop.invoices.pdf_for_buyer(placed.order.id, placed.order_token)
    with pytest.raises(InvoiceNotFound):
        shop.invoices.numbered(SYSTEM, "FA-2026-000001")
    assert till.rows("SELECT count(*) FROM invoices") == till.rows("SELECT count(*) FROM invoice_series") == [(0,)]


def test_money_that_was_no_sale_goes_back_without_a_credit_note(
    shop: Commerce, till: Till, make: Builders, seller: None, gateway: FakeGateway
) -> None:
    placed = till.place((make.variant(), 1))
    shop.checkout.cancel(SYSTEM, placed.order.id)
    gateway.pay(placed.payment.intent_id)
    till.tell(placed.payment.intent_id, "payment_intent.succeeded")
    till.work()
    assert told(shop, placed.order.id) == []


def test_each_year_counts_anew_and_a_series_goes_on_where_an_earlier_system_stopped(
    shop: Commerce, till: Till, make: Builders, seller: None
) -> None:
    shop.merchant.change(SYSTEM, MerchantChanges(invoice_first_numbers=("FA-2031-000124",)))
    clock = Clock(shop, datetime(2031, 12, 31, 21, 30, tzinfo=UTC))
    numbers = []
    for hours in (0, 1, 1):
        clock.forward(timedelta(hours=hours))
        placed = till.place((make.variant(), 1))
        till.pay(placed)
        till.work()
        [invoice] = documents(shop, placed.order.id)
        numbers.append((invoice.number, invoice.issued_on.isoformat()))
    assert numbers == [  # Midnight in Paris is an hour before midnight of UTC.
        ("FA-2031-000124", "2031-12-31"), ("FA-2031-000125", "2031-12-31"), ("FA-2032-000001", "2032-01-01"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"invoice_prefix": ""}, "/invoice_prefix"),
        ({"invoice_prefix": "FA1"}, "/invoice_prefix"),
        ({"credit_note_prefix": "../"}, "/credit_note_prefix"),
        ({"invoice_first_numbers": ("XX-2026-000001",)}, "/invoice_first_numbers/0"),
        ({"invoice_first_numbers": ("FA-2026-000007", "FA-000007")}, "/invoice_first_numbers/1"),
        ({"invoice_first_numbers": ("FA-2026-000000",)}, "/invoice_first_numbers/0"),
        ({"invoice_numbers_yearly": False, "invoice_first_numbers": ("FA-2026-000007",)}, "/invoice_first_numbers/0"),
        ({"invoice_footer": "x" * 601}, "/invoice_footer"),
    ],
)
def test_numbers_that_cannot_be_are_refused_where_they_are_wrong(shop: Commerce, changes, pointer: str) -> None:
    before = shop.merchant.show(SYSTEM)
    with pytest.raises(InvalidInput) as refused:
        shop.merchant.change(SYSTEM, MerchantChanges(**changes))
    assert [error.pointer for error in refused.value.errors] == [pointer]
    assert shop.merchant.show(SYSTEM) == before


def test_lists_go_on_where_they_stopped_and_tell_kinds_apart(
    shop: Commerce, till: Till, paid, give_back: Callable[..., UUID]
) -> None:
    till.work()
    for amount in (100, 200, 300):
        give_back(paid, amount=eur(amount))
    first = shop.invoices.list_documents(SYSTEM, PageRequest(per_page=3))
    rest = shop.invoices.list_documents(SYSTEM, PageRequest(per_page=3), before=UUID(first.next_cursor))
    assert [known.total.amount for known in first.items] == [300, 200, 100]
    assert ([known.kind for known in rest.items], rest.next_cursor, rest.total) == ([DocumentKind.INVOICE], None, 4)
    notes = shop.invoices.list_documents(SYSTEM, PageRequest(), DocumentKind.CREDIT_NOTE)
    assert (len(notes.items), notes.total) == (3, 3)
    with pytest.raises(PermissionDenied):
        shop.invoices.list_documents(GUEST, PageRequest())


def test_a_buyer_opens_their_invoice_by_the_token_of_their_order(shop: Commerce, till: Till, paid) -> None:
    till.work()
    pdf = shop.invoices.pdf_for_buyer(paid.order.id, paid.order_token)
    assert pdf == shop.invoices.pdf(SYSTEM, documents(shop, paid.order.id)[0].id)
    assert (pdf.filename, pdf.content[:5]) == (f"FA-{year()}-000001.pdf", b"%PDF-")
    with pytest.raises(OrderNotFound):
        shop.invoices.pdf_for_buyer(paid.order.id, "another")


def test_the_first_print_is_remembered_and_a_different_one_is_told(
    shop: Commerce, till: Till, paid, caplog: pytest.LogCaptureFixture
) -> None:
    till.work()
    [invoice] = documents(shop, paid.order.id)
    first = shop.invoices.pdf(SYSTEM, invoice.id)
    assert shop.invoices.pdf(SYSTEM, invoice.id) == first
    assert caplog.records == []
    [(digest,)] = till.rows("SELECT encode(sha256, 'hex') FROM invoice_prints")

    class Other:
        def pdf(self, _document: Document) -> bytes:
            return b"%PDF-of another release"

    evolve(shop.invoices, typesetter=Other()).pdf(SYSTEM, invoice.id)
    assert [record.message for record in caplog.records] == ["a document is set differently from its first print"]
    assert till.rows("SELECT encode(sha256, 'hex') FROM invoice_prints") == [(digest,)]
