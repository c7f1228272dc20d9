"""Leave to write to somebody: given, taken back, and written down each time."""

from attrs import evolve

from commerce_core.customers.model import AccountChanges
from commerce_core.emails.consent import ConsentSource, MailPurpose
from commerce_core.testing.builders import Builders
from commerce_core.wiring import Commerce
from tests.features.customers.conftest import People, Rows


def test_consent_is_written_down_with_when_how_and_which_text(people: People, shop: Commerce, rows: Rows) -> None:
    session = people.join(marketing=True)
    actor = people.actor(session)
    assert shop.consents.may_send("ANA@example.com ", MailPurpose.MARKETING)
    for wanted in (True, False, False):
        shop.profile.change(actor, AccountChanges(marketing=wanted))
    shop.consents.withdraw("ana@example.com")

    assert not shop.consents.may_send("ana@example.com", MailPurpose.MARKETING)
    assert shop.consents.may_send("ana@example.com", MailPurpose.TRANSACTIONAL)
    assert not shop.consents.may_send("nobody@example.com", MailPurpose.MARKETING)
    assert rows("SELECT granted, source, text_version FROM email_consents ORDER BY id") == [
        (True, "registration", "1"),
        (False, "account", "1"),
    ]


def test_consent_given_at_checkout_counts_once_and_not_against_a_later_no(
    people: People, shop: Commerce, make: Builders, rows: Rows
) -> None:
    cart = make.cart((make.variant(), 1))
    order = shop.checkout.check_out(evolve(make.request(cart.id), marketing_consent=True)).order
    shop.outbox.drain()
    assert shop.consents.may_send("camille@example.com", MailPurpose.MARKETING)
    shop.consents.withdraw("camille@example.com")
    shop.customers.remember_buyer(order.id)
    assert not shop.consents.may_send("camille@example.com", MailPurpose.MARKETING)
    assert [row[0] for row in rows("SELECT source FROM email_consents ORDER BY id")] == [
        ConsentSource.CHECKOUT,
        ConsentSource.UNSUBSCRIBE,
    ]
