"""Making keys, letting programs in by them, revoking them."""

from uuid import UUID

from attrs import field, frozen

from commerce_core.access.model import Actor, ActorKind, AuditEntry, Changes, Origin, Permission
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.token import hash_token
from commerce_core.kernel.transaction import Begin, retried
from commerce_core.keys.errors import KeyInvalid, KeyNotFound
from commerce_core.keys.model import ApiKey, KeyPolicy, NewKey, Token
from commerce_core.keys.ports import KeysWork
from commerce_core.keys.views import ApiKeyView, IssuedKey, KeyReader


@frozen
class KeyService:
    """Keys. None ever holds more than who made it, neither on the day it is made nor later."""

    begin: Begin[KeysWork]
    new_id: NewId
    read: KeyReader
    policy: KeyPolicy = field(factory=KeyPolicy)

    @retried
    def create(self, actor: Actor, new: NewKey) -> IssuedKey:
        """Make a key; its token is in the answer and nowhere else.

        Raises `PermissionDenied`, also for a scope the actor does not have, and `InvalidInput` for an end that has
        passed, or that comes after the end of the key it is made with.
        """
        actor.must(Permission.KEYS_MANAGE)
        actor.must_cover(new.scopes)
        token = Token.new()
        with self.begin() as work:
            parent = _maker(work, actor)
            if new.expires_at and new.expires_at <= work.now:
                raise InvalidInput.at("/expires_at", "out-of-range", "Must be in the future.")
            if parent:
                parent.must_outlive(new.expires_at)
            key = ApiKey(
                id=self.new_id(),
                name=new.name,
                prefix=token.prefix,
                scopes=new.scopes,
                owner_id=parent.owner_id if parent else _member(actor),
                parent_id=parent.id if parent else None,
                made_by=actor.name,
                created_at=work.now,
                expires_at=new.expires_at,
                last_used_at=None,
                revoked_at=None,
            )
            work.keys.add(key, hash_token(token.value))
            changes: Changes = {
                "name": (None, key.name),
                "scopes": (None, sorted(key.scopes)),
                "expires_at": (None, key.expires_at),
            }
            work.audit.record(AuditEntry(actor, "keys.created", "api_key", str(key.id), changes))
        return IssuedKey(token.value, ApiKeyView.of(key))

    def list_keys(self, actor: Actor) -> tuple[ApiKeyView, ...]:
        """All of them, the newest first, revoked ones too. Raises `PermissionDenied`."""
        actor.must(Permission.KEYS_MANAGE)
        return tuple(ApiKeyView.of(key) for key in self.read.every_key())

    def show(self, actor: Actor, key_id: UUID) -> ApiKeyView:
        """One key. Raises `PermissionDenied` or `KeyNotFound`."""
        actor.must(Permission.KEYS_MANAGE)
        key = self.read.key(key_id)
        if key is None:
            raise KeyNotFound(key_id)
        return ApiKeyView.of(key)

    @retried
    def revoke(self, actor: Actor, key_id: UUID) -> None:
        """From the next request on the key opens nothing, nor do keys made with it, nor its open invitations.

        Twice is once. Raises `PermissionDenied` or `KeyNotFound`.
        """
        actor.must(Permission.KEYS_MANAGE)
        with self.begin() as work:
            key = work.keys.lock(key_id)
            if key is None:
                raise KeyNotFound(key_id)
            revoked = work.keys.revoke(key_id, work.now)
            if not revoked:
                return
            withdrawn = sum(work.staff_invitations.remove_of(one) for one in revoked)
            changes: Changes = {"revoked": (None, sorted(str(one) for one in revoked))}
            if withdrawn:
                changes["invitations"] = (withdrawn, 0)
            work.audit.record(AuditEntry(actor, "keys.revoked", "api_key", str(key_id), changes))

    def authenticate(self, token: str, origin: Origin) -> Actor:
        """Which program holds this key and what it may do at this moment. Raises `KeyInvalid`."""
        holder = self.read.holder(hash_token(token), self.policy.use_noted_every)
        if holder is None:
            raise KeyInvalid
        if holder.use_is_due:
            self._note_use(holder.id)
        return holder.as_actor(origin)

    @retried
    def _note_use(self, key_id: UUID) -> None:
        with self.begin() as work:
            work.keys.note_use(key_id, self.policy.use_noted_every)


def _member(actor: Actor) -> UUID | None:
    """The member of staff behind an actor; nobody behind the system or the command line."""
    return actor.id if actor.kind is ActorKind.STAFF else None


def _maker(work: KeysWork, actor: Actor) -> ApiKey | None:
    """The key a key is made with, locked, so that it cannot be revoked without the new one. Raises `KeyInvalid`."""
    if actor.kind is not ActorKind.KEY or actor.id is None:
        return None
    maker = work.keys.lock(actor.id)
    if maker is None or maker.revoked_at:
        raise KeyInvalid
    return maker
