"""Cases: what the shop cannot decide by itself, shown once and resolved by a person."""

from uuid import uuid4

import pytest
from attrs import evolve

from commerce_core import Commerce
from commerce_core.access.errors import PermissionDenied
from commerce_core.access.model import GUEST, SYSTEM
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.payments.cases import NOTE_LIMIT
from commerce_core.payments.errors import PaymentCaseNotFound, PaymentCaseResolved
from commerce_core.payments.model import CaseKind, CaseStatus, PaymentCase
from commerce_core.payments.provider import IntentStatus
from commerce_core.testing.builders import Builders
from commerce_core.testing.fake_gateway import FakeGateway
from tests.features.payments.conftest import Till

FOUND = PaymentCase(CaseKind.ORDER_WITHOUT_PAYMENT, "stripe", "pi_1", None)


def test_a_case_is_resolved_once_with_a_note_and_an_audit_row(shop: Commerce, till: Till) -> None:
    shop.payment_cases.open(FOUND)
    [case] = till.cases()
    shop.payment_cases.resolve(SYSTEM, case.id, "  Talked to the buyer. ")
    resolved = shop.payment_cases.find(SYSTEM, case.id)
    assert (resolved.status, resolved.note, resolved.resolved_by) == (
        CaseStatus.RESOLVED, "Talked to the buyer.", "system"
    )  # fmt: skip
    assert resolved.resolved_at is not None
    with pytest.raises(PaymentCaseResolved):
        shop.payment_cases.resolve(SYSTEM, case.id, "Again.")
    assert shop.payment_cases.find(SYSTEM, case.id) == resolved
    assert till.rows("SELECT action, entity_id FROM audit_logs WHERE action LIKE 'payments.%%'") == [
        ("payments.resolve_case", str(case.id))
    ]


def test_the_same_finding_is_one_case_even_after_it_was_resolved(shop: Commerce, till: Till) -> None:
    for _ in range(3):
        shop.payment_cases.open(FOUND)
    [case] = till.cases()
    shop.payment_cases.resolve(SYSTEM, case.id, "Known.")
    shop.payment_cases.open(FOUND)
    assert till.cases() == ()
    assert shop.payment_cases.list_cases(SYSTEM, None, PageRequest()).total == 1


@pytest.mark.parametrize("note", ["", "   ", "x" * (NOTE_LIMIT + 1)])
def test_a_case_needs_a_note_that_says_something(shop: Commerce, till: Till, note: str) -> None:
    shop.payment_cases.open(FOUND)
    before = till.cases()
    with pytest.raises(InvalidInput) as refused:
        shop.payment_cases.resolve(SYSTEM, before[0].id, note)
    assert refused.value.errors[0].pointer == "/note"
    assert till.cases() == before


def test_nobody_sees_or_resolves_a_case_without_permission(shop: Commerce, till: Till) -> None:
    shop.payment_cases.open(FOUND)
    before = till.cases()
    for attempt in (
        lambda: shop.payment_cases.list_cases(GUEST, None, PageRequest()),
        lambda: shop.payment_cases.find(GUEST, before[0].id),
        lambda: shop.payment_cases.resolve(GUEST, before[0].id, "Nothing."),
        lambda: shop.reconciliation.reconcile(GUEST),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert till.cases() == before


def test_a_case_that_is_not_there_is_not_found(shop: Commerce) -> None:
    with pytest.raises(PaymentCaseNotFound):
        shop.payment_cases.find(SYSTEM, uuid4())
    with pytest.raises(PaymentCaseNotFound):
        shop.payment_cases.resolve(SYSTEM, uuid4(), "Nothing.")


def test_money_for_an_order_that_is_not_in_our_books_opens_one_case_and_bothers_nobody_unpaid(
    shop: Commerce, make: Builders, till: Till, gateway: FakeGateway
) -> None:
    placed = till.place((make.variant(), 1))
    intent = evolve(gateway.retrieve_intent(placed.payment.intent_id), order_id=uuid4())
    assert shop.payments.follow_ours("stripe", intent) is False
    assert till.cases() == ()
    paid = evolve(intent, status=IntentStatus.SUCCEEDED, received=intent.amount)
    assert shop.payments.follow_ours("stripe", paid) is True
    assert shop.payments.follow_ours("stripe", paid) is True
    [case] = till.cases()
    assert (case.kind, case.order_id, case.received, case.subject) == (
        "paid_without_order", None, intent.amount, intent.id
    )  # fmt: skip
    assert till.order(placed).status == "PENDING_PAYMENT"
