"""The shop's own settings for operators."""

from typing import Any, ClassVar

from attrs import frozen

from adapters_http.operation import Access, Answer, Idempotent, operation
from commerce_core.access.model import Actor, Permission
from commerce_core.merchant.errors import SettingsVersionStale
from commerce_core.merchant.model import Merchant, MerchantChanges
from commerce_core.merchant.service import MerchantService
from commerce_core.pricing.defaults import DefaultRules, DefaultsLoaded


@frozen
class ChangeSettings(MerchantChanges):
    """What is to be different. Null takes away what a merchant need not have; an address is told as a whole."""

    example: ClassVar[dict[str, Any]] = {
        "name": "Atelier Lumen",
        "timezone": "Europe/Paris",
        "address": {"line1": "12 rue des Lilas", "postal_code": "75011", "city": "Paris"},
        "company_number": "552 100 554",
    }


@frozen
class AdminSettings:
    """`/v1/admin/settings`."""

    merchant: MerchantService

    @operation("Read the settings", answers={200: Merchant}, access=Access.STAFF, permission=Permission.SETTINGS_READ)
    def on_get(self, actor: Actor) -> Answer:
        """Who sells and how prices are meant; what the environment says, until somebody has changed it here."""
        found = self.merchant.show(actor)
        return Answer(found).at_version(found.version)

    @operation(
        "Change the settings",
        answers={200: Merchant},
        refusals=(SettingsVersionStale,),
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
    )
    def on_patch(self, actor: Actor, body: ChangeSettings, if_match: int | None) -> Answer:
        """JSON Merge Patch: what is not mentioned stays. The next total of every process is made by them."""
        changed = self.merchant.change(actor, body, if_match)
        return Answer(changed).at_version(changed.version)


@frozen
class AdminDefaultRules:
    """`/v1/admin/settings/load-defaults`."""

    rules: DefaultRules

    @operation(
        "Load rules to begin with",
        answers={200: DefaultsLoaded},
        access=Access.STAFF,
        permission=Permission.SETTINGS_WRITE,
        idempotency=Idempotent.HONOURED,
    )
    def on_post(self, actor: Actor) -> Answer:
        """Tax rates of the European Union and of the shop's country, and zones to send to, where there are none."""
        return Answer(self.rules.load(actor))
