"""What every payment provider promises about money that goes back: Stripe's semantics, and what is left for manual."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from attrs import evolve

from commerce_core.gateways.manual import ManualGateway
from commerce_core.kernel.money import Money
from commerce_core.payments.errors import GatewayRefused
from commerce_core.payments.ports import PaymentGateway
from commerce_core.payments.provider import (
    Intent,
    ProviderCharge,
    ProviderPage,
    ProviderRefund,
    ProviderRefundStatus,
)
from tests.gateways.payment_worlds import World, refund_request, request_for

TWENTY = Money(1999, "EUR")
FIVE = Money(500, "EUR")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def paid(world: World) -> Intent:
    intent = world.gateway.create_intent(request_for(TWENTY))
    world.pay(intent.id)
    return intent


def test_a_refund_succeeds_and_says_what_it_is_for(payer: tuple[PaymentGateway, Intent]) -> None:
    gateway, intent = payer
    asked = refund_request(intent, FIVE)

    refund = gateway.create_refund(asked)

    assert (refund.status, refund.amount) == (ProviderRefundStatus.SUCCEEDED, FIVE)
    assert (refund.intent_id, refund.refund_id, refund.failure) == (intent.id, asked.refund_id, None)
    assert gateway.retrieve_refund(refund.id) == refund


def test_the_same_refund_asked_for_again_is_the_same_refund(payer: tuple[PaymentGateway, Intent]) -> None:
    gateway, intent = payer
    asked = refund_request(intent, FIVE)

    assert gateway.create_refund(asked) == gateway.create_refund(asked)
    assert gateway.create_refund(asked).id != gateway.create_refund(evolve(asked, refund_id=uuid4())).id


@pytest.mark.parametrize("amount", [Money(2000, "EUR"), Money(0, "EUR")])
def test_more_than_was_paid_and_nothing_at_all_are_refused(payer: tuple[PaymentGateway, Intent], amount: Money) -> None:
    gateway, intent = payer

    with pytest.raises(GatewayRefused):
        gateway.create_refund(refund_request(intent, amount))


@pytest.mark.parametrize("refund_id", ["re_nothing", "", "manual_re_1"])
def test_an_unknown_refund_is_refused(payer: tuple[PaymentGateway, Intent], refund_id: str) -> None:
    with pytest.raises(GatewayRefused):
        payer[0].retrieve_refund(refund_id or "re_fake_nothing")


def test_more_than_is_left_is_refused_and_changes_nothing(world: World, paid: Intent) -> None:
    first = world.gateway.create_refund(refund_request(paid, Money(1500, "EUR")))

    with pytest.raises(GatewayRefused):
        world.gateway.create_refund(refund_request(paid, FIVE))

    of_this = [r for r in world.gateway.list_refunds(LONG_AGO).items if r.intent_id == paid.id]
    assert of_this == [first]
    assert world.gateway.create_refund(refund_request(paid, Money(499, "EUR"))).amount == Money(499, "EUR")


def test_the_same_refund_over_another_amount_is_refused(world: World, paid: Intent) -> None:
    asked = refund_request(paid, FIVE)
    world.gateway.create_refund(asked)

    with pytest.raises(GatewayRefused):
        world.gateway.create_refund(evolve(asked, amount=Money(600, "EUR")))


def test_what_was_not_paid_is_not_refunded(world: World) -> None:
    waiting = world.gateway.create_intent(request_for(TWENTY))

    with pytest.raises(GatewayRefused):
        world.gateway.create_refund(refund_request(waiting, FIVE))


def test_a_refund_made_at_the_dashboard_is_listed_and_is_not_ours(world: World, paid: Intent) -> None:
    ours = world.gateway.create_refund(refund_request(paid, FIVE))
    world.refund_by_hand(paid.id, Money(300, "EUR"))

    theirs, mine = [r for r in world.gateway.list_refunds(LONG_AGO).items if r.intent_id == paid.id]

    assert (theirs.amount, theirs.refund_id) == (Money(300, "EUR"), None)
    assert mine == ours


def test_intents_are_listed_with_what_became_of_them_the_newest_first(world: World, paid: Intent) -> None:
    waiting = world.gateway.create_intent(request_for(TWENTY))

    listed = [i for i in world.gateway.list_intents(LONG_AGO).items if i.id in {paid.id, waiting.id}]

    assert listed == [waiting, world.gateway.retrieve_intent(paid.id)]
    assert world.gateway.list_intents(datetime(2100, 1, 1, tzinfo=UTC)) == ProviderPage(())
    assert world.gateway.list_refunds(datetime(2100, 1, 1, tzinfo=UTC)) == ProviderPage(())


@pytest.mark.parametrize("amount", [Money(500, "JPY"), Money(700, "ISK"), Money(5000, "UGX"), Money(1230, "KWD")])
def test_refunds_survive_the_provider_s_own_exponents(world: World, amount: Money) -> None:
    intent = world.gateway.create_intent(request_for(amount))
    world.pay(intent.id)

    assert world.gateway.create_refund(refund_request(intent, amount)).amount == amount


def test_a_refund_finer_than_the_provider_can_make_is_refused(world: World) -> None:
    intent = world.gateway.create_intent(request_for(Money(1230, "KWD")))
    world.pay(intent.id)

    with pytest.raises(GatewayRefused):
        world.gateway.create_refund(refund_request(intent, Money(1001, "KWD")))


def test_webhooks_tell_of_a_refund_and_of_its_charge(world: World, paid: Intent) -> None:
    made = world.gateway.create_refund(refund_request(paid, FIVE))

    told = world.gateway.verify_webhook(*world.webhook(made.id, "refund.created"))
    charged = world.gateway.verify_webhook(*world.webhook(paid.id, "charge.refunded"))

    assert isinstance(told.about, ProviderRefund)
    assert (told.about.id, told.about.refund_id, told.about.amount) == (made.id, made.refund_id, FIVE)
    assert isinstance(charged.about, ProviderCharge)
    assert (charged.about.refunded, charged.about.id) == (FIVE, made.charge_id)
    assert told.intent_id == charged.intent_id == paid.id


def test_manual_lists_nothing_because_the_shop_has_the_only_list() -> None:
    assert ManualGateway().list_intents(LONG_AGO) == ManualGateway().list_refunds(LONG_AGO) == ProviderPage(())
