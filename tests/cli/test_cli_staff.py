"""`commerce staff`."""

from commerce_core.access.model import SYSTEM, Origin
from commerce_core.wiring import Commerce as Shop

PASSWORD = "a long and decent password"


def test_somebody_is_taken_on_with_a_password_from_stdin(commerce, shop: Shop) -> None:
    said = commerce(
        "staff", "create", "zoe@example.com", "--name", "Zoé", "--role", "manager", "--password-stdin",
        stdin=f"{PASSWORD}\n",
    )  # fmt: skip
    assert (said.code, PASSWORD in said.out + said.err) == (0, False)
    assert shop.staff.log_in("zoe@example.com", PASSWORD, Origin()).staff.role == "MANAGER"


def test_a_generated_password_is_shown_once_and_works(commerce, shop: Shop) -> None:
    made = commerce("staff", "create", "zoe@example.com", "--name", "Zoé", "--generate", "--json").value
    assert shop.staff.log_in("zoe@example.com", made["password"], Origin()).staff.role == "SUPPORT"
    assert made["password"] not in commerce("staff", "list", "--json").out


def test_without_a_terminal_nobody_is_asked(commerce, shop: Shop) -> None:
    said = commerce("staff", "create", "zoe@example.com", "--name", "Zoé")
    assert (said.code, "--password-stdin" in said.err) == (2, True)
    assert shop.staff.list_staff(SYSTEM) == ()


def test_a_weak_password_is_refused_and_nobody_added(commerce, shop: Shop) -> None:
    said = commerce("staff", "create", "zoe@example.com", "--name", "Z", "--password-stdin", stdin="short\n")
    assert (said.code, said.err.startswith("invalid-input")) == (2, True)
    assert shop.staff.list_staff(SYSTEM) == ()


def test_roles_and_access_change_by_address_in_any_spelling(commerce, shop: Shop) -> None:
    shop.staff.create_first_admin("admin@example.com")
    commerce("staff", "create", "zoe@example.com", "--name", "Zoé", "--generate")

    assert commerce("staff", "role", "Zoe@Example.com", "ADMIN").code == 0
    assert commerce("staff", "disable", "zoe@example.com").code == 0
    disabled = {who["email"]: who["disabled_at"] for who in commerce("staff", "list", "--json").value["items"]}
    assert disabled["zoe@example.com"] is not None
    assert commerce("staff", "enable", "zoe@example.com").code == 0
    assert [who.role for who in shop.staff.list_staff(SYSTEM)] == ["ADMIN", "ADMIN"]


def test_the_last_administrator_stays(commerce, shop: Shop) -> None:
    shop.staff.create_first_admin("admin@example.com")
    said = commerce("staff", "disable", "admin@example.com")
    assert (said.code, said.err.split(":")[0]) == (4, "last-admin")


def test_an_address_is_given_once(commerce) -> None:
    create = ("staff", "create", "zoe@example.com", "--name", "Zoé", "--generate")
    assert [commerce(*create).code, commerce(*create).code] == [0, 4]


def test_a_new_password_replaces_the_old_one(commerce, shop: Shop) -> None:
    shop.staff.create_first_admin("admin@example.com")
    assert commerce("staff", "password", "admin@example.com", "--password-stdin", stdin=f"{PASSWORD}\n").code == 0
    assert shop.staff.log_in("admin@example.com", PASSWORD, Origin()).access_token
