"""Money: whole minor units of one currency, never a float."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from attrs import field, frozen

from commerce_core.kernel.currencies import EXPONENTS

MAX_AMOUNT = 99_999_999_999  # Far above any order, far below bigint, also after multiplying by a quantity.


def exponent(currency: str) -> int:
    """How many decimals people write for this currency: 2 for EUR, 0 for JPY, 3 for KWD.

    Raises `ValueError` for what is no currency.
    """
    if currency not in EXPONENTS:
        raise ValueError(f"not a currency of ISO 4217: {currency!r}")
    return EXPONENTS[currency]


def round_half_up(value: Decimal) -> int:
    """Round to a whole minor unit, halves away from zero. The one rounding rule of the shop."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _currency(_instance: object, _attribute: object, value: str) -> None:
    exponent(value)


@frozen(order=False)
class Money:
    """An amount of minor units (cents) in one currency. Adding two currencies is a bug, not a refusal."""

    amount: int
    currency: str = field(validator=_currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in this currency."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read what people write in major units: `"19.99"`, `"50"`.

        Raises `ValueError` when it is not a plain number or has more decimals than the currency.
        """
        if not text or not text.isascii() or not text.removeprefix("-").replace(".", "", 1).isdigit():
            raise ValueError(f"not an amount: {text!r}")
        minor = Decimal(text).scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            raise ValueError(f"too many decimals for {currency}: {text!r}")
        return cls(int(minor), currency)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not mix")
        return other.amount

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, quantity: int) -> "Money":
        return Money(self.amount * quantity, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        """The major unit with the currency's own decimals: `19.99 EUR`."""
        return f"{self.major()} {self.currency}"

    def major(self) -> str:
        """The amount in major units, with exactly the currency's decimals."""
        return str(Decimal(self.amount).scaleb(-exponent(self.currency)))


def total(amounts: Sequence[Money], currency: str) -> Money:
    """Add up; nothing at all is zero of `currency`. Raises `TypeError` for an amount of another."""
    zero = Money.zero(currency)
    return Money(sum(zero._same(amount) for amount in amounts), currency)  # noqa: SLF001 - its own module


__all__ = ["MAX_AMOUNT", "Money", "exponent", "round_half_up", "total"]
