"""Refusals about the audit log."""

from attrs import frozen

from commerce_core.kernel.errors import Conflict, NotFound


@frozen
class AuditLogNotFound(NotFound):
    """There is no such row, or it was old enough to be forgotten."""

    code = "audit-log-not-found"
    detail = "There is no entry {log_id} in the audit log."
    log_id: int


@frozen
class AuditChainBroken(Conflict):
    """Old rows are not forgotten while they cannot be proved: they are evidence of whatever was done to them."""

    code = "audit-chain-broken"
    detail = "The audit log is broken at position {position}: {problem}. Nothing is forgotten meanwhile."
    position: int | None
    problem: str
