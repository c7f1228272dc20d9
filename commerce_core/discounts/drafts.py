"""What operators ask discounts to be, checked before anything is opened or locked."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from attrs import evolve, field, frozen

from commerce_core.discounts.model import Discount, DiscountKind, Scope, ScopeKind
from commerce_core.kernel.errors import FieldError, InvalidInput
from commerce_core.kernel.money import MAX_AMOUNT, Money
from commerce_core.kernel.text import text_error
from commerce_core.kernel.unset import UNSET, Unset, given

MAX_PIECES = 1_000
MAX_USES = 2_000_000_000
MAX_SCOPE = 1_000

_CODE = re.compile(r"[!-~]{1,64}")
_HUNDRED = Decimal(100)
_GIVES: dict[DiscountKind, frozenset[str]] = {
    DiscountKind.PERCENTAGE: frozenset({"percent"}),
    DiscountKind.FIXED: frozenset({"amount"}),
    DiscountKind.BUY_X_GET_Y: frozenset({"buy", "get", "percent"}),
    DiscountKind.FREE_SHIPPING: frozenset(),
}


def readable_code(typed: str) -> str | None:
    """A code as it was typed, without what surrounds it; None for what can be no code."""
    code = typed.strip()
    return code if _CODE.fullmatch(code) else None


@frozen
class NewScope:
    """The goods a discount is given on: all of them, or those that `ids` of products, categories or tags name."""

    kind: ScopeKind = ScopeKind.ALL
    ids: tuple[UUID, ...] = ()

    def scope(self) -> Scope:
        """The same as a discount has it."""
        return Scope(self.kind, frozenset(self.ids))


@frozen
class NewDiscount:
    """A discount to be. Without a code it is automatic. Buy X get Y gives the pieces away unless `percent` says less.

    Raises `InvalidInput`, naming every field that is not valid.
    """

    title: str
    kind: DiscountKind
    code: str | None = None
    percent: Decimal | None = None
    amount: Money | None = None
    buy: int = 0
    get: int = 0
    scope: NewScope = field(factory=NewScope)
    minimum_subtotal: Money | None = None
    minimum_quantity: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    usage_limit: int | None = None
    usage_limit_per_buyer: int | None = None
    exclusive: bool = False
    first_order_only: bool = False
    active: bool = True

    def discount(self, discount_id: UUID, currency: str) -> Discount:
        """The discount it asks for. Raises `InvalidInput`, also for another currency than the shop's."""
        given_away = self.kind is DiscountKind.BUY_X_GET_Y and self.percent is None
        made = Discount(
            id=discount_id,
            title=self.title,
            kind=self.kind,
            code=None if self.code is None else self.code.strip(),
            percent=_HUNDRED if given_away else self.percent,
            amount=self.amount,
            buy=self.buy,
            get=self.get,
            scope=self.scope.scope(),
            minimum_subtotal=self.minimum_subtotal,
            minimum_quantity=self.minimum_quantity,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            usage_limit=self.usage_limit,
            usage_limit_per_buyer=self.usage_limit_per_buyer,
            exclusive=self.exclusive,
            first_order_only=self.first_order_only,
            active=self.active,
        )
        must_be_sound(made, currency)
        return made


@frozen
class DiscountChanges:
    """What is to be different. The kind stays: another kind is another discount."""

    title: str | Unset = UNSET
    code: str | Unset | None = UNSET
    percent: Decimal | Unset | None = UNSET
    amount: Money | Unset | None = UNSET
    buy: int | Unset = UNSET
    get: int | Unset = UNSET
    scope: NewScope | Unset = UNSET
    minimum_subtotal: Money | Unset | None = UNSET
    minimum_quantity: int | Unset | None = UNSET
    starts_at: datetime | Unset | None = UNSET
    ends_at: datetime | Unset | None = UNSET
    usage_limit: int | Unset | None = UNSET
    usage_limit_per_buyer: int | Unset | None = UNSET
    exclusive: bool | Unset = UNSET
    first_order_only: bool | Unset = UNSET
    active: bool | Unset = UNSET

    def of(self, discount: Discount, currency: str) -> Discount:
        """The discount after them, at the same version. Raises `InvalidInput`."""
        code = given(self.code, discount.code)
        changed = evolve(
            discount,
            title=given(self.title, discount.title),
            code=None if code is None else code.strip(),
            percent=given(self.percent, discount.percent),
            amount=given(self.amount, discount.amount),
            buy=given(self.buy, discount.buy),
            get=given(self.get, discount.get),
            scope=discount.scope if isinstance(self.scope, Unset) else self.scope.scope(),
            minimum_subtotal=given(self.minimum_subtotal, discount.minimum_subtotal),
            minimum_quantity=given(self.minimum_quantity, discount.minimum_quantity),
            starts_at=given(self.starts_at, discount.starts_at),
            ends_at=given(self.ends_at, discount.ends_at),
            usage_limit=given(self.usage_limit, discount.usage_limit),
            usage_limit_per_buyer=given(self.usage_limit_per_buyer, discount.usage_limit_per_buyer),
            exclusive=given(self.exclusive, discount.exclusive),
            first_order_only=given(self.first_order_only, discount.first_order_only),
            active=given(self.active, discount.active),
        )
        must_be_sound(changed, currency)
        return changed


