"""Notes beside an order, for operators."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from attrs import frozen

from adapters_http.fields import Limits
from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.orders.errors import OrderNotFound
from commerce_core.orders.model import OrderId
from commerce_core.orders.notes import NOTE_LIMIT, NewNote, NoteAudience, OrderNote, OrderNotesView
from commerce_core.orders.service import OrderService


@frozen
class WriteNote:
    """What to write, and who may read it."""

    example: ClassVar[dict[str, Any]] = {"text": "Rings twice, please.", "audience": "internal"}
    text: Annotated[str, Limits(1, NOTE_LIMIT)]
    audience: NoteAudience = NoteAudience.INTERNAL


@frozen
class AdminOrderNotes:
    """`/v1/admin/orders/{order_id}/notes`."""

    orders: OrderService

    @operation(
        "List the notes of an order",
        answers={200: OrderNotesView},
        refusals=(OrderNotFound,),
        access=Access.STAFF,
        permission=Permission.ORDERS_READ,
    )
    def on_get(self, actor: Actor, order_id: UUID) -> Answer:
        """The first first."""
        return Answer(self.orders.notes(actor, OrderId(order_id)))

    @operation(
        "Write a note beside an order",
        answers={201: OrderNote},
        refusals=(OrderNotFound,),
        access=Access.STAFF,
        permission=Permission.ORDERS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor, order_id: UUID, body: WriteNote) -> Answer:
        """It stays. An `internal` one is never shown in the store; a `customer` one is, without its author."""
        note = self.orders.add_note(actor, OrderId(order_id), NewNote(body.text, body.audience))
        return Answer.created(note, f"/v1/admin/orders/{order_id}/notes")
