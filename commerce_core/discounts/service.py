"""What operators do with discounts. What buyers do with them is in carts and checkouts."""

from enum import Enum
from uuid import UUID

from attrs import asdict, evolve, frozen

from commerce_core.access.model import Actor, AuditEntry, Changes, Permission
from commerce_core.discounts.drafts import DiscountChanges, NewDiscount, readable_code
from commerce_core.discounts.errors import (
    DiscountCodeTaken,
    DiscountCodeUnknown,
    DiscountInUse,
    DiscountNotFound,
    DiscountVersionStale,
)
from commerce_core.discounts.model import Discount, Scope
from commerce_core.discounts.ports import DiscountWork
from commerce_core.discounts.views import DiscountQuery, DiscountReader, DiscountView
from commerce_core.kernel.errors import InvalidInput
from commerce_core.kernel.ids import NewId
from commerce_core.kernel.page import Page
from commerce_core.kernel.transaction import Begin, retried


@frozen
class DiscountService:
    """Keeps discounts. Every change counts at once, for every cart; orders keep what they were given."""

    begin: Begin[DiscountWork]
    read: DiscountReader
    new_id: NewId
    currency: str

    @retried
    def create(self, actor: Actor, new: NewDiscount) -> Discount:
        """Add a discount.

        Raises `PermissionDenied`, `InvalidInput`, also for goods that are not there, or `DiscountCodeTaken`; then
        nothing has changed.
        """
        actor.must(Permission.DISCOUNTS_WRITE)
        discount = new.discount(self.new_id(), self.currency)
        with self.begin() as work:
            _must_be_possible(work, discount)
            work.discounts.write(discount, self.currency)
            _record(work, actor, "created", discount, {name: (None, now) for name, now in _told(discount).items()})
        return discount

    @retried
    def change(
        self, actor: Actor, discount_id: UUID, changes: DiscountChanges, expected_version: int | None = None
    ) -> Discount:
        """Change a discount. Orders that have it count on, so a limit cannot be lower than the uses there are.

        Raises `PermissionDenied`, `DiscountNotFound`, `DiscountVersionStale`, `InvalidInput` or `DiscountCodeTaken`;
        then nothing has changed.
        """
        actor.must(Permission.DISCOUNTS_WRITE)
        with self.begin() as work:
            before = _locked(work, discount_id, expected_version)
            wanted = changes.of(before, self.currency)
            if wanted == before:
                return before
            after = evolve(wanted, version=before.version + 1)
            _must_be_possible(work, after, before)
            work.discounts.write(after, self.currency)
            was, now = _told(before), _told(after)
            different: Changes = {name: (was[name], now[name]) for name in now if was[name] != now[name]}
            _record(work, actor, "changed", after, different)
        return after

    @retried
    def delete(self, actor: Actor, discount_id: UUID, expected_version: int | None = None) -> None:
        """Take away a discount that no order and no cart has.

        Raises `PermissionDenied`, `DiscountNotFound`, `DiscountVersionStale` or `DiscountInUse`; then nothing has
        changed.
        """
        actor.must(Permission.DISCOUNTS_WRITE)
        with self.begin() as work:
            discount = _locked(work, discount_id, expected_version)
            found = work.discounts.references(discount_id)
            if found.orders or found.carts:
                raise DiscountInUse(found.orders, found.carts)
            work.discounts.remove(discount_id)
            _record(work, actor, "deleted", discount, {name: (was, None) for name, was in _told(discount).items()})

    def list_all(self, actor: Actor, query: DiscountQuery) -> Page[DiscountView]:
        """A page of discounts, the newest first. Raises `PermissionDenied`."""
        actor.must(Permission.DISCOUNTS_READ)
        return self.read.page(query)

    def find(self, actor: Actor, discount_id: UUID) -> DiscountView:
        """One discount. Raises `PermissionDenied` or `DiscountNotFound`."""
        actor.must(Permission.DISCOUNTS_READ)
        found = self.read.find(discount_id)
        if found is None:
            raise DiscountNotFound(discount_id)
        return found

    def with_code(self, actor: Actor, code: str) -> UUID:
        """The discount that people call so. Raises `PermissionDenied` or `DiscountCodeUnknown`."""
        actor.must(Permission.DISCOUNTS_READ)
        plain = readable_code(code)
        found = plain and self.read.by_code(plain)
        if not found:
            raise DiscountCodeUnknown
        return found


def _locked(work: DiscountWork, discount_id: UUID, expected_version: int | None) -> Discount:
    discount = work.discounts.lock(discount_id)
    if discount is None:
        raise DiscountNotFound(discount_id)
    if expected_version not in {None, discount.version}:
        raise DiscountVersionStale(discount.version)
    return discount


def _must_be_possible(work: DiscountWork, discount: Discount, before: Discount | None = None) -> None:
    """What only the database knows: whose the code is, which goods there are, and how often it was used."""
    if discount.code is not None and work.discounts.owner_of_code(discount.code) not in {None, discount.id}:
        raise DiscountCodeTaken(discount.code)
    scope = discount.scope
    if scope.ids and (before is None or scope != before.scope) and (unknown := work.discounts.unknown(scope)):
        names = ", ".join(str(one) for one in unknown)
        raise InvalidInput.at("/scope/ids", "unknown-goods", f"There are no {scope.kind} {names}.")
    if before is not None and discount.usage_limit is not None:
        orders = work.discounts.references(discount.id).orders
        if discount.usage_limit < orders:
            raise InvalidInput.at("/usage_limit", "out-of-range", f"Must be at least {orders}: so many orders have it.")


def _told(discount: Discount) -> dict[str, object]:
    """The discount as an auditor reads it."""
    return {name: _plain(value) for name, value in asdict(discount, recurse=False).items() if name != "id"}


def _plain(value: object) -> object:
    match value:
        case None | bool() | int():
            return value
        case Enum():
            return value.value
        case Scope(kind=kind, ids=ids):
            return " ".join([kind.value, *sorted(str(one) for one in ids)])
        case _:
            return str(value)


def _record(work: DiscountWork, actor: Actor, what: str, discount: Discount, changes: Changes) -> None:
    work.audit.record(AuditEntry(actor, f"discount.{what}", "discount", str(discount.id), changes))
