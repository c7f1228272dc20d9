"""What auditors see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import frozen

from commerce_core.access.model import ActorKind
from commerce_core.audit.model import ChainEnd, Finding, Link, LoggedEntry
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.page import CursorPage, PageRequest
from commerce_core.kernel.text import text_error


@frozen
class AuditQuery:
    """Which entries; what is not said matters not. `since` belongs to the period, `until` no longer.

    An `entity_id` needs its `entity_type`. Raises `InvalidInput`.
    """

    actor_kind: ActorKind | None = None
    actor_id: UUID | None = None
    action: str | None = None
    entity_type: str | None = None
    entity_id: str | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __attrs_post_init__(self) -> None:
        texts = {name: getattr(self, name) for name in ("action", "entity_type", "entity_id", "request_id")}
        errors = [text_error(f"/{name}", text, limit=255) for name, text in texts.items() if text is not None]
        if self.entity_id is not None and self.entity_type is None:
            errors.append(FieldError("/entity_type", "required", "An entity_id needs it."))
        if self.since and self.until and self.until < self.since:
            errors.append(FieldError("/until", "ends-before-start", "Must not be before since."))
        if wrong := tuple(error for error in errors if error is not None):
            raise InvalidInput(wrong)


@frozen
class ChangeView:
    """A field before and after. `••••` is a value that is not shown: personal, or a secret."""

    before: object
    after: object


@frozen
class AuditLogView:
    """One entry: who changed what, when and from where.

    `position` and `hash` are its place in the chain of hashes, null until it is sealed, within a minute or two.
    """

    id: int
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    action: str
    entity_type: str
    entity_id: str
    changes: Mapping[str, ChangeView]
    request_id: str | None
    address: str | None
    position: int | None
    hash: str | None


@frozen
class ExportedEntry:
    """One entry as a file has it, exactly as it was hashed."""

    entry: LoggedEntry
    position: int | None
    hash: str | None


@frozen
class Tail:
    """Rows that wait for their seal: how many, since when, and one of them that is gone."""

    count: int
    since: datetime | None
    lost: int | None


@frozen
class Anchor:
    """Where the chain begins: behind rows that were forgotten, if `position` is not 0."""

    position: int
    hash: str
    pruned_at: datetime | None


@frozen
class Verification:
    """What a proof of the whole log has found. It is whole when there are no `findings`.

    `head` is the end of the chain as far as it is whole, to be written down where nobody can rewrite it.
    `known_confirmed` says whether the chain still leads through what somebody had written down; null when nobody said,
    or when that place has been forgotten. Rows in the tail can be read, and are not proved yet.
    """

    began: Anchor
    checked: int
    head: str
    unsealed: int
    unsealed_since: datetime | None
    known_confirmed: bool | None
    findings: tuple[Finding, ...]


class AuditReader(Protocol):
    """Reads the log. Nothing is held between two calls."""

    def page(self, query: AuditQuery, cursor: str | None, page: PageRequest) -> CursorPage[AuditLogView]:
        """Entries, the latest first. Raises `InvalidInput` for a cursor that is none."""
        ...

    def entry(self, log_id: int) -> AuditLogView | None:
        """One entry."""
        ...

    def exported(self, query: AuditQuery, after: LoggedEntry | None, limit: int) -> Sequence[ExportedEntry]:
        """Entries as they were hashed, the latest first, behind this one."""
        ...

    def anchor(self) -> tuple[ChainEnd, datetime | None]:
        """Where the chain begins, and since when it begins there."""
        ...

    def links(self, after: int, limit: int) -> Sequence[Link]:
        """Seals behind this position, with their rows."""
        ...

    def unknown_after(self, log_id: int, limit: int) -> tuple[int | None, int | None]:
        """Look at so many rows behind this one: the last of them, and the first that is neither sealed nor waiting."""
        ...

    def tail(self) -> Tail:
        """What waits for its seal."""
        ...

    def last_older_than(self, moment: datetime) -> int | None:
        """The last position up to which every row is older."""
        ...
