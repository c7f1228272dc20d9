"""Logging in and out: what it takes, what it keeps, and what it never gives away."""

from collections.abc import Callable
from datetime import timedelta
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from attrs import evolve, frozen

from commerce_core.access.model import GUEST, SYSTEM, Actor, ActorKind, Origin, Permission, Role
from commerce_core.gateways.argon2 import Argon2Hasher
from commerce_core.kernel.token import hash_token
from commerce_core.staff.errors import InvalidCredentials, SessionInvalid, StaffOnly
from commerce_core.staff.model import StaffMember, StaffPolicy
from commerce_core.staff.ports import PasswordHasher
from commerce_core.staff.service import StaffService
from commerce_core.wiring import Commerce

GOOD = "correct horse battery"
QUICK = Argon2Hasher(memory_kib=64, iterations=1)


@frozen
class Watched:
    """A password hasher that tells before each piece of work."""

    inner: PasswordHasher
    tell: Callable[[str], None]

    def hash(self, password: str) -> str:
        self.tell("hash")
        return self.inner.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        self.tell("verify")
        return self.inner.verify(password_hash, password)

    def outdated(self, password_hash: str) -> bool:
        return self.inner.outdated(password_hash)


@pytest.fixture
def staff(shop: Commerce) -> StaffService:
    return evolve(shop.staff, hasher=QUICK)


@pytest.fixture
def kim(staff: StaffService) -> StaffMember:
    return staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, GOOD)


def value(url: str, query: LiteralString) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def test_a_session_makes_its_holder_an_actor(staff: StaffService, kim: StaffMember) -> None:
    session = staff.log_in("KIM@example.com", GOOD, Origin())

    actor = staff.authenticate(session.access_token, Origin("req-1"))

    assert (actor.kind, actor.id, actor.name) == (ActorKind.STAFF, kim.id, "Kim")
    assert Permission.ORDERS_WRITE in actor.permissions
    assert Permission.CATALOG_WRITE not in actor.permissions
    assert actor.origin.request_id == "req-1"
    assert staff.me(actor) == session.staff
    assert session.token_type == "bearer"


@pytest.mark.usefixtures("kim")
def test_a_session_lasts_twelve_hours_unless_the_shop_says_otherwise(staff: StaffService, database_url: str) -> None:
    expires_at = staff.log_in("kim@example.com", GOOD, Origin()).expires_at

    assert value(database_url, "SELECT expires_at - created_at FROM staff_sessions") == timedelta(hours=12)
    assert value(database_url, "SELECT expires_at FROM staff_sessions") == expires_at


@pytest.mark.usefixtures("kim")
def test_the_token_is_new_each_time_and_only_its_hash_is_kept(staff: StaffService, database_url: str) -> None:
    session, other = (staff.log_in("kim@example.com", GOOD, Origin()) for _ in range(2))

    assert session.access_token != other.access_token
    assert session.access_token not in repr(session)
    with psycopg.connect(database_url) as connection:
        kept = connection.execute("SELECT token_hash FROM staff_sessions").fetchall()
    assert {row[0] for row in kept} == {hash_token(session.access_token), hash_token(other.access_token)}


@pytest.mark.usefixtures("kim")
@pytest.mark.parametrize("token", ["", "guess", "\x00", "\ud800", "é" * 5000])
def test_a_token_that_is_not_ours_opens_nothing(staff: StaffService, token: str) -> None:
    with pytest.raises(SessionInvalid):
        staff.authenticate(token, Origin())


@pytest.mark.usefixtures("kim")
def test_an_expired_session_opens_nothing_and_is_forgotten_at_the_next_login(
    staff: StaffService, database_url: str
) -> None:
    over = evolve(staff, policy=StaffPolicy(session_lifetime=timedelta(0))).log_in("kim@example.com", GOOD, Origin())

    with pytest.raises(SessionInvalid):
        staff.authenticate(over.access_token, Origin())

    staff.log_in("kim@example.com", GOOD, Origin())
    assert value(database_url, "SELECT count(*) FROM staff_sessions") == 1


