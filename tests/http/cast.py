"""Everybody who may knock at the API, with what they hold in their hands."""

import re
from pathlib import Path
from typing import Any

from attrs import frozen

from commerce_core.access.model import SEES, SYSTEM, Origin, Permission, Role
from commerce_core.customers.model import NewAccount
from commerce_core.emails.model import Locale
from commerce_core.keys.model import NewKey
from commerce_core.wiring import Commerce
from tests.http.audited_calls import STAFF_EMAIL, STAFF_PASSWORD, Scene

_NOTED = dict.fromkeys(("api_keys", "staff_sessions"), "(to_jsonb(t) - 'last_used_at')::text")
PASSWORD = "correct horse battery"


@frozen
class Cast:
    """Tokens by who holds them; None holds nothing."""

    shop: Commerce
    customer: str
    other_customer: str
    staff: dict[Role, str]
    turned_away: dict[str, str]  # what opened the staff's door once, or never

    keys: dict[Permission, str]  # holding this one alone
    keys_without: dict[Permission, str]  # holding all others

    def holding(self, *scopes: Permission) -> str:
        """A new key."""
        return _key(self.shop, *scopes)

    @property
    def strangers_to_staff(self) -> dict[str, str | None]:
        """Who is nobody at the staff's door."""
        return {"anonymous": None, "customer": self.customer, "other customer": self.other_customer, **self.turned_away}

    @property
    def strangers_to_customers(self) -> dict[str, str | None]:
        """Who is nobody at the customers' door."""
        staff = {role.value: token for role, token in self.staff.items()}
        return {"anonymous": None, **staff, "key": self.keys[Permission.CUSTOMERS_WRITE], **self.turned_away}


def bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def join(shop: Commerce, email: str) -> str:
    """The token of a new customer."""
    shop.accounts.register(NewAccount(email, PASSWORD, "Ana", Locale.EN))
    shop.outbox.drain()
    shop.emails.send_due()
    folder = Path(str(shop.settings.data_dir)) / "mail"
    [mail] = [text for text in (file.read_text("utf-8") for file in folder.glob("*.eml")) if f"To: {email}" in text]
    [proof, *_] = re.findall(r"[0-9a-f-]{36}\.[\w-]{43}", mail.replace("=\n", ""))
    return shop.accounts.verify(proof, PASSWORD, Origin()).access_token


def gather(scene: Scene) -> Cast:
    """Everybody. The one with every permission is the scene's own member of staff."""
    shop = scene.shop
    staff = {Role.ADMIN: scene.headers["Authorization"].removeprefix("Bearer ")}
    for role in (Role.MANAGER, Role.SUPPORT):
        staff[role] = _member(shop, role, f"{role.value.lower()}@example.com")
    disabled = _member(shop, Role.ADMIN, "disabled@example.com")
    [(member_id,)] = scene.ask("SELECT id FROM users WHERE email = 'disabled@example.com'")
    shop.staff.disable(SYSTEM, member_id)
    expired = shop.staff.log_in(STAFF_EMAIL, STAFF_PASSWORD, Origin()).access_token
    expired_key = shop.keys.create(SYSTEM, NewKey("Old", frozenset(Permission)))
    scene.ask("UPDATE api_keys SET created_at = created_at - interval '2 days'")
    scene.ask("UPDATE api_keys SET expires_at = created_at + interval '1 day'")
    scene.ask(
        "UPDATE staff_sessions SET expires_at = expires_at - interval '10 years' WHERE token_hash = sha256(%s::bytea)",
        expired.encode(),
    )
    revoked = shop.keys.create(SYSTEM, NewKey("Revoked", frozenset(Permission)))
    shop.keys.revoke(SYSTEM, revoked.key.id)
    turned_away = {
        "disabled": disabled,
        "expired": expired,
        "expired key": expired_key.token,
        "revoked key": revoked.token,
        "forged": "x" * 43,
        "forged key": "ck_" + "x" * 43,
        "not even a token": "é\x7f",
    }
    keys = {one: _key(shop, one) for one in Permission}
    keys_without = {
        one: _key(shop, *(other for other in Permission if one not in {other, SEES.get(other)})) for one in Permission
    }
    people = join(shop, "ana@example.com"), join(shop, "bo@example.com")
    return Cast(shop, *people, staff, turned_away, keys, keys_without)


def _key(shop: Commerce, *scopes: Permission) -> str:
    return shop.keys.create(SYSTEM, NewKey("Robot", scopes)).token


def _member(shop: Commerce, role: Role, email: str) -> str:
    shop.staff.create(SYSTEM, email, role.value.title(), role, PASSWORD)
    return shop.staff.log_in(email, PASSWORD, Origin()).access_token


def contents(scene: Scene) -> dict[str, Any]:
    """What every table holds, as a number. That somebody known has knocked may be noted."""
    named = (
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    sums = " UNION ALL ".join(
        f"SELECT '{name}', coalesce(sum(hashtextextended({_NOTED.get(name, 't::text')}, 0)), 0) FROM {name} t"
        for (name,) in scene.ask(named)
    )
    return dict(scene.ask(sums))  # type: ignore[arg-type]
