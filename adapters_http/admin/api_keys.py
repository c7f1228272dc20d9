"""API keys for administrators."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.keys.errors import KeyNotFound
from commerce_core.keys.model import LONGEST_NAME, NewKey
from commerce_core.keys.service import KeyService
from commerce_core.keys.views import ApiKeyView, IssuedKey


@frozen
class CreateApiKey:
    """What it is called, what it may do, and until when; without an end it holds until it is revoked."""

    example: ClassVar[dict[str, Any]] = {
        "name": "Warehouse scanner",
        "scopes": ["inventory:read", "inventory:write"],
        "expires_at": "2027-12-31T00:00:00Z",
    }
    name: Annotated[str, Limits(1, LONGEST_NAME)]
    scopes: Annotated[tuple[Permission, ...], Limits(1, len(Permission))]
    expires_at: datetime | None = None


@frozen
class ApiKeyList:
    """Every key there ever was."""

    items: tuple[ApiKeyView, ...]


@frozen
class AdminApiKeys:
    """`/v1/admin/api-keys`."""

    keys: KeyService

    @operation("List API keys", answers={200: ApiKeyList}, access=Access.STAFF, permission=Permission.KEYS_MANAGE)
    def on_get(self, actor: Actor) -> Answer:
        """The newest first, revoked ones too."""
        return Answer(ApiKeyList(self.keys.list_keys(actor)))

    @operation("Create an API key", answers={201: IssuedKey}, access=Access.STAFF, permission=Permission.KEYS_MANAGE)
    def on_post(self, actor: Actor, body: CreateApiKey) -> Answer:
        """`token` is shown this once; send it as `Authorization: Bearer …`, where a session's token would stand.

        A key holds at most what its maker may, now and later, and opens nothing while its maker is shut out.
        """
        made = self.keys.create(actor, NewKey(body.name, body.scopes, body.expires_at))
        return Answer.created(made, f"/v1/admin/api-keys/{made.key.id}")


@frozen
class AdminApiKey:
    """`/v1/admin/api-keys/{key_id}`."""

    keys: KeyService

    @operation(
        "Read an API key",
        answers={200: ApiKeyView},
        refusals=(KeyNotFound,),
        access=Access.STAFF,
        permission=Permission.KEYS_MANAGE,
    )
    def on_get(self, actor: Actor, key_id: UUID) -> Answer:
        """Everything but what opens anything."""
        return Answer(self.keys.show(actor, key_id))

    @operation(
        "Revoke an API key",
        answers={204: None},
        refusals=(KeyNotFound,),
        access=Access.STAFF,
        permission=Permission.KEYS_MANAGE,
    )
    def on_delete(self, actor: Actor, key_id: UUID) -> Answer:
        """Counts from the next request on, also for keys that were made with it. The key stays in the list."""
        self.keys.revoke(actor, key_id)
        return Answer.nothing()
