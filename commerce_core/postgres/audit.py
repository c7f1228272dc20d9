"""The audit log as it is read, and its chain of hashes, in PostgreSQL."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from attrs import frozen

from commerce_core.audit.model import BEGINNING, ChainEnd, Link, LoggedEntry
from commerce_core.audit.views import AuditLogView, AuditQuery, ChangeView, ExportedEntry, Tail
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.page import CursorPage, PageRequest
from commerce_core.postgres.database import Database, Row, Session

_CURSOR = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")  # microseconds since 1970, and an id
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_AFTER_ALL = datetime.max.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_Place = tuple[datetime, int]
_Seal = tuple[int | None, str | None]
_UNSEALED: _Seal = (None, None)


@frozen
class PostgresAuditReader:
    """Reads that need no transaction."""

    database: Database

    def page(self, query: AuditQuery, cursor: str | None, page: PageRequest) -> CursorPage[AuditLogView]:
        """Entries, the latest first."""
        before = _place(cursor) if cursor is not None else (query.until or _AFTER_ALL, 0)
        offset = page.offset if cursor is None else 0
        with self.database.read() as session:
            rows = _page(session, query, before, page.per_page + 1, offset)
            total = _count(session, query)
            items = _views(session, [LoggedEntry(*row) for row in rows[: page.per_page]])
        following = _cursor(items[-1]) if len(rows) > page.per_page else None
        return CursorPage(items, page.page, page.per_page, total, following)

    def entry(self, log_id: int) -> AuditLogView | None:
        """One entry."""
        with self.database.read() as session:
            found = _views(session, _rows(session, [log_id]))
        return found[0] if found else None

    def exported(self, query: AuditQuery, after: LoggedEntry | None, limit: int) -> Sequence[ExportedEntry]:
        """Entries as they were hashed, the latest first, behind this one."""
        before = (after.at, after.id) if after else (query.until or _AFTER_ALL, 0)
        with self.database.read() as session:
            entries = [LoggedEntry(*row) for row in _page(session, query, before, limit, 0)]
            seals = _seals(session, entries)
        return [ExportedEntry(entry, *seals.get(entry.id, _UNSEALED)) for entry in entries]

    def anchor(self) -> tuple[ChainEnd, datetime | None]:
        """Where the chain begins, and since when it begins there."""
        with self.database.read() as session:
            return _anchor(session)

    def links(self, after: int, limit: int) -> Sequence[Link]:
        """Seals behind this position, with their rows."""
        with self.database.read() as session:
            seals = session.rows("audit.seals_after", after=after, limit=limit)
            entries = {entry.id: entry for entry in _rows(session, [log_id for _, log_id, _ in seals])}
        return [Link(position, log_id, sealed, entries.get(log_id)) for position, log_id, sealed in seals]

    def unknown_after(self, log_id: int, limit: int) -> tuple[int | None, int | None]:
        """Look at so many rows behind this one: the last of them, and the first that is neither sealed nor waiting."""
        with self.database.read() as session:
            [(last, unknown)] = session.rows("audit.unknown_after", after=log_id, limit=limit)
        return last, unknown

    def tail(self) -> Tail:
        """What waits for its seal."""
        with self.database.read() as session:
            return Tail(*session.rows("audit.tail")[0])

    def last_older_than(self, moment: datetime) -> int | None:
        """The last position up to which every row is older."""
        with self.database.read() as session:
            began = _anchor(session)[0].position
            stays = session.row("audit.first_not_older", after=began, moment=moment)
            last = session.row("audit.last_seal")
        position = stays[0] - 1 if stays else last[0] if last else began
        return position if position > began else None


@frozen
class PostgresAuditChain:
    """The chain in a transaction."""

    session: Session

    def lock(self) -> None:
        """Be the only one who changes the chain."""
        self.session.locked(self.session.send("audit.lock"))

    def end(self) -> ChainEnd:
        """The place behind the last seal."""
        last = self.session.row("audit.last_seal")
        return ChainEnd(*last) if last else _anchor(self.session)[0]

    def waiting(self, limit: int) -> Sequence[LoggedEntry]:
        """Rows without a seal."""
        return _rows(self.session, [row[0] for row in self.session.rows("audit.waiting", limit=limit)])

    def seal(self, places: Sequence[tuple[ChainEnd, int]]) -> None:
        """Put these rows, by id, behind the end of the chain."""
        log_ids = [log_id for _, log_id in places]
        self.session.send(
            "audit.seal",
            positions=[end.position for end, _ in places],
            log_ids=log_ids,
            hashes=[end.hash for end, _ in places],
            now=self.session.now,
        )
        self.session.send("audit.no_longer_waits", log_ids=log_ids)

    def anchor(self, end: ChainEnd) -> None:
        """Let the chain begin behind this place."""
        self.session.send("audit.move_anchor", position=end.position, hash=end.hash, now=self.session.now)

    def drop(self, limit: int) -> int:
        """Forget rows in front of the anchor with their seals; returns how many."""
        rows = self.session.rows("audit.forgettable", limit=limit)
        if rows:
            self.session.send("audit.forget_rows", log_ids=[row[1] for row in rows])
            self.session.send("audit.forget_seals", position=rows[-1][0])
        return len(rows)


def _anchor(session: Session) -> tuple[ChainEnd, datetime | None]:
    row = session.row("audit.anchor")
    return (ChainEnd(row[0], row[1]), row[2]) if row else (BEGINNING, None)


def _page(session: Session, query: AuditQuery, before: _Place, limit: int, offset: int) -> list[Row]:
    where = {"since": query.since or _BEFORE_ALL, "before_at": before[0], "before_id": before[1]}
    return session.rows(f"audit.page{_path(query)}", **where, **_wanted(query), limit=limit, offset=offset)


def _count(session: Session, query: AuditQuery) -> int:
    period = {"since": query.since or _BEFORE_ALL, "until": query.until or _AFTER_ALL}
    total: int = session.value(f"audit.count{_path(query)}", **period, **_wanted(query))
    return total


def _path(query: AuditQuery) -> str:
    """The index that leaves the fewest rows to look at."""
    if query.request_id is not None:
        return "_of_request"
    if query.entity_id is not None:
        return "_of_entity"
    if query.actor_id is not None:
        return "_of_actor"
    return "" if query.action is None else "_of_action"


def _wanted(query: AuditQuery) -> Mapping[str, Any]:
    return {
        "actor_kind": query.actor_kind and query.actor_kind.value,
        "actor_id": query.actor_id,
        "action": query.action,
        "entity_type": query.entity_type,
        "entity_id": query.entity_id,
        "request_id": query.request_id,
    }


def _rows(session: Session, ids: Sequence[int]) -> list[LoggedEntry]:
    return [LoggedEntry(*row) for row in session.rows("audit.rows", ids=list(ids))]


def _seals(session: Session, entries: Sequence[LoggedEntry]) -> dict[int, _Seal]:
    rows = session.rows("audit.seals_of", ids=[entry.id for entry in entries])
    return {log_id: (position, sealed.hex()) for log_id, position, sealed in rows}


def _views(session: Session, entries: Sequence[LoggedEntry]) -> list[AuditLogView]:
    seals = _seals(session, entries)
    return [_view(entry, *seals.get(entry.id, _UNSEALED)) for entry in entries]


def _view(entry: LoggedEntry, position: int | None, sealed: str | None) -> AuditLogView:
    changes = {name: ChangeView(pair["before"], pair["after"]) for name, pair in orjson.loads(entry.changes).items()}
    return AuditLogView(
        id=entry.id,
        at=entry.at,
        actor_kind=entry.actor_kind,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        action=entry.action,
        entity_type=entry.entity_type,
        entity_id=entry.entity_id,
        changes=changes,
        request_id=entry.request_id,
        address=entry.address,
        position=position,
        hash=sealed,
    )


def _cursor(last: AuditLogView) -> str:
    return f"{(last.at - _EPOCH) // _MICROSECOND}-{last.id}"


def _place(cursor: str) -> _Place:
    found = _CURSOR.fullmatch(cursor)
    if found is None or not cursor.isascii():
        raise InvalidInput.at("/cursor", "invalid-cursor", "Must be the next_cursor of an answer.")
    return _EPOCH + int(found[1]) * _MICROSECOND, int(found[2])
