"""What people write beside an order: for each other, or for the buyer to read."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from attrs import field, frozen

from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.text import text_error

NOTE_LIMIT = 5000  # characters


class NoteAudience(StrEnum):
    """Who may read a note."""

    INTERNAL = "internal"  # Operators alone.
    CUSTOMER = "customer"  # Whoever can open the order, too.


@frozen
class NewNote:
    """What is to be written. Raises `InvalidInput`."""

    text: str
    audience: NoteAudience = NoteAudience.INTERNAL

    def __attrs_post_init__(self) -> None:
        if error := text_error("/text", self.text, limit=NOTE_LIMIT, least=1, lines=True):
            raise InvalidInput((error,))


@frozen
class OrderNote:
    """A note as it stands. Buyers are not told its author."""

    id: UUID
    audience: NoteAudience = field(converter=NoteAudience)
    text: str
    author: str | None
    created_at: datetime


@frozen
class OrderNotesView:
    """The notes of an order, the first first."""

    items: tuple[OrderNote, ...]
