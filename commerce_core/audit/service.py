"""Reading, sealing, proving and shortening the audit log."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

from attrs import define, frozen

from commerce_core.access.model import SYSTEM, Actor, AuditEntry, Permission
from commerce_core.audit.errors import AuditChainBroken, AuditLogNotFound
from commerce_core.audit.model import KEPT, ChainEnd, Finding, Problem, follow
from commerce_core.audit.ports import AuditWork
from commerce_core.audit.views import Anchor, AuditLogView, AuditQuery, AuditReader, ExportedEntry, Verification
from commerce_core.kernel.csv import Cell, csv_lines
from commerce_core.kernel.page import CursorPage, PageRequest
from commerce_core.kernel.transaction import Begin, retried

_BATCH = 1_000  # rows in one transaction, and in one page of a proof or an export
_STRAYS = 5_000  # rows in one look for those outside of the chain
_HEADER = (
    "id", "at", "actor_kind", "actor_id", "actor_name", "action", "entity_type", "entity_id", "changes", "request_id",
    "address", "position", "hash",
)  # fmt: skip

_log = logging.getLogger(__name__)


@frozen
class AuditService:
    """The log of who changed what. Rows are written by the use cases that change things, in their transactions."""

    begin: Begin[AuditWork]
    read: AuditReader
    kept: timedelta = KEPT

    def list_entries(
        self, actor: Actor, query: AuditQuery, page: PageRequest, cursor: str | None = None
    ) -> CursorPage[AuditLogView]:
        """Entries, the latest first. `cursor` is the `next_cursor` of the answer before and wins over the page.

        Raises `PermissionDenied`, or `InvalidInput` for a cursor that is none.
        """
        actor.must(Permission.AUDIT_READ)
        return self.read.page(query, cursor, page)

    def show(self, actor: Actor, log_id: int) -> AuditLogView:
        """One entry. Raises `PermissionDenied` or `AuditLogNotFound`."""
        actor.must(Permission.AUDIT_READ)
        found = self.read.entry(log_id)
        if found is None:
            raise AuditLogNotFound(log_id)
        return found

    def export(self, actor: Actor, query: AuditQuery) -> Iterator[str]:
        """Entries as the lines of a CSV file, the latest first, with all that is needed to recompute their hashes.

        A page is in memory, and no connection is held between two pages. Raises `PermissionDenied`, here and not with
        the first line.
        """
        actor.must(Permission.AUDIT_READ)
        return csv_lines(chain([_HEADER], (_row(found) for found in self._every(query))))

    def verify(self, actor: Actor, known: ChainEnd | None = None) -> Verification:
        """Recompute every hash, and look for rows outside of the chain, without stopping anybody.

        `known` is the `head` of an earlier proof that was kept elsewhere: with it, also a chain that was rewritten or
        shortened as a whole is found. A page of rows is in memory. Raises `PermissionDenied`.
        """
        actor.must(Permission.AUDIT_READ)
        proof = self._proved(known)
        while proof.finding is not None and self.read.anchor()[0] != proof.began:
            proof = self._proved(known)  # Rows were forgotten while we were reading them.
        tail = self.read.tail()
        lost = None if tail.lost is None else Finding(Problem.LOST, log_id=tail.lost)
        findings = (proof.finding, proof.contradiction(known), self._unknown(), lost)
        return Verification(
            began=Anchor(proof.began.position, proof.began.hash.hex(), proof.pruned_at),
            checked=proof.end.position - proof.began.position,
            head=str(proof.end),
            unsealed=tail.count,
            unsealed_since=tail.since,
            known_confirmed=proof.confirms(known),
            findings=tuple(finding for finding in findings if finding is not None),
        )

    def seal(self) -> int:
        """Take the rows that wait into the chain, a batch in each transaction; returns how many.

        A row is sealed once its transaction is committed, in whatever order transactions commit: its place in the chain
        is where it is found waiting, not where its id would have it.
        """
        sealed = 0
        while True:
            batch, end = self._seal_batch()
            sealed += batch
            if batch < _BATCH:
                if sealed:
                    _log.info("audit log sealed", extra={"rows": sealed, "head": str(end)})
                return sealed

    def prune(self) -> int:
        """Forget rows that are older than they have to be kept, from the beginning of the chain; returns how many.

        They are proved first. An anchor with the hash of the last of them stays, so that what follows can be proved
        without them, and so that it can be seen that something was forgotten. Going on after a crash does no harm.
        Raises `AuditChainBroken`; then nothing has been forgotten.
        """
        self._move_anchor()
        pruned = 0
        while batch := self._drop_batch():
            pruned += batch
        return pruned

    # --- how --------------------------------------------------------------------------------------------------------

    def _every(self, query: AuditQuery) -> Iterator[ExportedEntry]:
        last = None
        while page := self.read.exported(query, last, _BATCH):
            yield from page
            last = page[-1].entry

    @retried
    def _seal_batch(self) -> tuple[int, ChainEnd]:
        with self.begin() as work:
            work.audit_chain.lock()
            end = work.audit_chain.end()
            places = []
            for entry in work.audit_chain.waiting(_BATCH):
                end = end.then(entry)
                places.append((end, entry.id))
            if places:
                work.audit_chain.seal(places)
        return len(places), end

    def _proved(self, known: ChainEnd | None = None, up_to: int | None = None) -> "_Proof":
        """Follow the chain from its anchor to its end, or to a position."""
        began, pruned_at = self.read.anchor()
        proof = _Proof(began, began, pruned_at)
        while up_to is None or proof.end.position < up_to:
            limit = _BATCH if up_to is None else min(_BATCH, up_to - proof.end.position)
            links = self.read.links(proof.end.position, limit)
            if not links:
                break
            proof.end, proof.finding = follow(proof.end, links, known)
            if proof.finding is not None:
                break
        return proof

    def _unknown(self) -> Finding | None:
        last: int | None = 0
        while last is not None:
            last, unknown = self.read.unknown_after(last, _STRAYS)
            if unknown is not None:
                return Finding(Problem.UNKNOWN, log_id=unknown)
        return None

    def _move_anchor(self) -> None:
        with self.begin() as work:
            oldest = work.now - self.kept
        position = self.read.last_older_than(oldest)
        if position is None:
            return
        proof = self._proved(up_to=position)
        if proof.finding is not None:
            raise AuditChainBroken(proof.finding.position, proof.finding.problem.value)
        if proof.end != proof.began:
            self._anchor(proof)

    @retried
    def _anchor(self, proof: "_Proof") -> None:
        with self.begin() as work:
            work.audit_chain.lock()
            work.audit_chain.anchor(proof.end)
            changes = {"first_position": (proof.began.position + 1, proof.end.position + 1)}
            work.audit.record(AuditEntry(SYSTEM, "audit.pruned", "audit_log", "audit", dict(changes)))

    @retried
    def _drop_batch(self) -> int:
        with self.begin() as work:
            work.audit_chain.lock()
            return work.audit_chain.drop(_BATCH)


@define
class _Proof:
    """How far the chain was followed, and what stopped us."""

    began: ChainEnd
    end: ChainEnd
    pruned_at: datetime | None
    finding: Finding | None = None

    def confirms(self, known: ChainEnd | None) -> bool | None:
        """Whether the chain led through this place; None when nobody asked, or where it has been forgotten."""
        if known is None or known.position < self.began.position:
            return None
        if known.position == self.began.position:
            return known == self.began
        return known.position <= self.end.position

    def contradiction(self, known: ChainEnd | None) -> Finding | None:
        """That the place lies outside of a chain that is whole in itself."""
        if known is None or self.finding is not None or self.confirms(known) is not False:
            return None
        return Finding(Problem.REWRITTEN, min(known.position, self.end.position + 1))


def _row(found: ExportedEntry) -> tuple[Cell, ...]:
    return (*found.entry.texts(), found.position, found.hash)
