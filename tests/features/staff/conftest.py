"""People who run a shop, and the mail they get."""

import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import psycopg
import pytest
from attrs import evolve, frozen

from commerce_core.access.model import SYSTEM, Actor, Origin, Role
from commerce_core.gateways.argon2 import Argon2Hasher
from commerce_core.staff.invitations import InvitationService
from commerce_core.staff.model import StaffMember
from commerce_core.staff.passwords import PasswordService
from commerce_core.staff.service import StaffService
from commerce_core.wiring import Commerce

GOOD = "correct horse battery"
OTHER = "staple battery horse"
HERE = Origin("req-1", "192.0.2.1")
QUICK = Argon2Hasher(memory_kib=64, iterations=1)
Rows = Callable[..., list[tuple[Any, ...]]]


@frozen
class Crew:
    """What the staff does, with passwords that are hashed quickly, and the mail that reaches them."""

    shop: Commerce
    staff: StaffService
    invitations: InvitationService
    passwords: PasswordService

    def hire(self, name: str, role: Role = Role.ADMIN) -> StaffMember:
        return self.staff.create(SYSTEM, f"{name.lower()}@example.com", name, role, GOOD)

    def token(self, name: str, password: str = GOOD) -> str:
        return self.staff.log_in(f"{name.lower()}@example.com", password, HERE).access_token

    def actor(self, name: str) -> Actor:
        return self.shop.operators.authenticate(self.token(name), HERE)

    def mails(self, to: str) -> list[str]:
        """The mails to an address, as they were sent, the oldest first."""
        self.shop.outbox.drain()
        self.shop.emails.send_due()
        folder = Path(str(self.shop.settings.data_dir)) / "mail"
        files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns) if folder.is_dir() else []
        mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [f"{mail['Subject']}\n{_text(mail)}" for mail in mails if mail["To"] == to]

    def link(self, to: str) -> str:
        """The token in the last mail to an address."""
        found = re.findall(r"[0-9a-f-]{36}(?::\d+)?\.[\w-]{43}", self.mails(to)[-1])
        assert found
        return str(found[-1])


def _text(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


@pytest.fixture
def crew(shop: Commerce) -> Crew:
    return Crew(
        shop,
        evolve(shop.staff, hasher=QUICK),
        evolve(shop.invitations, hasher=QUICK),
        evolve(shop.staff_passwords, hasher=QUICK),
    )


@pytest.fixture
def rows(database_url: str) -> Rows:
    """What the database says, or does."""

    def ask(query: Any, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url) as connection:
            done = connection.execute(query, parameters or None)
            return done.fetchall() if done.description else []

    return ask


def state(rows: Rows) -> list[Any]:
    """What a refusal must leave as it was."""
    tables = ("users", "staff_sessions", "staff_invitations", "staff_resets", "api_keys", "audit_logs", "email_outbox")
    return [rows(f"SELECT t::text FROM {table} t ORDER BY 1") for table in tables]
