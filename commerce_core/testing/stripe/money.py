"""What Stripe says about amounts. A table of its own, so that a gateway's mistake is not repeated here.

Source: https://docs.stripe.com/currencies
"""

from commerce_core.testing.stripe.faults import invalid
from commerce_core.testing.stripe.parameters import whole

_ALWAYS_00 = {"isk", "ugx"}
_ENDS_IN_0 = {"bhd", "jod", "kwd", "omr", "tnd"}
_LEAST = {"eur": 50, "usd": 50, "gbp": 30, "chf": 50, "cad": 50, "aud": 50, "jpy": 50}
_MOST = 99_999_999


def currency(value: str) -> str:
    """A currency code in lower case."""
    code = value.lower()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise invalid(f"Invalid currency: {value}.", param="currency")
    return code


def refundable(number: int, code: str) -> int:
    """An amount Stripe can give back in this currency: as little as it likes, but not nothing."""
    if number < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    return _chargeable(number, code)


def amount(value: str, code: str) -> int:
    """An amount Stripe can charge in this currency."""
    number = whole(value, "amount")
    if number < _LEAST.get(code, 1):
        raise invalid("Amount must be at least the minimum for this currency.", param="amount", code="amount_too_small")
    if number > _MOST:
        raise invalid(f"Amount must be no more than {_MOST}.", param="amount", code="amount_too_large")
    return _chargeable(number, code)


def _chargeable(number: int, code: str) -> int:
    if (code in _ALWAYS_00 and number % 100) or (code in _ENDS_IN_0 and number % 10):
        raise invalid(f"Invalid amount for {code}.", param="amount", code="parameter_invalid_integer")
    return number