@pytest.mark.usefixtures("kim")
def test_logging_out_ends_this_session_and_no_other(staff: StaffService) -> None:
    here, elsewhere = (staff.log_in("kim@example.com", GOOD, Origin()).access_token for _ in range(2))

    staff.log_out(staff.authenticate(here, Origin()), here)

    with pytest.raises(SessionInvalid):
        staff.authenticate(here, Origin())
    assert staff.authenticate(elsewhere, Origin())


@pytest.mark.usefixtures("kim")
def test_nobody_ends_the_session_of_somebody_else(staff: StaffService, database_url: str) -> None:
    token = staff.log_in("kim@example.com", GOOD, Origin()).access_token

    for stranger in (GUEST, SYSTEM, Actor.staff(uuid4(), "mo@example.com", Role.ADMIN, Origin())):
        staff.log_out(stranger, token)

    assert staff.authenticate(token, Origin())
    assert value(database_url, "SELECT count(*) FROM audit_logs WHERE action = 'staff.logged_out'") == 0


@pytest.mark.usefixtures("kim")
def test_the_system_has_no_account_of_its_own(staff: StaffService) -> None:
    with pytest.raises(StaffOnly):
        staff.me(SYSTEM)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("kim@example.com", "a wrong password"),
        ("nobody@example.com", GOOD),
        ("gone@example.com", GOOD),
        ("gone@example.com", "a wrong password"),
        ("not an address", GOOD),
        ("nul\x00@example.com", GOOD),
        ("kim@example.com", ""),
        ("kim@example.com", "\x00 and \ud800"),
        ("kim@example.com", "long" * 10_000),
    ],
)
def test_every_failed_login_looks_the_same_and_takes_the_same_work(
    staff: StaffService, kim: StaffMember, database_url: str, email: str, password: str
) -> None:
    gone = staff.create(SYSTEM, "gone@example.com", "Gone", Role.SUPPORT, GOOD)
    staff.disable(SYSTEM, gone.id)
    work: list[str] = []

    with pytest.raises(InvalidCredentials) as refused:
        evolve(staff, hasher=Watched(QUICK, work.append)).log_in(email, password, Origin())

    assert str(refused.value) == "The e-mail address or the password is wrong."
    assert refused.value.facts() == {}
    assert work == ["verify"]
    assert value(database_url, "SELECT count(*) FROM staff_sessions") == 0


def test_a_password_replaced_while_the_old_one_is_verified_wins(
    shop: Commerce, staff: StaffService, kim: StaffMember
) -> None:
    def replace(piece: str) -> None:
        if piece == "verify":
            evolve(shop.staff_passwords, hasher=QUICK).set_password(SYSTEM, kim.id, "staple battery horse")

    with pytest.raises(InvalidCredentials):
        evolve(staff, hasher=Watched(QUICK, replace)).log_in("kim@example.com", GOOD, Origin())


def test_no_transaction_is_open_while_a_password_is_hashed(shop: Commerce, database_url: str) -> None:
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    seen: list[object] = []
    watched = Watched(QUICK, lambda _: seen.append(value(database_url, query)))
    staff = evolve(shop.staff, hasher=watched)

    created = staff.create_first_admin("boss@example.com")
    kim = staff.create(SYSTEM, "kim@example.com", "Kim", Role.SUPPORT, GOOD)
    evolve(shop.staff_passwords, hasher=watched).set_password(SYSTEM, kim.id, "staple battery horse")
    evolve(staff, hasher=evolve(watched, inner=Argon2Hasher(memory_kib=128, iterations=1))).log_in(
        "kim@example.com", "staple battery horse", Origin()
    )

    assert created
    assert seen == [0] * 5


@pytest.mark.usefixtures("kim")
def test_a_hash_of_older_parameters_is_replaced_at_the_next_login(staff: StaffService, database_url: str) -> None:
    stronger = evolve(staff, hasher=Argon2Hasher(memory_kib=128, iterations=2))

    stronger.log_in("kim@example.com", GOOD, Origin())

    assert str(value(database_url, "SELECT password_hash FROM users")).startswith("$argon2id$v=19$m=128,t=2,p=1$")
    assert stronger.log_in("kim@example.com", GOOD, Origin())
