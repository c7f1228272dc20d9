"""`commerce keys`, and what `commerce staff` does about invitations and sessions."""

import pytest

from commerce_core.access.model import SYSTEM, Origin, Permission, Role
from commerce_core.kernel.page import PageRequest
from commerce_core.keys.errors import KeyInvalid
from commerce_core.wiring import Commerce as Shop

PASSWORD = "a long and decent password"


def test_a_key_is_printed_once_and_works(commerce, shop: Shop) -> None:
    said = commerce("keys", "create", "Scanner", "--scope", "catalog:read", "--scope", "orders:read", "--json")
    made = said.value
    assert said.code == 0
    assert shop.keys.authenticate(made["token"], Origin()).permissions == {
        Permission.CATALOG_READ,
        Permission.ORDERS_READ,
    }
    for shown in (commerce("keys", "list"), commerce("keys", "show", made["key"]["id"], "--json")):
        assert (shown.code, made["key"]["prefix"] in shown.out) == (0, True)
        assert made["token"] not in shown.out
    assert made["token"] not in commerce("keys", "list", "--json").out


def test_a_revoked_key_opens_nothing(commerce, shop: Shop) -> None:
    made = commerce("keys", "create", "Scanner", "--scope", "catalog:read", "--expires", "2099-12-31", "--json").value
    asked = commerce("keys", "revoke", made["key"]["id"])
    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert shop.keys.authenticate(made["token"], Origin())

    assert commerce("keys", "revoke", made["key"]["id"], "--yes").code == 0

    with pytest.raises(KeyInvalid):
        shop.keys.authenticate(made["token"], Origin())
    assert commerce("keys", "list", "--json").value["items"][0]["revoked_at"] is not None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("create", "x"), 2),
        (("create", "x", "--scope", "everything"), 2),
        (("create", " ", "--scope", "catalog:read"), 2),
        (("create", "x", "--scope", "catalog:read", "--expires", "2001-01-01"), 2),
        (("create", "x", "--scope", "catalog:read", "--expires", "soon"), 2),
        (("show", "01890000-0000-7000-8000-000000000000"), 3),
        (("revoke", "01890000-0000-7000-8000-000000000000", "--yes"), 3),
    ],
)
def test_what_cannot_be_done_is_said_by_the_exit_code(commerce, shop: Shop, words: tuple[str, ...], code: int) -> None:
    assert commerce("keys", *words).code == code
    assert shop.keys.list_keys(SYSTEM) == ()


def test_somebody_is_invited_again_and_not_any_more(commerce, shop: Shop) -> None:
    invite = ("staff", "invite", "zoe@example.com", "--name", "Zoé", "--role", "manager", "--language", "fr")
    assert commerce(*invite, "--json").value["role"] == "MANAGER"
    assert commerce(*invite).code == 4
    assert commerce("staff", "resend", "ZOE@example.com", "--json").value["mails"] == 2
    listed = commerce("staff", "invitations", "--json").value["items"]
    assert [(asked["email"], asked["locale"], asked["mails"]) for asked in listed] == [("zoe@example.com", "fr", 2)]
    assert commerce("staff", "withdraw", "zoe@example.com").code == 0
    assert commerce("staff", "withdraw", "zoe@example.com").code == 3
    assert shop.invitations.list_invitations(SYSTEM) == ()


def test_sessions_are_shown_and_ended(commerce, shop: Shop) -> None:
    member = shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, PASSWORD)
    for number in range(3):
        shop.staff.log_in("kim@example.com", PASSWORD, Origin(None, f"192.0.2.{number}"))
    listed = commerce("staff", "sessions", "kim@example.com", "--json").value["items"]
    assert {one["address"] for one in listed} == {"192.0.2.0", "192.0.2.1", "192.0.2.2"}

    one = commerce("staff", "log-out", "kim@example.com", "--session", listed[0]["id"], "--json")
    assert one.value == {"ended": 1}
    assert commerce("staff", "log-out", "kim@example.com", "--session", listed[0]["id"]).code == 3
    assert commerce("staff", "log-out", "kim@example.com", "--json").value == {"ended": 2}
    assert shop.staff_sessions.list_of(SYSTEM, member.id) == ()


def test_the_way_to_another_password_is_sent(commerce, shop: Shop) -> None:
    shop.staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, PASSWORD)
    assert commerce("staff", "reset", "kim@example.com").code == 0
    assert commerce("staff", "reset", "nobody@example.com").code == 3
    shop.outbox.drain()
    assert [mail.template for mail in shop.emails.list_emails(SYSTEM, None, PageRequest()).items] == [
        "staff_password_reset"
    ]
