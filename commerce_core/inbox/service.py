"""What operators do with the messages of providers."""

from datetime import timedelta
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.inbox.errors import MessageNotDead, MessageNotFound
from commerce_core.inbox.model import KEPT, InboxStatus
from commerce_core.inbox.ports import InboxWork
from commerce_core.inbox.views import InboxReader, MessageDetail, MessageView
from commerce_core.kernel.page import Page, PageRequest
from commerce_core.kernel.slices import in_slices
from commerce_core.kernel.transaction import Begin, retried


@frozen
class InboxService:
    """Messages for who looks after them. What they mean is for the feature that they are about."""

    begin: Begin[InboxWork]
    read: InboxReader
    kept: timedelta = KEPT

    def list_messages(self, actor: Actor, status: InboxStatus | None, page: PageRequest) -> Page[MessageView]:
        """Messages, newest first. Raises `PermissionDenied`."""
        actor.must(Permission.OPERATIONS_READ)
        return self.read.messages(status, page)

    def show(self, actor: Actor, message_id: UUID) -> MessageDetail:
        """One message with its content. Raises `PermissionDenied` or `MessageNotFound`."""
        actor.must(Permission.OPERATIONS_READ)
        found = self.read.message(message_id)
        if found is None:
            raise MessageNotFound(message_id)
        return found

    @retried
    def retry(self, actor: Actor, message_id: UUID) -> None:
        """Make a dead message due again; the worker applies it within seconds.

        Raises `PermissionDenied`, `MessageNotFound` or `MessageNotDead`; then nothing has changed.
        """
        actor.must(Permission.OPERATIONS_WRITE)
        with self.begin() as work:
            status = work.inbox.lock(message_id)
            if status is None:
                raise MessageNotFound(message_id)
            if status is not InboxStatus.DEAD:
                raise MessageNotDead(message_id, status.value)
            work.inbox.revive(message_id)
            changes: Changes = {"status": (status.value, InboxStatus.RECEIVED.value)}
            work.audit.record(AuditEntry(actor, "inbox.retry", "webhook_event", str(message_id), changes))

    def prune(self) -> int:
        """Forget what was done with long ago; returns how many messages. Dead ones stay until somebody looks."""
        return in_slices(self._prune)

    @retried
    def _prune(self, limit: int) -> int:
        with self.begin() as work:
            return work.inbox.prune(self.kept, limit)
