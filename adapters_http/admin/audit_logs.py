"""Who changed what, for auditors."""

from typing import Annotated

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Media, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.audit.errors import AuditLogNotFound
from commerce_core.audit.service import AuditService
from commerce_core.audit.views import AuditLogView, AuditQuery
from commerce_core.kernel.csv import csv_blocks
from commerce_core.kernel.page import MAX_PAGE, MAX_PER_PAGE, CursorPage, PageRequest

_LogId = Annotated[int, Limits(1, 2**63 - 1)]


@frozen
class AuditListQuery(AuditQuery):
    """Which entries, and which page of them.

    `cursor` is the `next_cursor` of the answer before and wins over the page.
    """

    page: Annotated[int, Limits(1, MAX_PAGE)] = 1
    per_page: Annotated[int, Limits(1, MAX_PER_PAGE)] = 24
    cursor: Annotated[str, Limits(most=40)] | None = None


@frozen
class AdminAuditLogs:
    """`/v1/admin/audit-logs`."""

    audit: AuditService

    @operation(
        "List the audit log",
        answers={200: CursorPage[AuditLogView]},
        access=Access.STAFF,
        permission=Permission.AUDIT_READ,
    )
    def on_get(self, actor: Actor, query: AuditListQuery) -> Answer:
        """The latest first. An `entity_id` needs its `entity_type`; a `request_id` is that of the answer's header."""
        page = PageRequest(query.page, query.per_page)
        return Answer(self.audit.list_entries(actor, query, page, query.cursor))


@frozen
class AdminAuditLog:
    """`/v1/admin/audit-logs/{log_id}`."""

    audit: AuditService

    @operation(
        "Read an entry of the audit log",
        answers={200: AuditLogView},
        refusals=(AuditLogNotFound,),
        access=Access.STAFF,
        permission=Permission.AUDIT_READ,
    )
    def on_get(self, actor: Actor, log_id: _LogId) -> Answer:
        """Who changed what, when and from where, and its place in the chain of hashes."""
        return Answer(self.audit.show(actor, log_id))


@frozen
class AdminAuditExport:
    """`/v1/admin/audit-logs/export.csv`."""

    audit: AuditService

    @operation(
        "Export the audit log",
        answers={200: Media("text/csv; charset=utf-8")},
        access=Access.STAFF,
        permission=Permission.AUDIT_READ,
    )
    def on_get(self, actor: Actor, query: AuditQuery) -> Answer:
        """The latest first, each entry as it was hashed, so that anybody can recompute the chain.

        Cells that a spreadsheet would take for a formula begin with an apostrophe.
        """
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return Answer(csv_blocks(self.audit.export(actor, query)), headers=headers)
