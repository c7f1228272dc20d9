"""What pricing asks of the world."""

from datetime import date
from typing import Protocol
from uuid import UUID

from commerce_core.kernel.destination import Destination
from commerce_core.kernel.tax_class import TaxClass
from commerce_core.pricing.explain import ChargedOrder
from commerce_core.pricing.model import AppliedRate, PricingRules, Totals


class Rules(Protocol):
    """The shop's rules, inside one transaction."""

    def current(self) -> PricingRules:
        """The rules as they are now, whoever changed them last.

        Costs no wait after a cart was found or locked, which asks for their revision along with it.
        """
        ...


class Charges(Protocol):
    """How the totals of orders were made, inside one transaction."""

    def add(self, order_id: UUID, totals: Totals) -> None:
        """Keep it for good, line by line: an order never changes when a rule does. Its own row is there already."""
        ...


class ChargeReader(Protocol):
    """How the totals of orders were made, as it is explained."""

    def of_order(self, order_id: UUID) -> ChargedOrder | None:
        """The snapshot of an order; None when there is no such order."""
        ...


class TaxCalculator(Protocol):
    """Says which rate counts. It is called inside a transaction, so it may look things up in memory, and nowhere else.

    How a rate becomes an amount is not its business: that is done in one place, with one rounding.
    """

    def rate(self, rules: PricingRules, place: Destination, tax_class: TaxClass, day: date) -> AppliedRate:
        """The rate for goods of this class at this place on this day."""
        ...
