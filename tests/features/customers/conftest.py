"""People with accounts, and the mail they get."""

import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import psycopg
import pytest
from attrs import evolve, frozen

from commerce_core.access.model import Actor, Origin
from commerce_core.customers.accounts import AccountService
from commerce_core.customers.credentials import CredentialService
from commerce_core.customers.model import NewAccount
from commerce_core.customers.views import AccountSession
from commerce_core.emails.model import Locale
from commerce_core.gateways.argon2 import Argon2Hasher
from commerce_core.wiring import Commerce

GOOD = "correct horse battery"
HERE = Origin("req-1", "192.0.2.1")
QUICK = Argon2Hasher(memory_kib=64, iterations=1)
Rows = Callable[..., list[tuple[Any, ...]]]


@frozen
class People:
    """What customers do, with passwords that are hashed quickly, and the mail that reaches them."""

    shop: Commerce
    accounts: AccountService
    credentials: CredentialService

    def mails(self, to: str) -> list[str]:
        """The mails to an address, as they were sent, the oldest first."""
        self.shop.outbox.drain()
        self.shop.emails.send_due()
        folder = Path(str(self.shop.settings.data_dir)) / "mail"
        files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns) if folder.is_dir() else []
        mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [f"{mail['Subject']}\n{_text(mail)}" for mail in mails if mail["To"] == to]

    def token(self, to: str) -> str:
        """The token in the last mail to an address."""
        found = re.findall(r"[0-9a-f-]{36}\.[\w-]{43}", self.mails(to)[-1])
        assert found
        return str(found[-1])

    def join(self, email: str = "ana@example.com", **details: Any) -> AccountSession:
        """Somebody with an account, logged in."""
        self.accounts.register(NewAccount(email, GOOD, **{"name": "Ana", "locale": Locale.EN} | details))
        return self.accounts.verify(self.token(email), GOOD, HERE)

    def actor(self, session: AccountSession) -> Actor:
        return self.accounts.authenticate(session.access_token, HERE)


def _text(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


@pytest.fixture
def people(shop: Commerce) -> People:
    accounts = evolve(shop.accounts, hasher=QUICK)
    return People(shop, accounts, evolve(shop.credentials, hasher=QUICK, accounts=accounts))


@pytest.fixture
def rows(database_url: str) -> Rows:
    """What the database says, or does."""

    def ask(query: Any, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(database_url) as connection:
            done = connection.execute(query, parameters)
            return done.fetchall() if done.description else []

    return ask