def must_be_sound(discount: Discount, currency: str) -> None:
    """Raises `InvalidInput`, naming every field that makes no sense, by itself or beside another."""
    found = [*_words(discount), *_gift(discount), *_demands(discount, currency), *_limits(discount)]
    if errors := tuple(error for error in found if error is not None):
        raise InvalidInput(errors)


def _words(discount: Discount) -> Iterator[FieldError | None]:
    yield text_error("/title", discount.title, limit=200, least=1)
    if discount.code is not None and readable_code(discount.code) is None:
        yield FieldError("/code", "invalid-code", "Must be 1 to 64 visible ASCII characters without a space.")


def _gift(discount: Discount) -> Iterator[FieldError | None]:
    """What it gives has to be there, and nothing else."""
    said = {"percent": discount.percent, "amount": discount.amount, "buy": discount.buy, "get": discount.get}
    wanted = _GIVES[discount.kind]
    for name, value in said.items():
        if name in wanted and not value:
            yield FieldError(f"/{name}", "required", f"A discount of the kind {discount.kind} needs it.")
        elif name not in wanted and value:
            yield FieldError(f"/{name}", "contradiction", f"A discount of the kind {discount.kind} has none.")
    percent = discount.percent
    if percent is not None and not (percent.is_finite() and 0 < percent <= _HUNDRED and _decimals(percent) <= 2):
        yield FieldError("/percent", "out-of-range", "Must be above 0 and at most 100, with at most two decimals.")
    for name, pieces in (("buy", discount.buy), ("get", discount.get)):
        yield _range_error(f"/{name}", pieces, MAX_PIECES, least=0)


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _demands(discount: Discount, currency: str) -> Iterator[FieldError | None]:
    for name, money in (("amount", discount.amount), ("minimum_subtotal", discount.minimum_subtotal)):
        if money is not None and money.currency != currency:
            yield FieldError(f"/{name}/currency", "wrong-currency", f"This shop sells in {currency}.")
        elif money is not None:
            yield _range_error(f"/{name}/amount", money.amount, MAX_AMOUNT)
    if discount.minimum_quantity is not None:
        yield _range_error("/minimum_quantity", discount.minimum_quantity, MAX_USES)
    ids = discount.scope.ids
    if (discount.scope.kind is ScopeKind.ALL) != (not ids):
        code, detail = ("contradiction", "All goods have none.") if ids else ("required", "Says which ones.")
        yield FieldError("/scope/ids", code, detail)
    if len(ids) > MAX_SCOPE:
        yield FieldError("/scope/ids", "too-many", f"May hold at most {MAX_SCOPE}.")


def _limits(discount: Discount) -> Iterator[FieldError | None]:
    if discount.starts_at is not None and discount.ends_at is not None and discount.ends_at <= discount.starts_at:
        yield FieldError("/ends_at", "ends-before-start", "Must be after it starts.")
    if discount.usage_limit is not None:
        yield _range_error("/usage_limit", discount.usage_limit, MAX_USES)
    if discount.usage_limit_per_buyer is not None:
        yield _range_error("/usage_limit_per_buyer", discount.usage_limit_per_buyer, MAX_USES)


def _range_error(pointer: str, value: int, most: int, least: int = 1) -> FieldError | None:
    if least <= value <= most:
        return None
    return FieldError(pointer, "out-of-range", f"Must be from {least} to {most}.")
