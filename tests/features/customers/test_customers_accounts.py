"""Having an account: proved addresses, sessions, other passwords and other addresses, and nothing told to strangers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from commerce_core.access.errors import LoginLocked
from commerce_core.access.model import SYSTEM, Origin
from commerce_core.customers.errors import CustomerEmailTaken, ProofInvalid
from commerce_core.customers.model import NewAccount
from commerce_core.emails.consent import MailPurpose
from commerce_core.emails.model import HIDDEN, Locale
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import PageRequest
from commerce_core.kernel.token import hash_token
from commerce_core.orders.errors import OrderNotFound
from commerce_core.staff.errors import InvalidCredentials, SessionInvalid
from commerce_core.testing.builders import Builders
from commerce_core.testing.clock import Clock
from commerce_core.wiring import Commerce
from tests.features.customers.conftest import GOOD, HERE, People, Rows

OTHER = "staple battery horse"


def state(rows: Rows) -> list[Any]:
    """What a refusal must leave as it was."""
    tables = ("customers", "customer_sessions", "email_consents")
    return [rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in tables] + [
        rows("SELECT id, customer_id FROM orders ORDER BY id"),
        rows("SELECT id, used_at FROM customer_proofs ORDER BY id"),
    ]


def test_an_account_begins_when_the_address_is_proved(people: People, rows: Rows) -> None:
    people.accounts.register(NewAccount("Ana@Example.com", GOOD, "Ana", Locale.FR))
    assert rows("SELECT count(*) FROM customers") == [(0,)]
    with pytest.raises(InvalidCredentials):
        people.accounts.log_in("ana@example.com", GOOD, HERE)

    session = people.accounts.verify(people.token("Ana@Example.com"), GOOD, HERE)

    assert (session.customer.email, session.customer.name, session.customer.locale) == ("Ana@Example.com", "Ana", "fr")
    assert people.actor(session).id == session.customer.id
    assert people.accounts.log_in("ANA@example.COM", GOOD, HERE).customer.id == session.customer.id


def test_only_hashes_are_kept_and_no_mail_in_the_records_holds_a_token(people: People, rows: Rows) -> None:
    people.accounts.register(NewAccount("ana@example.com", GOOD, "Ana"))
    token = people.token("ana@example.com")
    session = people.accounts.verify(token, GOOD, HERE)
    tables = [row[0] for row in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    everything = "".join(
        str(row) for table in tables if not table.startswith("_") for row in rows(f"SELECT t::text FROM {table} t")
    )
    assert token.partition(".")[2] not in everything
    assert session.access_token not in everything
    assert GOOD not in everything
    assert session.access_token not in repr(session)
    assert rows("SELECT text LIKE %s FROM email_outbox", f"%{HIDDEN}%") == [(True,)]
    assert rows("SELECT token_hash FROM customer_sessions") == [(hash_token(session.access_token),)]


def test_a_token_without_the_password_of_its_registration_opens_nothing(people: People, rows: Rows) -> None:
    people.accounts.register(NewAccount("victim@example.com", "password of a stranger", "Stranger"))
    token, before = people.token("victim@example.com"), state(rows)
    with pytest.raises(InvalidCredentials):
        people.accounts.verify(token, GOOD, HERE)
    assert state(rows) == before


SPOILT = {
    "empty": lambda _: "",
    "another signature": lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "another id": lambda token: f"{uuid4()}.{token[37:]}",
    "not ASCII": lambda _: "é" * 50,
    "half a surrogate": lambda _: "\ud800.x",
    "no signature": lambda token: token.partition(".")[0],
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_token_that_is_not_ours_opens_nothing(people: People, rows: Rows, spoil: Any) -> None:
    people.accounts.register(NewAccount("ana@example.com", GOOD))
    token, before = people.token("ana@example.com"), state(rows)
    for use in (
        lambda: people.accounts.verify(spoil(token), GOOD, HERE),
        lambda: people.credentials.reset(spoil(token), OTHER, HERE),
        lambda: people.credentials.reset(token, OTHER, HERE),  # Made for something else.
        lambda: people.credentials.confirm_email_change(token),
    ):
        with pytest.raises(ProofInvalid):
            use()
    assert state(rows) == before


def test_a_token_works_once_and_not_for_ever(people: People, clock: Clock) -> None:
    people.accounts.register(NewAccount("ana@example.com", GOOD))
    token = people.token("ana@example.com")
    people.accounts.verify(token, GOOD, HERE)
    with pytest.raises(ProofInvalid):
        people.accounts.verify(token, GOOD, HERE)
    people.accounts.register(NewAccount("bo@example.com", GOOD))
    late = people.token("bo@example.com")
    clock.forward(timedelta(days=2, minutes=1))
    with pytest.raises(ProofInvalid):
        people.accounts.verify(late, GOOD, HERE)


def test_two_who_verify_at_once_make_one_account(people: People, rows: Rows) -> None:
    people.accounts.register(NewAccount("ana@example.com", GOOD))
    token = people.token("ana@example.com")

    def verify(_: int) -> str:
        try:
            return people.accounts.verify(token, GOOD, HERE).access_token
        except ProofInvalid:
            return ""

    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(verify, range(4)))
    assert len([token for token in tokens if token]) == 1
    assert rows("SELECT count(*) FROM customers") == [(1,)]


def test_whether_an_address_has_an_account_is_told_to_its_owner_alone(people: People, rows: Rows, clock: Clock) -> None:
    people.join("ana@example.com")
    clock.forward(timedelta(minutes=2))
    before = rows("SELECT count(*) FROM customers")
    for email in ("ana@example.com", "nobody@example.com"):
        people.accounts.register(NewAccount(email, OTHER, "X"))
        people.credentials.ask_reset(email, Locale.EN)
    assert "You have an account" in "".join(people.mails("ana@example.com"))
    assert len(people.mails("nobody@example.com")) == 1
    assert "Confirm your address" in people.mails("nobody@example.com")[0]
    assert rows("SELECT count(*) FROM customers") == before
    assert people.accounts.log_in("ana@example.com", GOOD, HERE)


def test_known_and_unknown_addresses_cost_the_same_writes(people: People, rows: Rows) -> None:
    people.join("ana@example.com")

    def written(email: str) -> list[Any]:
        before = rows("SELECT count(*) FROM customer_proofs")[0][0], rows("SELECT count(*) FROM outbox_events")[0][0]
        people.credentials.ask_reset(email, Locale.EN)
        people.accounts.register(NewAccount(email, OTHER))
        after = rows("SELECT count(*) FROM customer_proofs")[0][0], rows("SELECT count(*) FROM outbox_events")[0][0]
        return [after[0] - before[0], after[1] - before[1]]

    assert written("ana@example.com") == written("nobody@example.com") == [2, 2]


def test_one_address_gets_one_mail_of_a_kind_in_a_minute(people: People, clock: Clock) -> None:
    people.join("ana@example.com")
    for _ in range(5):
        people.credentials.ask_reset("ana@example.com", Locale.EN)
    assert sum("password" in mail for mail in people.mails("ana@example.com")) == 1
    clock.forward(timedelta(minutes=2))
    people.credentials.ask_reset("ana@example.com", Locale.EN)
    assert sum("password" in mail for mail in people.mails("ana@example.com")) == 2


def test_another_password_ends_every_session_and_every_other_link(people: People, rows: Rows) -> None:
    session = people.join("ana@example.com")
    people.credentials.ask_reset("ana@example.com", Locale.EN)
    token = people.token("ana@example.com")
    with pytest.raises(InvalidInput):
        people.credentials.reset(token, "short", HERE)
    assert people.actor(session)

    people.credentials.reset(token, OTHER, HERE)

    with pytest.raises(SessionInvalid):
        people.actor(session)
    with pytest.raises(InvalidCredentials):
        people.accounts.log_in("ana@example.com", GOOD, HERE)
    with pytest.raises(ProofInvalid):
        people.credentials.reset(token, GOOD, HERE)
    assert people.accounts.log_in("ana@example.com", OTHER, HERE)
    assert "has changed" in people.mails("ana@example.com")[-1]
    assert rows("SELECT count(*) FROM customer_proofs") == [(0,)]


def test_a_password_is_changed_by_whoever_knows_it(people: People, rows: Rows) -> None:
    here, elsewhere = people.join(), people.accounts.log_in("ana@example.com", GOOD, HERE)
    before = state(rows)
    with pytest.raises(InvalidCredentials):
        people.credentials.change_password(people.actor(here), "a wrong password", OTHER, HERE)
    with pytest.raises(InvalidInput):
        people.credentials.change_password(people.actor(here), GOOD, "ana@example.com", HERE)
    assert state(rows) == before

    new = people.credentials.change_password(people.actor(here), GOOD, OTHER, HERE)

    assert people.actor(new).id == here.customer.id
    for old in (here, elsewhere):
        with pytest.raises(SessionInvalid):
            people.actor(old)


@pytest.mark.parametrize("first", ["ana@example.com", "ana@example.org"])
def test_an_account_moves_when_both_ends_agree_in_whatever_order(people: People, rows: Rows, first: str) -> None:
    session = people.join(marketing=True)
    actor = people.actor(session)
    people.credentials.ask_email_change(actor, "ana@example.org", GOOD, HERE)
    tokens = {email: people.token(email) for email in ("ana@example.com", "ana@example.org")}

    assert people.credentials.confirm_email_change(tokens.pop(first)) is False
    assert rows("SELECT email FROM customers") == [("ana@example.com",)]
    assert people.actor(session)
    [second] = tokens.values()
    assert people.credentials.confirm_email_change(second) is True

    assert rows("SELECT email FROM customers") == [("ana@example.org",)]
    with pytest.raises(SessionInvalid):
        people.actor(session)
    with pytest.raises(InvalidCredentials):
        people.accounts.log_in("ana@example.com", GOOD, HERE)
    assert people.accounts.log_in("ana@example.org", GOOD, HERE).customer.marketing
    assert not people.shop.consents.may_send("ana@example.com", MailPurpose.MARKETING)


def test_an_address_that_got_an_account_meanwhile_stays_its_owners(people: People, rows: Rows) -> None:
    session = people.join()
    people.credentials.ask_email_change(people.actor(session), "bo@example.com", GOOD, HERE)
    old, new = people.token("ana@example.com"), people.token("bo@example.com")
    people.join("bo@example.com")
    people.credentials.confirm_email_change(old)
    before = state(rows)
    with pytest.raises(CustomerEmailTaken):
        people.credentials.confirm_email_change(new)
    assert state(rows) == before


def test_a_change_of_address_needs_the_password(people: People, rows: Rows) -> None:
    actor, before = people.actor(people.join()), state(rows)
    with pytest.raises(InvalidCredentials):
        people.credentials.ask_email_change(actor, "thief@example.com", "a wrong password", HERE)
    with pytest.raises(InvalidInput):
        people.credentials.ask_email_change(actor, "ANA@example.com", GOOD, HERE)
    assert state(rows) == before
    assert people.mails("thief@example.com") == []


def test_a_refreshed_token_is_another_one_and_the_old_one_is_over(people: People) -> None:
    session = people.join()
    actor = people.actor(session)
    fresh = people.accounts.refresh(actor, session.access_token)
    assert people.actor(fresh).id == actor.id
    for use in (lambda: people.actor(session), lambda: people.accounts.refresh(actor, session.access_token)):
        with pytest.raises(SessionInvalid):
            use()


def test_no_refresh_makes_a_session_live_for_ever(people: People, clock: Clock) -> None:
    session = people.join()
    began = clock.now
    for _ in range(7):
        clock.forward(timedelta(days=29))
        try:
            session = people.accounts.refresh(people.actor(session), session.access_token)
        except SessionInvalid:
            break
    assert timedelta(days=174) <= clock.now - began < timedelta(days=181 + 29)
    with pytest.raises(SessionInvalid):
        people.actor(session)


def test_logging_out_ends_this_session_and_nobody_elses(people: People) -> None:
    ana, again, bo = people.join(), people.accounts.log_in("ana@example.com", GOOD, HERE), people.join("bo@example.com")
    people.accounts.log_out(people.actor(bo), ana.access_token)
    people.accounts.log_out(SYSTEM, ana.access_token)
    assert people.actor(ana)
    people.accounts.log_out(people.actor(ana), ana.access_token)
    with pytest.raises(SessionInvalid):
        people.actor(ana)
    assert people.actor(again)


def test_a_cart_comes_along_at_login_and_one_that_cannot_keeps_nobody_out(
    people: People, shop: Commerce, make: Builders
) -> None:
    people.join()
    cart = make.cart((make.variant(stock=5), 2))
    session = people.accounts.log_in("ana@example.com", GOOD, HERE, cart.id)
    assert session.cart is not None
    assert (session.cart.cart.id, session.customer.cart_id, session.cart_refused) == (cart.id, cart.id, None)
    assert shop.cart.get(cart.id, shopper=people.actor(session)).items == session.cart.cart.items

    bo = people.join("bo@example.com")
    refused = people.accounts.log_in("bo@example.com", GOOD, HERE, cart.id)
    assert (refused.cart, refused.cart_refused) == (None, "cart-not-found")
    assert shop.cart.get(cart.id, shopper=people.actor(session)).customer_id == session.customer.id
    assert bo.customer.id == refused.customer.id


def test_guests_orders_are_claimed_once_the_address_is_proved(people: People, shop: Commerce, make: Builders) -> None:
    def order(email: str) -> UUID:
        return shop.checkout.check_out(make.request(make.cart((make.variant(), 1)).id, email)).order.id

    early, strangers = order("ANA@example.com"), order("bo@example.com")
    shop.outbox.drain()
    session = people.join("ana@example.com")
    actor = people.actor(session)
    late = order("ana@example.com")
    shop.outbox.drain()

    assert [one.id for one in shop.profile.orders(actor, PageRequest()).items] == [late, early]
    assert shop.profile.order(actor, early).id == early
    with pytest.raises(OrderNotFound):
        shop.profile.order(actor, strangers)


def test_guesses_are_limited_for_unknown_accounts_too(people: People, clock: Clock) -> None:
    people.join("ana@example.com")

    def answers(email: str, address: str) -> list[str]:
        found = []
        for _ in range(12):
            try:
                people.accounts.log_in(email, "a wrong password", Origin(None, address))
            except (InvalidCredentials, LoginLocked) as refused:
                found.append(refused.code)
        return found

    expected = ["invalid-credentials"] * 10 + ["login-locked"] * 2
    assert answers("ana@example.com", "192.0.2.66") == answers("nobody@example.com", "192.0.2.67") == expected
    assert people.accounts.log_in("ana@example.com", GOOD, HERE), "the owner is known here"
    clock.forward(timedelta(minutes=16))
    assert people.accounts.log_in("ana@example.com", GOOD, Origin(None, "192.0.2.66"))
