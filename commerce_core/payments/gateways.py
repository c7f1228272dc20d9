"""The payment providers of this process, by name."""

from collections.abc import Mapping

from attrs import frozen

from commerce_core.kernel.transaction import must_be_outside_transaction
from commerce_core.payments.errors import ProviderNotConfigured
from commerce_core.payments.ports import PaymentGateway


@frozen
class Gateways:
    """Who can be asked for money, and to give it back."""

    known: Mapping[str, PaymentGateway]

    def named(self, provider: str) -> PaymentGateway:
        """The provider of that name, to be called now: no transaction may be open.

        Raises `ProviderNotConfigured` when this process knows none of that name.
        """
        must_be_outside_transaction()
        if provider not in self.known:
            raise ProviderNotConfigured(provider)
        return self.known[provider]
